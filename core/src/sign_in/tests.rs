use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::error::{Misuse, NotAuthorized, RefusalKind};
use crate::operation::{AnalyticsMetadata, ChallengeName, Context, UserContextData};
use crate::srp::{EphemeralKey, Identity};
use crate::test_support::{NOW, answer, answer_with, app_client, body, cause, done, failed, refusal, sent};
use crate::{AppClient, Event, Flow, Seed, Step};

const CANONICAL: &str = "0d4f1c2e-5a6b-4c7d-8e9f-001122334455";
const SECRET_BLOCK: &str = "b3BhcXVlIHNlY3JldCBibG9jayBpc3N1ZWQgYnkgdGhlIHNlcnZpY2U=";
const TOKENS: &str =
    r#"{"AuthenticationResult":{"AccessToken":"access","IdToken":"id","RefreshToken":"refresh","ExpiresIn":3600}}"#;
const SMS: &str = r#"{"ChallengeName":"SMS_MFA","Session":"next session","ChallengeParameters":
    {"CODE_DELIVERY_DESTINATION":"+*******34","USER_ID_FOR_SRP":"0d4f1c2e-5a6b-4c7d-8e9f-001122334455"}}"#;

fn seed() -> Seed {
    Seed::new([7; 32])
}

fn sign_in() -> SrpSignIn {
    SrpSignIn::new(&app_client(), "alice@example.com", "Very$ecur3", seed())
}

