//! A second factor is set up in a sign-in.

use super::*;
use crate::error::RefusalKind;
use crate::operation::ChallengeName;
use crate::test_support::{failed, refusal};

fn setup_challenge() -> MfaSetupChallenge {
    let parameters = json!({"MFAS_CAN_SETUP": r#"["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#});
    match challenged(&challenge_of("MFA_SETUP", parameters)) {
        Challenge::MfaSetup(challenge) => challenge,
        other => panic!("{other:?}"),
    }
}

/// An authenticator app that waits for its first code, with a challenge session of its own.
fn setup() -> SoftwareTokenSetup {
    let mut flow = setup_challenge().set_up_software_token(&app_client());
    assert_eq!(body(&sent(flow.step(NOW, Event::Start))), json!({"Session": "next session"}));
    done(flow.step(NOW, answer(200, r#"{"SecretCode":"JBSWY3DPEHPK3PXP","Session":"third session"}"#)))
}

#[test]
fn the_factors_are_there_to_choose_from() {
    assert_eq!(setup_challenge().factors(), [ChallengeName::SoftwareTokenMfa, ChallengeName::EmailOtp]);
}

#[test]
fn an_authenticator_app_is_set_up_each_time_with_the_newest_session() {
    let setup = setup().with_friendly_device_name("phone");
    assert_eq!(setup.secret_code().expose(), "JBSWY3DPEHPK3PXP");
    let mut flow = setup.verify(&app_client(), "123456", seed());
    let request = body(&sent(flow.step(NOW, Event::Start)));
    assert_eq!(request, json!({"Session": "third session", "UserCode": "123456", "FriendlyDeviceName": "phone"}));
    let request = body(&sent(flow.step(NOW, answer(200, r#"{"Status":"SUCCESS","Session":"fourth session"}"#))));
    assert_eq!((&request["ChallengeName"], &request["Session"]), (&json!("MFA_SETUP"), &json!("fourth session")));
    assert_eq!(request["ChallengeResponses"], json!({"USERNAME": CANONICAL}));
    assert_eq!(signed_in(flow.step(NOW, answer(200, TOKENS))).session.username(), CANONICAL);
}

#[test]
fn a_session_that_does_not_come_is_not_needed() {
    let mut flow = setup_challenge().set_up_software_token(&app_client());
    sent(flow.step(NOW, Event::Start));
    let setup = done(flow.step(NOW, answer(200, r#"{"SecretCode":"JBSWY3DPEHPK3PXP"}"#)));
    let mut flow = setup.verify(&app_client(), "123456", seed());
    assert_eq!(body(&sent(flow.step(NOW, Event::Start)))["Session"], "next session");
    let request = body(&sent(flow.step(NOW, answer(200, r#"{"Status":"SUCCESS"}"#))));
    assert_eq!(request["Session"], "next session");
}

/// Regression: the npm client takes any status for success.
#[test]
fn a_status_that_is_not_success_asks_for_the_code_again() {
    for status in ["ERROR", "MAYBE"] {
        let mut flow = setup().verify(&app_client(), "123456", seed());
        sent(flow.step(NOW, Event::Start));
        let text = json!({"Status": status, "Session": "fourth session"}).to_string();
        let Challenge::SoftwareTokenSetup(renewed) = challenge(flow.step(NOW, answer(200, &text))) else { panic!() };
        assert_eq!(renewed.secret_code(), setup().secret_code());
        let request = first(renewed.verify(&app_client(), "654321", seed()));
        assert_eq!(request, json!({"Session": "fourth session", "UserCode": "654321"}));
    }
}

#[test]
fn a_wrong_code_is_an_error_after_which_another_can_be_tried() {
    let setup = setup();
    for _ in 0..2 {
        let mut flow = setup.verify(&app_client(), "000000", seed());
        sent(flow.step(NOW, Event::Start));
        let error = failed(flow.step(NOW, refusal("EnableSoftwareTokenMFAException", "Code mismatch")));
        assert_eq!(error.refusal_kind(), Some(RefusalKind::EnableSoftwareTokenMfa));
    }
}

/// Regression: the npm client ignores a new device here, and its next refresh fails.
#[test]
fn a_device_is_registered_after_the_set_up() {
    let mut flow = setup().verify(&app_client(), "123456", seed());
    sent(flow.step(NOW, Event::Start));
    sent(flow.step(NOW, answer(200, r#"{"Status":"SUCCESS","Session":"fourth session"}"#)));
    let request = body(&sent(flow.step(NOW, answer(200, &tokens_for_a_new_device()))));
    assert_eq!(request["DeviceKey"], "us-east-1_new");
}

#[test]
fn any_challenge_may_follow_the_set_up() {
    let mut flow = setup().verify(&app_client(), "123456", seed());
    sent(flow.step(NOW, Event::Start));
    sent(flow.step(NOW, answer(200, r#"{"Status":"SUCCESS","Session":"fourth session"}"#)));
    assert_eq!(challenge(flow.step(NOW, answer(200, SMS))).name(), &ChallengeName::SmsMfa);
}

#[test]
fn a_set_up_can_be_stored_and_gone_on_with() {
    let stored = serde_json::to_string(&Challenge::from(setup().with_friendly_device_name("phone"))).unwrap();
    let Challenge::SoftwareTokenSetup(read) = serde_json::from_str(&stored).unwrap() else { panic!() };
    assert_eq!(read, setup().with_friendly_device_name("phone"));
}

#[test]
fn an_address_for_codes_is_set_up() {
    let request = first(setup_challenge().set_up_email(&app_client(), "alice@example.com", seed()));
    assert_eq!(request["ChallengeName"], "MFA_SETUP");
    assert_eq!(request["ChallengeResponses"], json!({"USERNAME": CANONICAL, "EMAIL": "alice@example.com"}));
}

#[test]
fn a_session_that_has_expired_means_to_start_again() {
    let expired = || refusal("NotAuthorizedException", "Invalid session for the user, session is expired.");
    let mut flow = setup_challenge().set_up_software_token(&app_client());
    sent(flow.step(NOW, Event::Start));
    assert!(matches!(failed(flow.step(NOW, expired())), Error::StartAgain(_)));
    let mut flow = setup().verify(&app_client(), "123456", seed());
    sent(flow.step(NOW, Event::Start));
    assert!(matches!(failed(flow.step(NOW, expired())), Error::StartAgain(_)));
}

#[test]
fn answers_without_a_secret_or_a_status_are_malformed() {
    for text in ["{}", r#"{"SecretCode":"","Session":"s"}"#] {
        let mut flow = setup_challenge().set_up_software_token(&app_client());
        sent(flow.step(NOW, Event::Start));
        assert!(matches!(failed(flow.step(NOW, answer(200, text))), Error::Malformed(_)));
    }
    let mut flow = setup().verify(&app_client(), "123456", seed());
    sent(flow.step(NOW, Event::Start));
    assert!(matches!(failed(flow.step(NOW, answer(200, "{}"))), Error::Malformed(_)));
}

#[test]
fn nothing_is_sent_without_a_session_or_a_code() {
    let text = r#"{"ChallengeName":"MFA_SETUP","ChallengeParameters":{}}"#;
    let Challenge::MfaSetup(challenge) = challenged(text) else { panic!() };
    let mut flow = challenge.set_up_software_token(&app_client());
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
    let mut flow = setup().verify(&app_client(), "", seed());
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
}
