//! Tests of challenges and their answers.

use alloc::vec::Vec;

use super::*;
use crate::error::RefusalKind;
use crate::operation::{Attribute, ChallengeName, DeliveryMedium};
use crate::test_support::{failed, refusal};

fn sms() -> Challenge {
    challenge_after_proof(SMS)
}

fn new_password(parameters: Value) -> NewPasswordChallenge {
    match challenge_after_proof(&challenge_json("NEW_PASSWORD_REQUIRED", parameters)) {
        Challenge::NewPassword(challenge) => challenge,
        other => panic!("{other:?}"),
    }
}

#[test]
fn any_challenge_may_come_first_or_after_the_proof() {
    for after_proof in [false, true] {
        let mut flow = sign_in();
        if after_proof {
            prove_password(&mut flow, &[], &password_verifier(json!({})));
        } else {
            sent(flow.step(NOW, Event::Start));
        }
        let challenge = challenge(flow.step(NOW, answer(200, SMS)));
        assert_eq!((challenge.name(), challenge.username()), (&ChallengeName::SmsMfa, CANONICAL));
        assert_eq!(challenge.parameters().get("CODE_DELIVERY_DESTINATION"), Some("+*******34"));
    }
}

#[test]
fn any_challenge_may_follow_any_answer() {
    for (name, mut flow) in every_answer(&app_client(), "123456") {
        sent(flow.step(NOW, Event::Start));
        let next = challenge(flow.step(NOW, answer(200, &challenge_json("TELEPATHY", json!({})))));
        assert_eq!(next.name().as_str(), "TELEPATHY", "after {name}");
    }
    for (name, mut flow) in every_answer(&app_client(), "123456") {
        sent(flow.step(NOW, Event::Start));
        assert_eq!(signed_in(flow.step(NOW, answer(200, TOKENS))).session.username(), CANONICAL, "after {name}");
    }
}

/// Regression test: the npm client `amazon-cognito-identity-js` sends every code under the name SMS_MFA_CODE.
#[test]
fn each_code_is_sent_under_the_name_of_its_challenge() {
    for (name, response) in [
        ("SMS_MFA", "SMS_MFA_CODE"),
        ("EMAIL_OTP", "EMAIL_OTP_CODE"),
        ("SMS_OTP", "SMS_OTP_CODE"),
        ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE"),
    ] {
        let Challenge::Code(challenge) = challenge_after_proof(&challenge_json(name, json!({}))) else { panic!() };
        assert_eq!(challenge.response_name(), response);
        assert_eq!(
            first_request(challenge.answer(&app_client(), "123456", seed())),
            json!({
                "ClientId": "3pu8tnp684l4lmlfoth25ojmd2",
                "ChallengeName": name,
                "Session": "next session",
                "ChallengeResponses": {"USERNAME": CANONICAL, response: "123456"},
            })
        );
    }
}

#[test]
fn a_code_challenge_says_where_the_code_was_sent() {
    let delivery = |name: &str, parameters: Value| match challenge_after_proof(&challenge_json(name, parameters)) {
        Challenge::Code(challenge) => (challenge.delivery_medium(), challenge.destination().map(ToString::to_string)),
        other => panic!("{other:?}"),
    };
    let sent_by = |medium: &str| json!({"CODE_DELIVERY_DELIVERY_MEDIUM": medium, "CODE_DELIVERY_DESTINATION": "a***"});
    let to = Some("a***".to_string());
    assert_eq!(delivery("SMS_MFA", sent_by("SMS")), (Some(DeliveryMedium::Sms), to.clone()));
    assert_eq!(delivery("EMAIL_OTP", sent_by("EMAIL")), (Some(DeliveryMedium::Email), to.clone()));
    assert_eq!(delivery("SMS_OTP", sent_by("PIGEON")), (Some(DeliveryMedium::Unknown("PIGEON".into())), to));
    assert_eq!(delivery("SOFTWARE_TOKEN_MFA", json!({})), (None, None));
    let named = challenge_after_proof(&challenge_json("SOFTWARE_TOKEN_MFA", json!({"FRIENDLY_DEVICE_NAME": "phone"})));
    let Challenge::Code(challenge) = named else { panic!() };
    assert_eq!(challenge.friendly_device_name(), Some("phone"));
}

