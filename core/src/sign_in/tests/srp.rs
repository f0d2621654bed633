//! Tests of USER_SRP_AUTH.

use super::*;
use crate::error::{Misuse, NotAuthorized, RefusalKind};
use crate::sign_in::pending::Pending;
use crate::sign_in::request::FirstRequest;
use crate::sign_in::steps::Opening;
use crate::test_support::{failed, no_answer, refusal};

#[test]
fn a_sign_in_begins_with_the_typed_name_and_a_public_value() {
    let request = sent(sign_in().step(NOW, Event::Start));
    let key = ephemeral_key("SRP a");
    assert_eq!(
        body(&request),
        json!({
            "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
            "AuthFlow": "USER_SRP_AUTH",
            "AuthParameters": {"USERNAME": "alice@example.com", "SRP_A": key.srp_a()},
        })
    );
}

#[test]
fn the_proof_names_the_user_as_the_service_does() {
    let request = prove_password(&mut sign_in(), &[], &password_verifier(json!({})));
    assert_eq!(
        request,
        json!({
            "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": {
                "USERNAME": CANONICAL,
                "PASSWORD_CLAIM_SECRET_BLOCK": SECRET_BLOCK,
                "PASSWORD_CLAIM_SIGNATURE": password_signature(CANONICAL, "Tue Jan 1 06:06:09 UTC 2019"),
                "TIMESTAMP": "Tue Jan 1 06:06:09 UTC 2019",
            },
        })
    );
}

#[test]
fn the_answer_has_the_echoed_name_and_the_proof_the_srp_name() {
    let request = prove_password(&mut sign_in(), &[], &password_verifier(json!({"USERNAME": "echoed"})));
    assert_eq!(request["ChallengeResponses"]["USERNAME"], "echoed");
    let expected = password_signature(CANONICAL, "Tue Jan 1 06:06:09 UTC 2019");
    assert_eq!(request["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"], expected);
}

#[test]
fn without_an_echoed_name_the_answer_has_the_srp_name() {
    for username in [Value::Null, json!("")] {
        let request = prove_password(&mut sign_in(), &[], &password_verifier(json!({"USERNAME": username})));
        assert_eq!(request["ChallengeResponses"]["USERNAME"], CANONICAL);
    }
}

#[test]
fn each_secret_hash_is_over_the_name_in_its_request() {
    let client = app_client().with_secret("s3cr3t");
    let mut flow = SignIn::srp(&client, "alice@example.com", "Very$ecur3", seed());
    let first = body(&sent(flow.step(NOW, Event::Start)));
    let second = body(&sent(flow.step(NOW, answer(200, &password_verifier(json!({}))))));
    let hash = |name: &str| String::from(client.secret_hash(name).unwrap().expose());
    assert_eq!(first["AuthParameters"]["SECRET_HASH"], hash("alice@example.com"));
    assert_eq!(second["ChallengeResponses"]["SECRET_HASH"], hash(CANONICAL));
}

#[test]
fn the_proof_uses_the_time_of_the_service() {
    let date = [("Date", "Wed, 04 Mar 2020 19:33:59 GMT")];
    let request = prove_password(&mut sign_in(), &date, &password_verifier(json!({})));
    assert_eq!(request["ChallengeResponses"]["TIMESTAMP"], "Wed Mar 4 19:33:59 UTC 2020");
    let request = prove_password(&mut sign_in(), &[("date", "yesterday")], &password_verifier(json!({})));
    assert_eq!(request["ChallengeResponses"]["TIMESTAMP"], "Tue Jan 1 06:06:09 UTC 2019");
}

#[test]
fn the_proof_includes_the_challenge_session() {
    let mut challenge: Value = serde_json::from_str(&password_verifier(json!({}))).unwrap();
    challenge["Session"] = "challenge session".into();
    let request = prove_password(&mut sign_in(), &[], &serde_json::to_string(&challenge).unwrap());
    assert_eq!(request["Session"], "challenge session");
}

#[test]
fn a_sign_in_with_the_right_password_ends_with_tokens() {
    let mut flow = sign_in();
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    let session = signed_in(flow.step(NOW, answer(200, TOKENS))).session;
    assert_eq!(session.username(), CANONICAL);
    assert_eq!(session.access_token().expose(), "access");
    assert_eq!(session.id_token().unwrap().expose(), "id");
    assert_eq!(session.refresh_token().unwrap().expose(), "refresh");
    assert_eq!(session.tokens().expires_in, Some(3600));
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::Misuse(Misuse::Finished)));
}

#[test]
fn the_user_name_in_the_access_token_wins() {
    let mut flow = sign_in();
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    // The payload of the access token is `{"username":"canonical"}`.
    let text = r#"{"AuthenticationResult":{"AccessToken":"e30.eyJ1c2VybmFtZSI6ImNhbm9uaWNhbCJ9.c2ln"}}"#;
    assert_eq!(signed_in(flow.step(NOW, answer(200, text))).session.username(), "canonical");
}