/// PASSWORD_VERIFIER as the service asks it, with these parameters changed; null takes one away.
fn password_verifier(changes: Value) -> String {
    let mut parameters = json!({
        "SALT": "22cb089ced3d3d89cbba8f0440f29226",
        "SECRET_BLOCK": SECRET_BLOCK,
        "SRP_B": "e36e39a5d1f11d83322d096882619f79",
        "USERNAME": CANONICAL,
        "USER_ID_FOR_SRP": CANONICAL,
    });
    for (name, value) in changes.as_object().unwrap() {
        let parameters = parameters.as_object_mut().unwrap();
        if value.is_null() {
            parameters.remove(name)
        } else {
            parameters.insert(name.clone(), value.clone())
        };
    }
    json!({"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}).to_string()
}

/// A sign-in that has been asked for the password's proof in this way, and the answer that it gives.
fn asked(flow: &mut SrpSignIn, headers: &[(&str, &str)], challenge: &str) -> Value {
    sent(flow.step(NOW, Event::Start));
    body(&sent(flow.step(NOW, answer_with(200, headers, challenge))))
}

fn signature(user: &str, timestamp: &str) -> String {
    let key = EphemeralKey::from_bytes(seed().expand::<32>("SRP a").as_slice()).unwrap();
    let identity = Identity { pool: "QdbSdK39m", user, password: "Very$ecur3" };
    let exchange =
        key.exchange(identity, "22cb089ced3d3d89cbba8f0440f29226", "e36e39a5d1f11d83322d096882619f79").unwrap();
    exchange.claim_signature(SECRET_BLOCK, timestamp).unwrap()
}

#[test]
fn a_sign_in_begins_with_the_typed_name_and_a_public_value() {
    let request = sent(sign_in().step(NOW, Event::Start));
    let key = EphemeralKey::from_bytes(seed().expand::<32>("SRP a").as_slice()).unwrap();
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
    let request = asked(&mut sign_in(), &[], &password_verifier(json!({})));
    assert_eq!(
        request,
        json!({
            "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": {
                "USERNAME": CANONICAL,
                "PASSWORD_CLAIM_SECRET_BLOCK": SECRET_BLOCK,
                "PASSWORD_CLAIM_SIGNATURE": signature(CANONICAL, "Tue Jan 1 06:06:09 UTC 2019"),
                "TIMESTAMP": "Tue Jan 1 06:06:09 UTC 2019",
            },
        })
    );
}

#[test]
fn the_echoed_name_is_answered_and_the_one_for_srp_is_hashed() {
    let request = asked(&mut sign_in(), &[], &password_verifier(json!({"USERNAME": "echoed"})));
    assert_eq!(request["ChallengeResponses"]["USERNAME"], "echoed");
    let expected = signature(CANONICAL, "Tue Jan 1 06:06:09 UTC 2019");
    assert_eq!(request["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"], expected);
}

#[test]
fn without_an_echoed_name_the_one_for_srp_is_answered() {
    for username in [Value::Null, json!("")] {
        let request = asked(&mut sign_in(), &[], &password_verifier(json!({"USERNAME": username})));
        assert_eq!(request["ChallengeResponses"]["USERNAME"], CANONICAL);
    }
}

#[test]
fn each_secret_hash_is_over_the_name_in_its_request() {
    let client = app_client().with_secret("s3cr3t");
    let mut flow = SrpSignIn::new(&client, "alice@example.com", "Very$ecur3", seed());
    let first = body(&sent(flow.step(NOW, Event::Start)));
    let second = body(&sent(flow.step(NOW, answer(200, &password_verifier(json!({}))))));
    let hash = |name: &str| String::from(client.secret_hash(name).unwrap().expose());
    assert_eq!(first["AuthParameters"]["SECRET_HASH"], hash("alice@example.com"));
    assert_eq!(second["ChallengeResponses"]["SECRET_HASH"], hash(CANONICAL));
}

#[test]
fn the_timestamp_is_the_services_time() {
    let date = [("Date", "Wed, 04 Mar 2020 19:33:59 GMT")];
    let request = asked(&mut sign_in(), &date, &password_verifier(json!({})));
    assert_eq!(request["ChallengeResponses"]["TIMESTAMP"], "Wed Mar 4 19:33:59 UTC 2020");
    let request = asked(&mut sign_in(), &[("date", "yesterday")], &password_verifier(json!({})));
    assert_eq!(request["ChallengeResponses"]["TIMESTAMP"], "Tue Jan 1 06:06:09 UTC 2019");
}

#[test]
fn a_challenge_session_is_carried_when_there_is_one() {
    let mut challenge: Value = serde_json::from_str(&password_verifier(json!({}))).unwrap();
    challenge["Session"] = "challenge session".into();
    let request = asked(&mut sign_in(), &[], &serde_json::to_string(&challenge).unwrap());
    assert_eq!(request["Session"], "challenge session");
}

#[test]
fn the_context_goes_with_every_request() {
    let mut context = Context::default();
    context.client_metadata.insert("campaign".into(), "spring".into());
    context.user_context_data =
        Some(UserContextData { ip_address: Some("192.0.2.7".into()), ..UserContextData::default() });
    context.analytics_metadata = Some(AnalyticsMetadata { analytics_endpoint_id: Some("endpoint".into()) });

    let mut flow = sign_in().with_context(context.clone());
    let first = body(&sent(flow.step(NOW, Event::Start)));
    let second = body(&sent(flow.step(NOW, answer(200, &password_verifier(json!({}))))));
    let SignInOutcome::Challenge(challenge) = done(flow.step(NOW, answer(200, SMS))) else { panic!() };
    let mut flow = challenge.answer(&app_client(), [("SMS_MFA_CODE", "123456")]).with_context(context);
    let third = body(&sent(flow.step(NOW, Event::Start)));
    for request in [first, second, third] {
        assert_eq!(request["ClientMetadata"], json!({"campaign": "spring"}));
        assert_eq!(request["UserContextData"], json!({"IpAddress": "192.0.2.7"}));
        assert_eq!(request["AnalyticsMetadata"], json!({"AnalyticsEndpointId": "endpoint"}));
    }
}

#[test]
fn a_right_password_ends_in_tokens() {
    let mut flow = sign_in();
    asked(&mut flow, &[], &password_verifier(json!({})));
    let SignInOutcome::SignedIn(signed_in) = done(flow.step(NOW, answer(200, TOKENS))) else { panic!() };
    let session = signed_in.session;
    assert_eq!(session.username(), CANONICAL);
    assert_eq!(session.access_token().expose(), "access");
    assert_eq!(session.id_token().unwrap().expose(), "id");
    assert_eq!(session.refresh_token().unwrap().expose(), "refresh");
    assert_eq!(session.tokens().expires_in, Some(3600));
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::Misuse(Misuse::Finished)));
}

