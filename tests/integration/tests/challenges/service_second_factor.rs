//! Signing in with a second factor: a code by text message, by e-mail, or of an authenticator app.

use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::challenges::{APP_SECRET, WRONG_CODE, alice_with, asked, factor_pool};
use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, alice, open_client};
use cognito_testkit::MfaConfiguration::{self, Off, On, Optional};
use cognito_testkit::MfaFactor::{Email, Sms, SoftwareToken};
use cognito_testkit::{Medium, MfaFactor, PoolConfig, Purpose, UserConfig, UserMfaConfig};
use serde_json::{Value, json};

const USED: (&str, &str) = ("ExpiredCodeException", "Your software token has already been used once.");
const WRONG_TOTP: (&str, &str) = ("CodeMismatchException", "Invalid code received for user");

fn scene(enabled: &[MfaFactor], preferred: Option<MfaFactor>) -> Scene {
    scene_of(Optional, alice_with(enabled, preferred))
}

fn scene_of(mfa: MfaConfiguration, user: UserConfig) -> Scene {
    Scene::of(factor_pool(mfa, user), open_client())
}

/// The code of Alice's app now.
fn totp(scene: &Scene) -> String {
    app(APP_SECRET, scene.now.as_unix_seconds())
}

#[test]
fn a_text_message_is_asked_back() {
    let mut scene = scene(&[Sms], None);
    let challenge = scene.begin();
    assert_eq!(asked(&challenge), "SMS_MFA");
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
    Tokens::of(&scene.answer(&challenge, json!({ "SMS_MFA_CODE": message.code })).unwrap());
}

#[test]
fn an_e_mail_is_asked_back() {
    let mut scene = scene(&[Email], None);
    let challenge = scene.begin();
    assert_eq!(asked(&challenge), "EMAIL_OTP");
    assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"], "EMAIL");
    assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "a***@e***");
    let code = scene.code();
    let refusal = scene.answer(&challenge, json!({ "SMS_MFA_CODE": code })).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter EMAIL_OTP_CODE"));
    Tokens::of(&scene.answer(&challenge, json!({ "EMAIL_OTP_CODE": code })).unwrap());
}

#[test]
fn a_code_of_the_app_is_checked_and_works_once() {
    let mut scene = scene(&[SoftwareToken], None);
    let challenge = scene.begin();
    assert_eq!(asked(&challenge), "SOFTWARE_TOKEN_MFA");
    assert_eq!(challenge["ChallengeParameters"], json!({ "USER_ID_FOR_SRP": "Alice" }));
    let now = scene.now.as_unix_seconds();
    for off in [now - 60, now + 60] {
        let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": app(APP_SECRET, off) });
        assert_eq!(scene.answer(&challenge, code).unwrap_err(), WRONG_TOTP);
    }
    // The npm client sends both.
    let code = json!({ "SMS_MFA_CODE": totp(&scene), "SOFTWARE_TOKEN_MFA_CODE": totp(&scene) });
    Tokens::of(&scene.answer(&challenge, code.clone()).unwrap());

    let challenge = scene.begin();
    assert_eq!(scene.answer(&challenge, code.clone()).unwrap_err(), USED);
    let next = json!({ "SOFTWARE_TOKEN_MFA_CODE": app(APP_SECRET, now + 30) });
    Tokens::of(&scene.answer(&challenge, next).unwrap());
    let challenge = scene.begin();
    assert_eq!(scene.answer(&challenge, code).unwrap_err(), USED, "an older one stays used");
    let before = json!({ "SOFTWARE_TOKEN_MFA_CODE": app(APP_SECRET, now - 30) });
    Tokens::of(&scene.answer(&challenge, before).unwrap());
}

