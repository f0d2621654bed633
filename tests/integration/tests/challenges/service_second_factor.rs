//! Sign-in with a second factor: a code by text message, by e-mail or from an authenticator app.

use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::challenges::{APP_SECRET, WRONG_CODE, alice_with, challenge_name, factor_pool};
use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, alice, open_client};
use cognito_testkit::MfaConfiguration::{self, Off, On, Optional};
use cognito_testkit::MfaFactor::{Email, Sms, SoftwareToken};
use cognito_testkit::{Medium, MfaFactor, PoolConfig, Purpose, UserConfig, UserMfaConfig};
use serde_json::{Value, json};

const USED: (&str, &str) = ("ExpiredCodeException", "Your software token has already been used once.");
const WRONG_TOTP: (&str, &str) = ("CodeMismatchException", "Invalid code received for user");

fn scene(enabled: &[MfaFactor], preferred: Option<MfaFactor>) -> Scene {
    scene_with(Optional, alice_with(enabled, preferred))
}

fn scene_with(mfa: MfaConfiguration, user: UserConfig) -> Scene {
    Scene::with_pool(factor_pool(mfa, user), open_client())
}

/// Returns the current code of Alice's authenticator app.
fn totp(scene: &Scene) -> String {
    app(APP_SECRET, scene.now.as_unix_seconds())
}

#[test]
fn a_code_by_text_message_completes_a_sign_in() {
    let mut scene = scene(&[Sms], None);
    let challenge = scene.begin();
    assert_eq!(challenge_name(&challenge), "SMS_MFA");
    let parameters = json!({
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
        "CODE_DELIVERY_DESTINATION": "+*******1234",
        "USER_ID_FOR_SRP": "Alice",
    });
    assert_eq!(challenge["ChallengeParameters"], parameters);
    let message = scene.last_message();
    assert_eq!((message.medium, message.purpose), (Medium::Sms, Purpose::SignIn));
    assert_eq!((message.username.as_str(), message.destination.as_str()), ("Alice", "+15550001234"));
    assert_eq!((message.code.len(), json!(message)["purpose"].clone()), (6, json!("sign_in")));
    Tokens::from_answer(&scene.answer(&challenge, json!({ "SMS_MFA_CODE": message.code })).unwrap());
}

#[test]
fn a_code_by_e_mail_completes_a_sign_in() {
    let mut scene = scene(&[Email], None);
    let challenge = scene.begin();
    assert_eq!(challenge_name(&challenge), "EMAIL_OTP");
    assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"], "EMAIL");
    assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "a***@e***");
    let code = scene.code();
    let refusal = scene.answer(&challenge, json!({ "SMS_MFA_CODE": code })).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter EMAIL_OTP_CODE"));
    Tokens::from_answer(&scene.answer(&challenge, json!({ "EMAIL_OTP_CODE": code })).unwrap());
}

#[test]
fn a_code_of_the_app_is_checked_and_is_valid_once() {
    let mut scene = scene(&[SoftwareToken], None);
    let challenge = scene.begin();
    assert_eq!(challenge_name(&challenge), "SOFTWARE_TOKEN_MFA");
    assert_eq!(challenge["ChallengeParameters"], json!({ "USER_ID_FOR_SRP": "Alice" }));
    let now = scene.now.as_unix_seconds();
    for off in [now - 60, now + 60] {
        let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": app(APP_SECRET, off) });
        assert_eq!(scene.answer(&challenge, code).unwrap_err(), WRONG_TOTP);
    }
    // The npm package sends the code in both parameters.
    let code = json!({ "SMS_MFA_CODE": totp(&scene), "SOFTWARE_TOKEN_MFA_CODE": totp(&scene) });
    Tokens::from_answer(&scene.answer(&challenge, code.clone()).unwrap());

    let challenge = scene.begin();
    assert_eq!(scene.answer(&challenge, code.clone()).unwrap_err(), USED);
    let next = json!({ "SOFTWARE_TOKEN_MFA_CODE": app(APP_SECRET, now + 30) });
    Tokens::from_answer(&scene.answer(&challenge, next).unwrap());
    let challenge = scene.begin();
    assert_eq!(scene.answer(&challenge, code).unwrap_err(), USED, "an older code stays used after a newer one");
    let before = json!({ "SOFTWARE_TOKEN_MFA_CODE": app(APP_SECRET, now - 30) });
    Tokens::from_answer(&scene.answer(&challenge, before).unwrap());
}