#[test]
fn the_access_token_has_the_last_word_on_the_name() {
    let mut flow = sign_in();
    asked(&mut flow, &[], &password_verifier(json!({})));
    // {"username":"canonical"}
    let text = r#"{"AuthenticationResult":{"AccessToken":"e30.eyJ1c2VybmFtZSI6ImNhbm9uaWNhbCJ9.c2ln"}}"#;
    let SignInOutcome::SignedIn(signed_in) = done(flow.step(NOW, answer(200, text))) else { panic!() };
    assert_eq!(signed_in.session.username(), "canonical");
}

#[test]
fn an_empty_name_in_the_access_token_does_not_count() {
    let mut flow = sign_in();
    asked(&mut flow, &[], &password_verifier(json!({})));
    // {"username":""}
    let text = r#"{"AuthenticationResult":{"AccessToken":"e30.eyJ1c2VybmFtZSI6IiJ9.c2ln"}}"#;
    let SignInOutcome::SignedIn(signed_in) = done(flow.step(NOW, answer(200, text))) else { panic!() };
    assert_eq!(signed_in.session.username(), CANONICAL);
}

#[test]
fn tokens_that_have_arrived_are_not_given_up_for_a_challenge() {
    for name in ["", "SMS_MFA"] {
        let mut flow = sign_in();
        asked(&mut flow, &[], &password_verifier(json!({})));
        let text = json!({"ChallengeName": name, "AuthenticationResult": {"AccessToken": "access"}}).to_string();
        assert!(matches!(done(flow.step(NOW, answer(200, &text))), SignInOutcome::SignedIn(_)));
    }
}

#[test]
fn a_null_among_the_parameters_of_a_challenge_costs_nothing() {
    let mut flow = sign_in();
    sent(flow.step(NOW, Event::Start));
    let text = r#"{"ChallengeName":"CUSTOM_CHALLENGE","Session":"s","ChallengeParameters":{"hint":null,"q":"1+1"}}"#;
    let SignInOutcome::Challenge(challenge) = done(flow.step(NOW, answer(200, text))) else { panic!() };
    assert_eq!(challenge.parameters().iter().collect::<Vec<_>>(), [("q", "1+1")]);
}

#[test]
fn the_keys_of_a_new_device_are_handed_on() {
    let mut flow = sign_in();
    asked(&mut flow, &[], &password_verifier(json!({})));
    let text = r#"{"AuthenticationResult":{"AccessToken":"access","NewDeviceMetadata":{"DeviceKey":"k","DeviceGroupKey":"g"}}}"#;
    let SignInOutcome::SignedIn(signed_in) = done(flow.step(NOW, answer(200, text))) else { panic!() };
    assert_eq!(signed_in.new_device.unwrap().device_group_key.as_deref(), Some("g"));
}

#[test]
fn a_wrong_password_is_refused_and_not_tried_again() {
    let mut flow = sign_in();
    asked(&mut flow, &[], &password_verifier(json!({})));
    let error = failed(flow.step(NOW, refusal("NotAuthorizedException", "Incorrect username or password.")));
    let reason = NotAuthorized::IncorrectUsernameOrPassword;
    assert_eq!(error.refusal_kind(), Some(RefusalKind::NotAuthorized(reason)));
}

