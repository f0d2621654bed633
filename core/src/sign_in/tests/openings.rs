//! Tests of the first request of each kind of sign-in.

use super::*;
use crate::operation::{AnalyticsMetadata, ChallengeName, UserContextData};
use crate::test_support::failed;

#[test]
fn user_password_auth_sends_the_password() {
    let flow = SignIn::password(&app_client(), "alice@example.com", "Very$ecur3", seed());
    assert_eq!(
        first_request(flow),
        json!({
            "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "alice@example.com", "PASSWORD": "Very$ecur3"},
        })
    );
}

#[test]
fn custom_auth_sends_only_the_user_name() {
    assert_eq!(
        first_request(SignIn::custom(&app_client(), "alice", seed())),
        json!({
            "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
            "AuthFlow": "CUSTOM_AUTH",
            "AuthParameters": {"USERNAME": "alice"},
        })
    );
}

#[test]
fn custom_challenges_may_follow_srp() {
    let mut flow = SignIn::custom_with_srp(&app_client(), "alice@example.com", "Very$ecur3", seed());
    let request = body(&sent(flow.step(NOW, Event::Start)));
    assert_eq!(request["AuthFlow"], "CUSTOM_AUTH");
    assert_eq!(
        request["AuthParameters"],
        json!({"USERNAME": "alice@example.com", "CHALLENGE_NAME": "SRP_A", "SRP_A": ephemeral_key("SRP a").srp_a()})
    );
    let proof = body(&sent(flow.step(NOW, answer(200, &password_verifier(json!({}))))));
    assert_eq!(
        proof["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"],
        password_signature(CANONICAL, "Tue Jan 1 06:06:09 UTC 2019")
    );
    let question = challenge_json("CUSTOM_CHALLENGE", json!({"question": "1+1"}));
    assert_eq!(challenge(flow.step(NOW, answer(200, &question))).name(), &ChallengeName::CustomChallenge);
}

/// Regression test: the npm client `amazon-cognito-identity-js` treats every first challenge as
/// PASSWORD_VERIFIER.
#[test]
fn a_custom_challenge_before_srp_goes_to_the_user() {
    let mut flow = SignIn::custom_with_srp(&app_client(), "alice", "Very$ecur3", seed());
    sent(flow.step(NOW, Event::Start));
    let question = challenge_json("CUSTOM_CHALLENGE", json!({"question": "1+1"}));
    let challenge = challenge(flow.step(NOW, answer(200, &question)));
    assert_eq!((challenge.name(), challenge.username()), (&ChallengeName::CustomChallenge, "alice"));
}

#[test]
fn every_kind_of_sign_in_ends_with_tokens_or_a_challenge() {
    let openings = || {
        [
            SignIn::password(&app_client(), "alice", "Very$ecur3", seed()),
            SignIn::custom(&app_client(), "alice", seed()),
            SignIn::custom_with_srp(&app_client(), "alice", "Very$ecur3", seed()),
            SignIn::srp(&app_client(), "alice", "Very$ecur3", seed()),
        ]
    };
    for mut flow in openings() {
        sent(flow.step(NOW, Event::Start));
        assert_eq!(signed_in(flow.step(NOW, answer(200, TOKENS))).session.username(), "alice");
    }
    for mut flow in openings() {
        sent(flow.step(NOW, Event::Start));
        assert_eq!(challenge(flow.step(NOW, answer(200, SMS))).name(), &ChallengeName::SmsMfa);
    }
}

#[test]
fn no_kind_of_sign_in_sends_an_empty_name_or_password() {
    for mut flow in [
        SignIn::password(&app_client(), "", "Very$ecur3", seed()),
        SignIn::password(&app_client(), "alice", "", seed()),
        SignIn::custom(&app_client(), "", seed()),
        SignIn::custom_with_srp(&app_client(), "", "Very$ecur3", seed()),
        SignIn::custom_with_srp(&app_client(), "alice", "", seed()),
    ] {
        assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
    }
}

#[test]
fn the_context_is_sent_with_every_request() {
    let mut context = Context::default();
    context.client_metadata.insert("campaign".into(), "spring".into());
    context.user_context_data =
        Some(UserContextData { ip_address: Some("192.0.2.7".into()), ..UserContextData::default() });
    context.analytics_metadata = Some(AnalyticsMetadata { analytics_endpoint_id: Some("endpoint".into()) });

    let mut flow = sign_in().with_context(context.clone()).with_devices(devices());
    let mut requests = alloc::vec::Vec::new();
    requests.push(body(&sent(flow.step(NOW, Event::Start))));
    requests.push(body(&sent(flow.step(NOW, answer(200, &password_verifier(json!({})))))));
    requests.push(body(&sent(flow.step(NOW, answer(200, &challenge_json("DEVICE_SRP_AUTH", json!({})))))));
    let verifier = password_verifier(json!({})).replace("PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER");
    requests.push(body(&sent(flow.step(NOW, answer(200, &verifier)))));
    for (_, flow) in every_answer(&app_client(), "123456") {
        requests.push(first_request(flow.with_context(context.clone())));
    }
    for request in requests {
        assert_eq!(request["ClientMetadata"], json!({"campaign": "spring"}), "{request}");
        assert_eq!(request["UserContextData"], json!({"IpAddress": "192.0.2.7"}));
        assert_eq!(request["AnalyticsMetadata"], json!({"AnalyticsEndpointId": "endpoint"}));
    }
}