#[test]
fn a_chosen_factor_must_be_one_of_the_choices() {
    let choices = json!({"MFAS_CAN_CHOOSE": r#"["SMS_MFA","EMAIL_MFA","TELEPATHY"]"#});
    let Challenge::SelectMfaType(challenge) = challenge_after_proof(&challenge_json("SELECT_MFA_TYPE", choices)) else {
        panic!()
    };
    let telepathy = ChallengeName::Unknown("TELEPATHY".into());
    assert_eq!(challenge.choices(), [ChallengeName::SmsMfa, ChallengeName::EmailOtp, telepathy.clone()]);
    for choice in [ChallengeName::EmailOtp, telepathy] {
        let request = first_request(challenge.answer(&app_client(), &choice, seed()));
        assert_eq!(request["ChallengeResponses"], json!({"USERNAME": CANONICAL, "ANSWER": choice.as_str()}));
    }
    let mut flow = challenge.answer(&app_client(), &ChallengeName::SoftwareTokenMfa, seed());
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
}

#[test]
fn unknown_forms_of_choices_do_not_prevent_an_answer() {
    for parameters in [json!({}), json!({"MFAS_CAN_CHOOSE": ""}), json!({"MFAS_CAN_CHOOSE": "[1]"})] {
        let text = challenge_json("SELECT_MFA_TYPE", parameters);
        let Challenge::SelectMfaType(challenge) = challenge_after_proof(&text) else { panic!() };
        let all = [ChallengeName::SmsMfa, ChallengeName::SoftwareTokenMfa, ChallengeName::EmailOtp];
        assert_eq!((&*challenge.choices(), challenge.options()), (&[][..], all.into()));
        let request = first_request(challenge.answer(&app_client(), &ChallengeName::SmsMfa, seed()));
        assert_eq!(request["ChallengeResponses"]["ANSWER"], "SMS_MFA");
    }
}

#[test]
fn the_attribute_prefix_is_removed_on_read_and_added_on_send() {
    let challenge = new_password(json!({
        "requiredAttributes": r#"["userAttributes.family_name","custom:x"]"#,
        "userAttributes": r#"{"email":"alice@example.com","email_verified":"true"}"#,
    }));
    assert_eq!(challenge.required_attributes(), ["family_name", "custom:x"]);
    let known: Vec<_> = challenge.user_attributes().into_iter().map(|attribute| attribute.name).collect();
    assert_eq!(known, ["email", "email_verified"]);
    let attributes = [Attribute::new("family_name", "Doe"), Attribute::new("custom:x", "1")];
    assert_eq!(
        first_request(challenge.answer(&app_client(), "Battery-staple-2", attributes, seed()))["ChallengeResponses"],
        json!({
            "USERNAME": CANONICAL,
            "NEW_PASSWORD": "Battery-staple-2",
            "userAttributes.family_name": "Doe",
            "userAttributes.custom:x": "1",
        })
    );
}

#[test]
fn null_attributes_have_no_value_and_the_prefix_is_optional() {
    let challenge = new_password(json!({"userAttributes": r#"{"nickname":null,"email":"alice@example.com"}"#}));
    assert_eq!(challenge.user_attributes().iter().find(|known| known.name == "nickname").unwrap().value, None);
    let attributes = [Attribute::new("userAttributes.nickname", "Al"), Attribute::new("custom:age_verified", "yes")];
    let request = sent(challenge.answer(&app_client(), "Battery-staple-2", attributes, seed()).step(NOW, Event::Start));
    let responses = &body(&request)["ChallengeResponses"];
    assert_eq!(responses["userAttributes.nickname"], "Al");
    assert_eq!(responses["userAttributes.custom:age_verified"], "yes");
    let email = [Attribute::new("userAttributes.email", "al@example.com")];
    let mut flow = challenge.answer(&app_client(), "Battery-staple-2", email, seed());
    assert!(matches!(flow.step(NOW, Event::Start), Err(Error::InvalidInput(_))));
}

#[test]
fn attributes_the_service_would_reject_need_answer_unchecked() {
    let challenge = new_password(json!({"userAttributes": r#"{"email":"alice@example.com","nickname":""}"#}));
    for attribute in [Attribute::new("email", "al@example.com"), Attribute::new("phone_number_verified", "true")] {
        let mut flow = challenge.answer(&app_client(), "Battery-staple-2", [attribute.clone()], seed());
        assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
        let name = format!("userAttributes.{}", attribute.name);
        let request = first_request(challenge.answer_unchecked(&app_client(), "Battery-staple-2", [attribute], seed()));
        assert!(request["ChallengeResponses"][name].is_string());
    }
    first_request(challenge.answer(&app_client(), "Battery-staple-2", [Attribute::new("nickname", "Al")], seed()));
}

/// Regression test: the npm client `amazon-cognito-identity-js` crashes if the attributes are absent. This
/// client also truncates attribute names that have no prefix.
#[test]
fn absent_or_malformed_attributes_are_an_empty_list() {
    for parameters in [json!({}), json!({"requiredAttributes": "", "userAttributes": "null"})] {
        let challenge = new_password(parameters);
        assert!(challenge.required_attributes().is_empty());
        assert!(challenge.user_attributes().is_empty());
    }
}

#[test]
fn any_number_of_custom_challenges_may_follow_one_another() {
    let question = |number: u32| {
        let parameters = json!({"USERNAME": CANONICAL, "question": number.to_string()});
        json!({"ChallengeName": "CUSTOM_CHALLENGE", "Session": format!("session {number}"),
            "ChallengeParameters": parameters})
        .to_string()
    };
    let mut flow = SignIn::custom(&app_client(), "alice@example.com", seed());
    sent(flow.step(NOW, Event::Start));
    for number in 0..20 {
        let Challenge::Custom(challenge) = challenge(flow.step(NOW, answer(200, &question(number)))) else { panic!() };
        assert_eq!(challenge.parameters().get("question"), Some(&*number.to_string()));
        flow = challenge.answer(&app_client(), "42", seed());
        let request = body(&sent(flow.step(NOW, Event::Start)));
        assert_eq!(request["Session"], format!("session {number}"));
        assert_eq!(request["ChallengeResponses"], json!({"USERNAME": CANONICAL, "ANSWER": "42"}));
    }
    assert_eq!(signed_in(flow.step(NOW, answer(200, TOKENS))).device.aliases, ["alice@example.com"]);
}

#[test]
fn an_unknown_challenge_can_be_answered() {
    let challenge = challenge_after_proof(&challenge_json("TELEPATHY", json!({"THOUGHT": "x"})));
    let Challenge::Other(other) = &challenge else { panic!() };
    assert_eq!((other.name().as_str(), other.parameters().get("THOUGHT")), ("TELEPATHY", Some("x")));
    let request = first_request(challenge.answer_with(&app_client(), [("THOUGHT_READ", "42")], seed()));
    assert_eq!((&request["ChallengeName"], &request["Session"]), (&json!("TELEPATHY"), &json!("next session")));
    assert_eq!(request["ChallengeResponses"], json!({"USERNAME": CANONICAL, "THOUGHT_READ": "42"}));
}

#[test]
fn an_empty_answer_is_not_sent() {
    for (name, mut flow) in every_answer(&app_client(), "") {
        if !["TELEPATHY", "SELECT_MFA_TYPE"].contains(&name) {
            assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)), "{name}");
        }
    }
}

#[test]
fn a_challenge_can_be_answered_again_after_a_wrong_code() {
    let Challenge::Code(challenge) = sms() else { panic!() };
    for code in ["000000", "123456"] {
        let mut flow = challenge.answer(&app_client(), code, seed());
        assert_eq!(body(&sent(flow.step(NOW, Event::Start)))["Session"], "next session");
        let error =
            failed(flow.step(NOW, refusal("CodeMismatchException", "Invalid code or auth state for the user.")));
        assert_eq!(error.refusal_kind(), Some(RefusalKind::CodeMismatch));
        assert!(!matches!(error, Error::StartAgain(_)) && error.may_answer_again());
    }
}

#[test]
fn an_invalid_challenge_session_fails_with_start_again() {
    for message in [
        "Invalid session for the user.",
        "Invalid session for the user, session is expired.",
        "Invalid session for the user, session can only be used once.",
    ] {
        for (name, mut flow) in every_answer(&app_client(), "123456") {
            sent(flow.step(NOW, Event::Start));
            let error = failed(flow.step(NOW, refusal("NotAuthorizedException", message)));
            assert!(matches!(&error, Error::StartAgain(again) if again.refusal.message == message), "{name}: {error}");
            assert!(error.refusal().is_some() && !error.ends_session() && !error.may_answer_again());
        }
    }
}

#[test]
fn a_null_challenge_parameter_is_ignored() {
    let text = challenge_json("CUSTOM_CHALLENGE", json!({"hint": null, "q": "1+1"}));
    assert_eq!(challenge_after_proof(&text).parameters().iter().collect::<Vec<_>>(), [("q", "1+1")]);
}

#[test]
fn a_stored_challenge_is_read_back_unchanged() {
    for name in [
        "SMS_MFA",
        "SELECT_MFA_TYPE",
        "MFA_SETUP",
        "NEW_PASSWORD_REQUIRED",
        "CUSTOM_CHALLENGE",
        "DEVICE_SRP_AUTH",
        "TELEPATHY",
    ] {
        let challenge = challenge_after_proof(&challenge_json(name, json!({"hint": "x"})));
        let stored = serde_json::to_string(&challenge).unwrap();
        assert_eq!(serde_json::from_str::<Challenge>(&stored).unwrap(), challenge);
    }
}

#[test]
fn a_challenge_stored_by_version_1_can_be_read() {
    let stored = r#"{"version":1,"name":"SMS_MFA","username":"0d4f1c2e-5a6b-4c7d-8e9f-001122334455",
        "session":"next session","available_challenges":[],"unknown_member":1,
        "parameters":{"CODE_DELIVERY_DESTINATION":"+*******34"}}"#;
    let Challenge::Code(challenge) = serde_json::from_str::<Challenge>(stored).unwrap() else { panic!() };
    assert_eq!(challenge.destination(), Some("+*******34"));
    assert_eq!(first_request(challenge.answer(&app_client(), "123456", seed()))["Session"], "next session");
}

#[test]
fn a_challenge_of_a_later_version_is_rejected() {
    let stored = serde_json::to_string(&sms()).unwrap().replace(r#""version":1"#, r#""version":2"#);
    assert!(serde_json::from_str::<Challenge>(&stored).unwrap_err().is_data());
}
