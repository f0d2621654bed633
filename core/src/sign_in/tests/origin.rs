//! Tests of tokens that another user pool issued, and of challenges that another endpoint sent.

use alloc::format;
use alloc::string::String;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::configuration::endpoint::Endpoint;
use crate::sign_in::{SignIn, SignInOutcome};
use crate::test_support::{NOW, answer, app_client, done, failed, sent};
use crate::{Challenge, Error, Event, Flow, Seed};

fn seed() -> Seed {
    Seed::new([7; 32])
}

fn sign_in() -> SignIn {
    SignIn::password(&app_client(), "alice", "Very$ecur3", seed())
}

/// Returns a response with two tokens. The issuer of the access token is `access`, and the issuer of the ID
/// token is `id`.
fn tokens_of(access: &str, id: &str) -> Event {
    let token = |issuer: &str| -> String {
        let claims = json!({ "iss": issuer, "username": "alice" });
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(serde_json::to_string(&claims).unwrap()))
    };
    let result = json!({ "AuthenticationResult": { "AccessToken": token(access), "IdToken": token(id) } });
    answer(200, &serde_json::to_string(&result).unwrap())
}

#[test]
fn tokens_of_another_user_pool_are_an_error() {
    let own = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39m";
    for other in [
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39M",
        "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39M",
        "http://127.0.0.1:5802/us-east-1_QdbSdK39M/",
    ] {
        for (access, id) in [(other, own), (own, other)] {
            let mut flow = sign_in();
            sent(flow.step(NOW, Event::Start));
            let error = failed(flow.step(NOW, tokens_of(access, id)));
            assert_eq!(
                format!("{error}"),
                "the tokens are for user pool us-east-1_QdbSdK39M, but us-east-1_QdbSdK39m is configured"
            );
            assert!(matches!(error, Error::OtherUserPool(_)));
        }
    }
}

#[test]
fn any_host_of_the_issuer_is_accepted() {
    for issuer in [
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39m",
        "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39m",
        "http://localhost:9229/us-east-1_QdbSdK39m",
        "https://auth.example.com/",
        "us-east-1_QdbSdK39m",
        "",
    ] {
        let mut flow = sign_in();
        sent(flow.step(NOW, Event::Start));
        assert!(matches!(done(flow.step(NOW, tokens_of(issuer, issuer))), SignInOutcome::SignedIn(_)), "{issuer}");
    }
}

#[test]
fn a_challenge_is_not_answered_at_another_endpoint() {
    let other = app_client().with_endpoint(Endpoint::custom("https://other.example.com/").unwrap());
    for name in ["SMS_MFA", "NEW_PASSWORD_REQUIRED", "MFA_SETUP", "DEVICE_SRP_AUTH", "TELEPATHY"] {
        let mut flow = sign_in();
        sent(flow.step(NOW, Event::Start));
        let text = json!({ "ChallengeName": name, "Session": "s", "ChallengeParameters": {} });
        let outcome = done(flow.step(NOW, answer(200, &serde_json::to_string(&text).unwrap())));
        let SignInOutcome::Challenge(challenge) = outcome else { panic!("{name}") };
        let stored = serde_json::to_string(&challenge).unwrap();
        let challenge: Challenge = serde_json::from_str(&stored).unwrap();
        let respond = |client| challenge.answer_with(client, [("ANSWER", "4")], seed());
        assert!(matches!(failed(respond(&other).step(NOW, Event::Start)), Error::OtherEndpoint(_)), "{name}");
        sent(respond(&app_client()).step(NOW, Event::Start));
        if let Challenge::MfaSetup(setup) = challenge {
            let mut set_up = setup.set_up_software_token(&other);
            assert!(matches!(failed(set_up.step(NOW, Event::Start)), Error::OtherEndpoint(_)));
        }
    }
}