#[test]
fn the_code_that_set_the_app_up_does_not_sign_in() {
    let mut scene = scene_of(Optional, alice());
    let token = Tokens::of(&scene.begin()).access;
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
fn a_code_belongs_to_its_challenge() {
    let mut scene = scene(&[Sms], None);
    let first = scene.begin();
    let code = scene.code();
    let second = scene.begin();
    assert_ne!(scene.code(), code);
    assert_eq!(scene.answer(&second, json!({ "SMS_MFA_CODE": code })).unwrap_err(), WRONG_CODE);
    Tokens::of(&scene.answer(&first, json!({ "SMS_MFA_CODE": code })).unwrap());
}

#[test]
fn the_preferred_factor_is_asked_for_without_a_question() {
    for (preferred, name) in [(Sms, "SMS_MFA"), (SoftwareToken, "SOFTWARE_TOKEN_MFA"), (Email, "EMAIL_OTP")] {
        let mut scene = scene(&[Sms, SoftwareToken, Email], Some(preferred));
        assert_eq!(asked(&scene.begin()), name);
    }
}

#[test]
fn a_user_with_several_factors_chooses() {
    let mut scene = scene(&[Email, SoftwareToken, Sms], None);
    let challenge = scene.begin();
    assert_eq!(asked(&challenge), "SELECT_MFA_TYPE");
    let choice = r#"["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#;
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"], choice);
    assert!(scene.simulator.messages().is_empty(), "nothing is sent before the choice");
    for answer in [json!({}), json!({ "ANSWER": "PASSWORD" }), json!({ "ANSWER": "sms_mfa" })] {
        assert_eq!(scene.answer(&challenge, answer).unwrap_err().name, "InvalidParameterException");
    }
    let chosen = scene.answer(&challenge, json!({ "ANSWER": "SMS_MFA" })).unwrap();
    assert_eq!(asked(&chosen), "SMS_MFA");
    assert_ne!(chosen["Session"], challenge["Session"]);
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    Tokens::of(&scene.answer(&chosen, code).unwrap());
}

#[test]
fn every_factor_can_be_chosen_by_its_names() {
    for (answer, name) in
        [("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA"), ("EMAIL_OTP", "EMAIL_OTP"), ("EMAIL_MFA", "EMAIL_OTP")]
    {
        let mut scene = scene(&[Email, SoftwareToken, Sms], None);
        let challenge = scene.begin();
        assert_eq!(asked(&scene.answer(&challenge, json!({ "ANSWER": answer })).unwrap()), name);
    }
    let mut scene = scene(&[Email, SoftwareToken], None);
    let challenge = scene.begin();
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"], r#"["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]"#);
    assert!(scene.answer(&challenge, json!({ "ANSWER": "SMS_MFA" })).is_err(), "only what was offered");
}

#[test]
fn only_a_pool_with_second_factors_asks_for_one() {
    let mut scene = scene_of(Off, alice_with(&[Sms], None));
    Tokens::of(&scene.begin());
    let mut scene = scene_of(Optional, alice_with(&[], None));
    Tokens::of(&scene.begin());
    // A factor that the pool gave up, or whose address is gone, is none.
    let mut scene = self::scene(&[Email, Sms], Some(Sms));
    let body = json!({ "UserPoolId": scene.pool_id, "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {} });
    scene.ok("SetUserPoolMfaConfig", body);
    assert_eq!(asked(&scene.begin()), "EMAIL_OTP");
    let mut body = scene.of_user("alice");
    body["UserAttributes"] = json!([{ "Name": "email", "Value": "" }]);
    scene.ok("AdminUpdateUserAttributes", body);
    Tokens::of(&scene.begin());
}

#[test]
fn a_phone_number_is_factor_enough_where_everybody_must_have_one() {
    let mut scene = scene_of(On, alice_with(&[], None));
    assert_eq!(asked(&scene.begin()), "SMS_MFA");
    let mut scene = scene_of(On, alice_with(&[Email], None));
    assert_eq!(asked(&scene.begin()), "EMAIL_OTP", "what is turned on goes first");
    let mut scene = scene_of(On, alice());
    assert_eq!(asked(&scene.begin()), "MFA_SETUP");
    let pool = PoolConfig { mfa_factors: Vec::new(), ..factor_pool(On, alice()) };
    let mut scene = Scene::of(pool, open_client());
    let refusal = scene.password_sign_in("alice", PASSWORD).unwrap_err();
    assert_eq!(refusal.name, "InvalidUserPoolConfigurationException");
}

#[test]
fn the_second_factor_follows_srp_as_well() {
    let mut scene = scene(&[Sms], None);
    let challenge = scene.srp_sign_in("alice", PASSWORD).unwrap();
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    Tokens::of(&scene.answer(&challenge, code).unwrap());
}

#[test]
fn whoever_may_not_sign_in_any_more_is_told_after_the_code() {
    let mut scene = scene(&[Sms], None);
    let challenge = scene.begin();
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    scene.ok("AdminDisableUser", scene.of_user("alice"));
    assert_eq!(scene.answer(&challenge, code).unwrap_err(), ("NotAuthorizedException", "User is disabled."));
}

#[test]
fn a_configuration_sets_up_only_what_the_user_can_have() {
    let refused = |mfa: UserMfaConfig| {
        let user = UserConfig { username: "bob".to_owned(), mfa, ..UserConfig::default() };
        let mut scene = scene_of(Optional, alice());
        let made = scene.simulator.create_user(scene.now, &scene.pool_id, user);
        made.expect_err("a configuration that contradicts itself").to_string()
    };
    assert!(refused(UserMfaConfig { enabled: vec![Sms], ..UserMfaConfig::default() }).contains("SMS_MFA"));
    let enabled = vec![SoftwareToken];
    assert!(refused(UserMfaConfig { enabled, ..UserMfaConfig::default() }).contains("SOFTWARE_TOKEN_MFA"));
    assert!(refused(UserMfaConfig { preferred: Some(Sms), ..UserMfaConfig::default() }).contains("preferred"));
    let software_token_secret = Some("not Base32".to_owned());
    assert!(refused(UserMfaConfig { software_token_secret, ..UserMfaConfig::default() }).contains("Base32"));
    let mfa: Value = json!({ "enabled": ["SOFTWARE_TOKEN_MFA"], "software_token_secret": "MFRGG" });
    let mfa: UserMfaConfig = serde_json::from_value(mfa).unwrap();
    let mut scene = scene_of(Optional, alice());
    let bob = UserConfig { username: "bob".to_owned(), password: Some(PASSWORD.to_owned()), mfa, ..alice() };
    scene.add_user(bob);
    assert_eq!(asked(&scene.password_sign_in("bob", PASSWORD).unwrap()), "SOFTWARE_TOKEN_MFA");
}