#[test]
fn an_empty_user_name_in_the_access_token_is_ignored() {
    let mut flow = sign_in();
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    // The payload of the access token is `{"username":""}`.
    let text = r#"{"AuthenticationResult":{"AccessToken":"e30.eyJ1c2VybmFtZSI6IiJ9.c2ln"}}"#;
    assert_eq!(signed_in(flow.step(NOW, answer(200, text))).session.username(), CANONICAL);
}

#[test]
fn tokens_are_kept_even_if_a_challenge_comes_with_them() {
    for name in ["", "SMS_MFA"] {
        let mut flow = sign_in();
        prove_password(&mut flow, &[], &password_verifier(json!({})));
        let text = json!({"ChallengeName": name, "AuthenticationResult": {"AccessToken": "access"}}).to_string();
        assert!(matches!(done(flow.step(NOW, answer(200, &text))), SignInOutcome::SignedIn(_)));
    }
}

#[test]
fn a_wrong_password_is_not_retried() {
    let mut flow = sign_in();
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    let error = failed(flow.step(NOW, refusal("NotAuthorizedException", "Incorrect username or password.")));
    let reason = NotAuthorized::IncorrectUsernameOrPassword;
    assert_eq!(error.refusal_kind(), Some(RefusalKind::NotAuthorized(reason)));
}

#[test]
fn a_proof_is_not_retried_after_a_lost_response() {
    for lost in [no_answer("reset"), answer(500, r#"{"__type":"InternalErrorException"}"#)] {
        let mut flow = sign_in();
        prove_password(&mut flow, &[], &password_verifier(json!({})));
        failed(flow.step(NOW, lost));
    }
}

#[test]
fn an_unusable_password_verifier_is_malformed() {
    for changes in [
        json!({"SALT": null}),
        json!({"SRP_B": null}),
        json!({"SECRET_BLOCK": null}),
        json!({"USER_ID_FOR_SRP": null}),
        json!({"SALT": "salt"}),
        json!({"SRP_B": "0"}),
        json!({"SRP_B": "1".repeat(1025)}),
        json!({"SECRET_BLOCK": "***"}),
    ] {
        let mut flow = sign_in();
        sent(flow.step(NOW, Event::Start));
        let step = flow.step(NOW, answer(200, &password_verifier(changes.clone())));
        assert!(matches!(failed(step), Error::Malformed(_)), "{changes}");
    }
}

#[test]
fn a_response_without_tokens_or_challenge_is_malformed() {
    for text in [
        "{}",
        "[]",
        "null",
        r#"{"ChallengeName":""}"#,
        r#"{"AuthenticationResult":{}}"#,
        r#"{"AuthenticationResult":{"AccessToken":""}}"#,
    ] {
        let mut flow = sign_in();
        prove_password(&mut flow, &[], &password_verifier(json!({})));
        assert!(matches!(failed(flow.step(NOW, answer(200, text))), Error::Malformed(_)), "{text}");
    }
}

#[test]
fn an_empty_name_or_password_is_not_sent() {
    for (username, password) in [("", "Very$ecur3"), ("alice", "")] {
        let mut flow = SignIn::srp(&app_client(), username, password, seed());
        assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
    }
}

#[test]
fn different_seeds_give_different_public_values() {
    let public = |seed| body(&sent(SignIn::srp(&app_client(), "a", "b", Seed::new(seed)).step(NOW, Event::Start)));
    assert_eq!(public([1; 32]), public([1; 32]));
    assert_ne!(public([1; 32]), public([2; 32]));
}

/// An answer that chooses PASSWORD_SRP in SELECT_CHALLENGE must also start the proof of a password.
#[test]
fn an_answer_to_a_challenge_may_prove_a_password() {
    let select = Pending::from(stored_challenge("SELECT_CHALLENGE"));
    let responses = [("ANSWER", "PASSWORD_SRP")].into_iter().collect();
    let request = FirstRequest::from(select.response(responses)).proving(&"Very$ecur3".into());
    let mut flow = SignIn::open(&app_client(), &select, request.map(Opening::Answer), seed()).with_devices(devices());
    let srp_a = ephemeral_key("SRP a").srp_a();
    let request = body(&sent(flow.step(NOW, Event::Start)));
    assert_eq!(
        (&request["ChallengeName"], &request["Session"], &request["ChallengeResponses"]),
        (
            &json!("SELECT_CHALLENGE"),
            &json!("next session"),
            &json!({"USERNAME": CANONICAL, "ANSWER": "PASSWORD_SRP", "SRP_A": srp_a, "DEVICE_KEY": DEVICE_KEY})
        )
    );
    let again = body(&sent(flow.step(NOW, refusal("ResourceNotFoundException", "Device does not exist."))));
    assert_eq!(again["ChallengeResponses"], json!({"USERNAME": CANONICAL, "ANSWER": "PASSWORD_SRP", "SRP_A": srp_a}));
    let proof = body(&sent(flow.step(NOW, answer(200, &password_verifier(json!({}))))));
    assert_eq!(
        proof["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"],
        password_signature(CANONICAL, "Tue Jan 1 06:06:09 UTC 2019")
    );
    signed_in(flow.step(NOW, answer(200, TOKENS)));
}