#[test]
fn the_code_that_set_up_the_app_cannot_be_used_to_sign_in() {
    let mut scene = scene_with(Optional, alice());
    let token = Tokens::from_answer(&scene.begin()).access;
    let secret = scene.ok("AssociateSoftwareToken", json!({ "AccessToken": token }));
    let code = app(secret["SecretCode"].as_str().unwrap(), scene.now.as_unix_seconds());
    let body = json!({ "AccessToken": token, "UserCode": code, "FriendlyDeviceName": "phone" });
    scene.ok("VerifySoftwareToken", body);
    let preference = json!({ "AccessToken": token, "SoftwareTokenMfaSettings": { "Enabled": true } });
    scene.ok("SetUserMFAPreference", preference);
    let challenge = scene.begin();
    let parameters = json!({ "FRIENDLY_DEVICE_NAME": "phone", "USER_ID_FOR_SRP": "Alice" });
    assert_eq!(challenge["ChallengeParameters"], parameters);
    assert_eq!(scene.answer(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code })).unwrap_err(), USED);
}

#[test]
fn a_code_is_valid_only_for_its_challenge() {
    let mut scene = scene(&[Sms], None);
    let first = scene.begin();
    let code = scene.code();
    let second = scene.begin();
    assert_ne!(scene.code(), code);
    assert_eq!(scene.answer(&second, json!({ "SMS_MFA_CODE": code })).unwrap_err(), WRONG_CODE);
    Tokens::from_answer(&scene.answer(&first, json!({ "SMS_MFA_CODE": code })).unwrap());
}

#[test]
fn the_preferred_factor_is_requested_without_a_choice() {
    for (preferred, name) in [(Sms, "SMS_MFA"), (SoftwareToken, "SOFTWARE_TOKEN_MFA"), (Email, "EMAIL_OTP")] {
        let mut scene = scene(&[Sms, SoftwareToken, Email], Some(preferred));
        assert_eq!(challenge_name(&scene.begin()), name);
    }
}

#[test]
fn a_user_with_several_factors_chooses_one() {
    let mut scene = scene(&[Email, SoftwareToken, Sms], None);
    let challenge = scene.begin();
    assert_eq!(challenge_name(&challenge), "SELECT_MFA_TYPE");
    let choice = r#"["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#;
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"], choice);
    assert!(scene.simulator.messages().is_empty(), "nothing is sent before the choice");
    for answer in [json!({}), json!({ "ANSWER": "PASSWORD" }), json!({ "ANSWER": "sms_mfa" })] {
        assert_eq!(scene.answer(&challenge, answer).unwrap_err().name, "InvalidParameterException");
    }
    let chosen = scene.answer(&challenge, json!({ "ANSWER": "SMS_MFA" })).unwrap();
    assert_eq!(challenge_name(&chosen), "SMS_MFA");
    assert_ne!(chosen["Session"], challenge["Session"]);
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    Tokens::from_answer(&scene.answer(&chosen, code).unwrap());
}