#[test]
fn a_proof_whose_answer_is_lost_is_not_sent_again() {
    for lost in [Event::NoAnswer(cause("reset")), answer(500, r#"{"__type":"InternalErrorException"}"#)] {
        let mut flow = sign_in();
        asked(&mut flow, &[], &password_verifier(json!({})));
        failed(flow.step(NOW, lost));
    }
}

#[test]
fn any_challenge_may_come_first_or_after_the_proof() {
    for after_proof in [false, true] {
        let mut flow = sign_in();
        if after_proof {
            asked(&mut flow, &[], &password_verifier(json!({})));
        } else {
            sent(flow.step(NOW, Event::Start));
        }
        let SignInOutcome::Challenge(challenge) = done(flow.step(NOW, answer(200, SMS))) else { panic!() };
        assert_eq!(challenge.name(), &ChallengeName::SmsMfa);
        assert_eq!(challenge.username(), CANONICAL);
        assert_eq!(challenge.parameters().get("CODE_DELIVERY_DESTINATION"), Some("+*******34"));
    }
}

#[test]
fn a_challenge_of_tomorrow_can_be_answered_today() {
    let mut flow = sign_in();
    asked(&mut flow, &[], &password_verifier(json!({})));
    let text = r#"{"ChallengeName":"TELEPATHY","Session":"next session","ChallengeParameters":{"THOUGHT":"x"}}"#;
    let SignInOutcome::Challenge(challenge) = done(flow.step(NOW, answer(200, text))) else { panic!() };
    assert_eq!(challenge.name(), &ChallengeName::Unknown("TELEPATHY".into()));

    let mut flow = challenge.answer(&app_client(), [("THOUGHT_READ", "42")]);
    let request = body(&sent(flow.step(NOW, Event::Start)));
    assert_eq!(
        request,
        json!({
            "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
            "ChallengeName": "TELEPATHY",
            "Session": "next session",
            "ChallengeResponses": {"USERNAME": CANONICAL, "THOUGHT_READ": "42"},
        })
    );
    assert!(matches!(done(flow.step(NOW, answer(200, TOKENS))), SignInOutcome::SignedIn(_)));
}

#[test]
fn a_wrong_code_leaves_the_challenge_to_be_answered_again() {
    let challenge = challenge();
    for code in ["000000", "123456"] {
        let mut flow = challenge.answer(&app_client(), [("SMS_MFA_CODE", code)]);
        assert_eq!(body(&sent(flow.step(NOW, Event::Start)))["Session"], "next session");
        let error =
            failed(flow.step(NOW, refusal("CodeMismatchException", "Invalid code or auth state for the user.")));
        assert_eq!(error.refusal_kind(), Some(RefusalKind::CodeMismatch));
    }
}

fn challenge() -> Challenge {
    let mut flow = sign_in();
    sent(flow.step(NOW, Event::Start));
    match done(flow.step(NOW, answer(200, SMS))) {
        SignInOutcome::Challenge(challenge) => challenge,
        SignInOutcome::SignedIn(_) => panic!("expected a challenge"),
    }
}

#[test]
fn a_stored_challenge_comes_back_the_same() {
    let stored = serde_json::to_string(&challenge()).unwrap();
    assert_eq!(serde_json::from_str::<Challenge>(&stored).unwrap(), challenge());
}

#[test]
fn a_challenge_as_the_first_version_stored_it_can_be_read() {
    let stored = r#"{"version":1,"name":"SMS_MFA","username":"0d4f1c2e-5a6b-4c7d-8e9f-001122334455",
        "session":"next session","available_challenges":[],"member_of_tomorrow":1,
        "parameters":{"CODE_DELIVERY_DESTINATION":"+*******34","USER_ID_FOR_SRP":"0d4f1c2e-5a6b-4c7d-8e9f-001122334455"}}"#;
    assert_eq!(serde_json::from_str::<Challenge>(stored).unwrap(), challenge());
}

