//! Tests of setting up a second factor during a sign-in.

use super::*;
use crate::error::RefusalKind;
use crate::operation::ChallengeName;
use crate::test_support::{failed, refusal};

fn setup_challenge() -> MfaSetupChallenge {
    setup_challenge_with(json!({"MFAS_CAN_SETUP": r#"["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#}))
}

fn setup_challenge_with(parameters: Value) -> MfaSetupChallenge {
    match challenge_after_proof(&challenge_json("MFA_SETUP", parameters)) {
        Challenge::MfaSetup(challenge) => challenge,
        other => panic!("{other:?}"),
    }
}

/// Returns the challenge that asks for the first code of an authenticator app.
fn setup() -> SoftwareTokenSetup {
    let mut flow = setup_challenge().set_up_software_token(&app_client());
    assert_eq!(body(&sent(flow.step(NOW, Event::Start))), json!({"Session": "next session"}));
    done(flow.step(NOW, answer(200, r#"{"SecretCode":"JBSWY3DPEHPK3PXP","Session":"third session"}"#)))
}

#[test]
fn the_challenge_lists_the_factors() {
    assert_eq!(setup_challenge().factors(), [ChallengeName::SoftwareTokenMfa, ChallengeName::EmailOtp]);
}

#[test]
fn a_factor_that_the_service_does_not_list_is_never_set_up() {
    for list in [r#"["SMS_MFA"]"#, r#"["TELEPATHY"]"#, "['SMS_MFA']"] {
        let challenge = setup_challenge_with(json!({"MFAS_CAN_SETUP": list}));
        let mut software_token = challenge.set_up_software_token(&app_client());
        assert!(matches!(failed(software_token.step(NOW, Event::Start)), Error::InvalidInput(_)), "{list}");
        let mut email = challenge.set_up_email(&app_client(), "alice@example.com", seed());
        assert!(matches!(failed(email.step(NOW, Event::Start)), Error::InvalidInput(_)), "{list}");
        assert!(challenge.setup_of(&challenge.options()[0]).is_err());
    }
    let sms = setup_challenge_with(json!({"MFAS_CAN_SETUP": r#"["SMS_MFA"]"#})).setup_of(&ChallengeName::SmsMfa);
    assert!(sms.unwrap_err().problem.contains("administrator"));
}

#[test]
fn without_a_list_every_known_factor_is_offered() {
    for parameters in [json!({}), json!({"MFAS_CAN_SETUP": ""}), json!({"MFAS_CAN_SETUP": "[]"})] {
        let challenge = setup_challenge_with(parameters);
        let known = [ChallengeName::SoftwareTokenMfa, ChallengeName::EmailOtp];
        assert_eq!((&*challenge.factors(), challenge.options()), (&[][..], known.to_vec()));
        let setups = known.map(|factor| challenge.setup_of(&factor).unwrap());
        assert_eq!(setups, [FactorSetup::SoftwareToken, FactorSetup::Email]);
        assert!(challenge.setup_of(&ChallengeName::SmsMfa).is_err());
        sent(challenge.set_up_software_token(&app_client()).step(NOW, Event::Start));
    }
    let printed = setup_challenge_with(json!({"MFAS_CAN_SETUP": "['SOFTWARE_TOKEN_MFA']"}));
    assert_eq!(printed.options(), [ChallengeName::SoftwareTokenMfa]);
}

#[test]
fn each_setup_request_uses_the_newest_challenge_session() {
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
fn without_a_new_session_the_previous_one_is_used() {
    let mut flow = setup_challenge().set_up_software_token(&app_client());
    sent(flow.step(NOW, Event::Start));
    let setup = done(flow.step(NOW, answer(200, r#"{"SecretCode":"JBSWY3DPEHPK3PXP"}"#)));
    let mut flow = setup.verify(&app_client(), "123456", seed());
    assert_eq!(body(&sent(flow.step(NOW, Event::Start)))["Session"], "next session");
    let request = body(&sent(flow.step(NOW, answer(200, r#"{"Status":"SUCCESS"}"#))));
    assert_eq!(request["Session"], "next session");
}

/// Regression test: the npm client `amazon-cognito-identity-js` treats every status as success.
#[test]
fn a_status_that_is_not_success_asks_for_the_code_again() {
    for status in ["ERROR", "MAYBE"] {
        let mut flow = setup().verify(&app_client(), "123456", seed());
        sent(flow.step(NOW, Event::Start));
        let text = json!({"Status": status, "Session": "fourth session"}).to_string();
        let Challenge::SoftwareTokenSetup(renewed) = challenge(flow.step(NOW, answer(200, &text))) else { panic!() };
        assert_eq!(renewed.secret_code(), setup().secret_code());
        let request = first_request(renewed.verify(&app_client(), "654321", seed()));
        assert_eq!(request, json!({"Session": "fourth session", "UserCode": "654321"}));
    }
}

#[test]
fn another_code_can_be_tried_after_a_wrong_one() {
    let setup = setup();
    for _ in 0..2 {
        let mut flow = setup.verify(&app_client(), "000000", seed());
        sent(flow.step(NOW, Event::Start));
        let error = failed(flow.step(NOW, refusal("EnableSoftwareTokenMFAException", "Code mismatch")));
        assert_eq!(error.refusal_kind(), Some(RefusalKind::EnableSoftwareTokenMfa));
    }
}

/// Regression test: the npm client `amazon-cognito-identity-js` does not register a new device after the
/// setup. For this reason, the next refresh of its tokens fails.
#[test]
fn a_new_device_is_registered_after_the_setup() {
    let mut flow = setup().verify(&app_client(), "123456", seed());
    sent(flow.step(NOW, Event::Start));
    sent(flow.step(NOW, answer(200, r#"{"Status":"SUCCESS","Session":"fourth session"}"#)));
    let request = body(&sent(flow.step(NOW, answer(200, &tokens_for_a_new_device()))));
    assert_eq!(request["DeviceKey"], "us-east-1_new");
}

#[test]
fn any_challenge_may_follow_the_setup() {
    let mut flow = setup().verify(&app_client(), "123456", seed());
    sent(flow.step(NOW, Event::Start));
    sent(flow.step(NOW, answer(200, r#"{"Status":"SUCCESS","Session":"fourth session"}"#)));
    assert_eq!(challenge(flow.step(NOW, answer(200, SMS))).name(), &ChallengeName::SmsMfa);
}

#[test]
fn a_stored_setup_is_read_back_unchanged() {
    let stored = serde_json::to_string(&Challenge::from(setup().with_friendly_device_name("phone"))).unwrap();
    let Challenge::SoftwareTokenSetup(read) = serde_json::from_str(&stored).unwrap() else { panic!() };
    assert_eq!(read, setup().with_friendly_device_name("phone"));
}

#[test]
fn an_email_address_for_codes_can_be_set_up() {
    let request = first_request(setup_challenge().set_up_email(&app_client(), "alice@example.com", seed()));
    assert_eq!(request["ChallengeName"], "MFA_SETUP");
    assert_eq!(request["ChallengeResponses"], json!({"USERNAME": CANONICAL, "EMAIL": "alice@example.com"}));
}

#[test]
fn an_expired_challenge_session_fails_with_start_again() {
    let expired = || refusal("NotAuthorizedException", "Invalid session for the user, session is expired.");
    let mut flow = setup_challenge().set_up_software_token(&app_client());
    sent(flow.step(NOW, Event::Start));
    assert!(matches!(failed(flow.step(NOW, expired())), Error::StartAgain(_)));
    let mut flow = setup().verify(&app_client(), "123456", seed());
    sent(flow.step(NOW, Event::Start));
    assert!(matches!(failed(flow.step(NOW, expired())), Error::StartAgain(_)));
}

#[test]
fn responses_without_a_secret_or_a_status_are_malformed() {
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
    let Challenge::MfaSetup(challenge) = challenge_after_proof(text) else { panic!() };
    let mut flow = challenge.set_up_software_token(&app_client());
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
    let mut flow = setup().verify(&app_client(), "", seed());
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
}