#[test]
fn every_offered_factor_can_be_chosen_by_name() {
    for (answer, name) in
        [("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA"), ("EMAIL_OTP", "EMAIL_OTP"), ("EMAIL_MFA", "EMAIL_OTP")]
    {
        let mut scene = scene(&[Email, SoftwareToken, Sms], None);
        let challenge = scene.begin();
        assert_eq!(challenge_name(&scene.answer(&challenge, json!({ "ANSWER": answer })).unwrap()), name);
    }
    let mut scene = scene(&[Email, SoftwareToken], None);
    let challenge = scene.begin();
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"], r#"["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#);
    assert!(scene.answer(&challenge, json!({ "ANSWER": "SMS_MFA" })).is_err(), "only an offered factor can be chosen");
}

#[test]
fn a_second_factor_must_be_available_in_pool_and_for_user() {
    let mut scene = scene_with(Off, alice_with(&[Sms], None));
    Tokens::from_answer(&scene.begin());
    let mut scene = scene_with(Optional, alice_with(&[], None));
    Tokens::from_answer(&scene.begin());
    // A factor does not count if the pool no longer supports it or if its address is deleted.
    let mut scene = self::scene(&[Email, Sms], Some(Sms));
    let body = json!({ "UserPoolId": scene.pool_id, "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {} });
    scene.ok("SetUserPoolMfaConfig", body);
    assert_eq!(challenge_name(&scene.begin()), "EMAIL_OTP");
    let mut body = scene.user_request("alice");
    body["UserAttributes"] = json!([{ "Name": "email", "Value": "" }]);
    scene.ok("AdminUpdateUserAttributes", body);
    Tokens::from_answer(&scene.begin());
}

#[test]
fn a_phone_number_is_a_factor_if_the_pool_requires_one() {
    let mut scene = scene_with(On, alice_with(&[], None));
    assert_eq!(challenge_name(&scene.begin()), "SMS_MFA");
    let mut scene = scene_with(On, alice_with(&[Email], None));
    assert_eq!(challenge_name(&scene.begin()), "EMAIL_OTP", "an enabled factor comes before the phone number");
    let mut scene = scene_with(On, alice());
    assert_eq!(challenge_name(&scene.begin()), "MFA_SETUP");
    let pool = PoolConfig { mfa_factors: Vec::new(), ..factor_pool(On, alice()) };
    let mut scene = Scene::with_pool(pool, open_client());
    let refusal = scene.password_sign_in("alice", PASSWORD).unwrap_err();
    assert_eq!(refusal.name, "InvalidUserPoolConfigurationException");
}

#[test]
fn the_second_factor_also_follows_srp() {
    let mut scene = scene(&[Sms], None);
    let challenge = scene.srp_sign_in("alice", PASSWORD).unwrap();
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    Tokens::from_answer(&scene.answer(&challenge, code).unwrap());
}

#[test]
fn a_disabled_user_is_rejected_after_the_code() {
    let mut scene = scene(&[Sms], None);
    let challenge = scene.begin();
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    scene.ok("AdminDisableUser", scene.user_request("alice"));
    assert_eq!(scene.answer(&challenge, code).unwrap_err(), ("NotAuthorizedException", "User is disabled."));
}

#[test]
fn a_configuration_must_give_users_only_usable_factors() {
    let refused = |mfa: UserMfaConfig| {
        let user = UserConfig { username: "bob".to_owned(), mfa, ..UserConfig::default() };
        let mut scene = scene_with(Optional, alice());
        let created = scene.simulator.create_user(scene.now, &scene.pool_id, user);
        created.expect_err("the configuration is contradictory").to_string()
    };
    assert!(refused(UserMfaConfig { enabled: vec![Sms], ..UserMfaConfig::default() }).contains("SMS_MFA"));
    let enabled = vec![SoftwareToken];
    assert!(refused(UserMfaConfig { enabled, ..UserMfaConfig::default() }).contains("SOFTWARE_TOKEN_MFA"));
    assert!(refused(UserMfaConfig { preferred: Some(Sms), ..UserMfaConfig::default() }).contains("preferred"));
    let software_token_secret = Some("not Base32".to_owned());
    assert!(refused(UserMfaConfig { software_token_secret, ..UserMfaConfig::default() }).contains("Base32"));
    let mfa: Value = json!({ "enabled": ["SOFTWARE_TOKEN_MFA"], "software_token_secret": "MFRGG" });
    let mfa: UserMfaConfig = serde_json::from_value(mfa).unwrap();
    let mut scene = scene_with(Optional, alice());
    let bob = UserConfig { username: "bob".to_owned(), password: Some(PASSWORD.to_owned()), mfa, ..alice() };
    scene.add_user(bob);
    assert_eq!(challenge_name(&scene.password_sign_in("bob", PASSWORD).unwrap()), "SOFTWARE_TOKEN_MFA");
}