#[test]
fn a_challenge_of_a_later_version_is_refused() {
    let stored = serde_json::to_string(&challenge()).unwrap().replace(r#""version":1"#, r#""version":2"#);
    assert!(serde_json::from_str::<Challenge>(&stored).unwrap_err().is_data());
}

#[test]
fn a_password_verifier_that_cannot_be_used_is_malformed() {
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
fn an_answer_with_neither_tokens_nor_a_challenge_is_malformed() {
    for text in [
        "{}",
        "[]",
        "null",
        r#"{"ChallengeName":""}"#,
        r#"{"AuthenticationResult":{}}"#,
        r#"{"AuthenticationResult":{"AccessToken":""}}"#,
    ] {
        let mut flow = sign_in();
        asked(&mut flow, &[], &password_verifier(json!({})));
        assert!(matches!(failed(flow.step(NOW, answer(200, text))), Error::Malformed(_)), "{text}");
    }
}

#[test]
fn an_empty_name_or_password_is_not_sent() {
    for (username, password) in [("", "Very$ecur3"), ("alice", "")] {
        let mut flow = SrpSignIn::new(&app_client(), username, password, seed());
        assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
    }
}

#[test]
fn two_seeds_give_two_public_values() {
    let public = |seed| body(&sent(SrpSignIn::new(&app_client(), "a", "b", Seed::new(seed)).step(NOW, Event::Start)));
    assert_eq!(public([1; 32]), public([1; 32]));
    assert_ne!(public([1; 32]), public([2; 32]));
}

#[test]
fn debug_and_errors_show_no_secret() {
    let client: AppClient = app_client().with_secret("m4rk-client");
    let mut flow = SrpSignIn::new(&client, "alice", "m4rk-password", seed());
    let mut seen = Vec::new();
    seen.push(format!("{flow:?}"));
    seen.push(format!("{:?}", flow.step(NOW, Event::Start)));
    seen.push(format!("{flow:?}"));
    seen.push(format!("{:?}", flow.step(NOW, answer(200, &password_verifier(json!({}))))));
    seen.push(format!("{flow:?}"));
    let marked = r#"{"ChallengeName":"SMS_MFA","Session":"m4rk-session","ChallengeParameters":{"HINT":"m4rk-hint"}}"#;
    let SignInOutcome::Challenge(challenge) = done(flow.step(NOW, answer(200, marked))) else { panic!() };
    let mut flow = challenge.answer(&client, [("SMS_MFA_CODE", "m4rk-code")]);
    seen.push(format!("{challenge:?} {flow:?}"));
    seen.push(format!("{:?} {flow:?}", flow.step(NOW, Event::Start)));
    let marked = r#"{"AuthenticationResult":{"AccessToken":"m4rk","IdToken":"m4rk","RefreshToken":"m4rk"}}"#;
    seen.push(format!("{:?}", flow.step(NOW, answer(200, marked))));
    for text in seen {
        assert!(!text.contains("m4rk"), "{text}");
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Start),
        Just(Event::Woke),
        Just(Event::NotSent(cause("no route"))),
        Just(Event::NoAnswer(cause("timed out"))),
        (100_u16..600, ".{0,60}").prop_map(|(status, text)| answer(status, &text)),
        Just(answer(200, &password_verifier(json!({})))),
        Just(answer(200, TOKENS)),
        Just(answer(200, SMS)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_events_in_any_order_come_to_an_end(events in prop::collection::vec(event(), 0..20)) {
        let mut flow = sign_in();
        let mut requests = 0;
        let mut first_error = None;
        for event in events {
            match flow.step(NOW, event) {
                Ok(Step::Send(_)) => requests += 1,
                Err(error) if !matches!(error, Error::Misuse(_)) => {
                    let text = format!("{error:?}");
                    prop_assert_eq!(first_error.get_or_insert(text.clone()), &text);
                }
                _ => prop_assert!(first_error.is_none()),
            }
        }
        prop_assert!(requests <= 2 * crate::MAX_ATTEMPTS);
    }
}
