//! The challenge MFA_SETUP: a user without a second factor sets up a factor during the sign-in.

use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::challenges::{
    EXPIRED_SESSION, INVALID_SESSION, SPENT_SESSION, WRONG_CODE, alice_with, challenge_name, factor_pool,
};
use cognito_integration_tests::support::scene::{Answer, PASSWORD, Scene, Tokens, alice, attribute, open_client};
use cognito_testkit::{ClientConfig, MfaConfiguration, MfaFactor, PoolConfig, Purpose};
use serde_json::{Value, json};

const WRONG: (&str, &str) = ("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA");

fn pool() -> PoolConfig {
    factor_pool(MfaConfiguration::On, alice())
}

fn scene() -> Scene {
    Scene::with_pool(pool(), open_client())
}

/// Calls AssociateSoftwareToken, and returns the secret and the next session.
#[track_caller]
fn associate(scene: &mut Scene, session: &Value) -> (String, Value) {
    let answer = scene.ok("AssociateSoftwareToken", json!({ "Session": session }));
    (answer["SecretCode"].as_str().unwrap().to_owned(), answer["Session"].clone())
}

fn verify_code(scene: &mut Scene, session: &Value, code: &str) -> Answer {
    let body = json!({ "Session": session, "UserCode": code, "FriendlyDeviceName": "my phone" });
    scene.call("VerifySoftwareToken", body)
}

fn code(scene: &Scene, secret: &str) -> String {
    app(secret, scene.now.as_unix_seconds())
}

/// Verifies the set-up with the current code of an authenticator app.
fn verify(scene: &mut Scene, session: &Value, secret: &str) -> Answer {
    let code = code(scene, secret);
    verify_code(scene, session, &code)
}

/// Tries to verify the set-up with the code of an authenticator app whose clock is 90 seconds fast.
fn verify_with_wrong_clock(scene: &mut Scene, session: &Value, secret: &str) -> Answer {
    let code = app(secret, scene.now.as_unix_seconds() + 90);
    verify_code(scene, session, &code)
}

#[test]
fn the_challenge_lists_the_factors_of_the_pool() {
    let mut scene = scene();
    let challenge = scene.begin();
    assert_eq!(challenge_name(&challenge), "MFA_SETUP");
    let factors = r#"["SOFTWARE_TOKEN_MFA","EMAIL_OTP","SMS_MFA"]"#;
    let parameters = json!({ "MFAS_CAN_SETUP": factors, "USER_ID_FOR_SRP": "Alice" });
    assert_eq!(challenge["ChallengeParameters"], parameters);
    let config = PoolConfig { mfa_factors: vec![MfaFactor::SoftwareToken], ..pool() };
    let mut scene = Scene::with_pool(config, open_client());
    assert_eq!(scene.begin()["ChallengeParameters"]["MFAS_CAN_SETUP"], r#"["SOFTWARE_TOKEN_MFA"]"#);
}

#[test]
fn three_requests_set_up_an_authenticator_app() {
    let mut scene = scene();
    let challenge = scene.begin();
    let (secret, associated) = associate(&mut scene, &challenge["Session"]);
    let verified = verify(&mut scene, &associated, &secret).unwrap();
    assert_eq!(verified["Status"], "SUCCESS");
    let signed_in = scene.respond("MFA_SETUP", &verified["Session"], json!({})).unwrap();
    let token = Tokens::from_answer(&signed_in).access;
    let user = scene.get_user(&token).unwrap();
    assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");

    let challenge = scene.begin();
    assert_eq!(challenge_name(&challenge), "SOFTWARE_TOKEN_MFA");
    assert_eq!(challenge["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"], "my phone");
    let used = json!({ "SOFTWARE_TOKEN_MFA_CODE": code(&scene, &secret) });
    assert_eq!(scene.answer(&challenge, used).unwrap_err().name, "ExpiredCodeException");
    scene.advance(30);
    let next = json!({ "SOFTWARE_TOKEN_MFA_CODE": code(&scene, &secret) });
    Tokens::from_answer(&scene.answer(&challenge, next).unwrap());
}

#[test]
fn each_step_spends_its_session() {
    let mut scene = scene();
    let first = scene.begin()["Session"].clone();
    let (secret, second) = associate(&mut scene, &first);
    assert_eq!(scene.refused("AssociateSoftwareToken", json!({ "Session": first })), SPENT_SESSION);
    let third = verify(&mut scene, &second, &secret).unwrap()["Session"].clone();
    assert_eq!(verify(&mut scene, &second, &secret).unwrap_err(), SPENT_SESSION);
    Tokens::from_answer(&scene.respond("MFA_SETUP", &third, json!({})).unwrap());
    assert_eq!(scene.respond("MFA_SETUP", &third, json!({})).unwrap_err(), SPENT_SESSION);
}

#[test]
fn a_new_secret_replaces_the_previous_one() {
    let mut scene = scene();
    let challenge = scene.begin();
    let (first, session) = associate(&mut scene, &challenge["Session"]);
    let (second, session) = associate(&mut scene, &session);
    assert_eq!(verify(&mut scene, &session, &first).unwrap_err(), WRONG);
    assert!(verify(&mut scene, &session, &second).is_ok());
}

#[test]
fn the_pool_decides_whether_a_wrong_code_spends_the_session() {
    for survives in [true, false] {
        let config = PoolConfig { challenge_session_survives_mismatch: survives, ..pool() };
        let mut scene = Scene::with_pool(config, open_client());
        let challenge = scene.begin();
        let (secret, session) = associate(&mut scene, &challenge["Session"]);
        assert_eq!(verify_with_wrong_clock(&mut scene, &session, &secret).unwrap_err(), WRONG);
        assert_eq!(verify(&mut scene, &session, &secret).is_ok(), survives);
    }
}

#[test]
fn a_pool_can_report_a_wrong_code_as_status_and_new_session() {
    let config = PoolConfig { software_token_status_error: true, ..pool() };
    let mut scene = Scene::with_pool(config, open_client());
    let challenge = scene.begin();
    let (secret, session) = associate(&mut scene, &challenge["Session"]);
    let failed = verify_with_wrong_clock(&mut scene, &session, &secret).unwrap();
    assert_eq!(failed["Status"], "ERROR");
    let refusal = scene.respond("MFA_SETUP", &failed["Session"], json!({})).unwrap_err();
    assert_eq!(refusal.name, "InvalidParameterException");
    assert_eq!(verify(&mut scene, &session, &secret).unwrap_err(), SPENT_SESSION);
    let verified = verify(&mut scene, &failed["Session"], &secret).unwrap();
    Tokens::from_answer(&scene.respond("MFA_SETUP", &verified["Session"], json!({})).unwrap());
}

#[test]
fn an_app_is_set_up_only_after_a_valid_code() {
    let mut scene = scene();
    let challenge = scene.begin();
    assert_eq!(scene.answer(&challenge, json!({})).unwrap_err().name, "InvalidParameterException");
    let no_secret = verify_code(&mut scene, &challenge["Session"], "123456").unwrap_err();
    assert_eq!(no_secret.name, "SoftwareTokenMFANotFoundException");
    let (_, session) = associate(&mut scene, &challenge["Session"]);
    assert_eq!(scene.respond("MFA_SETUP", &session, json!({})).unwrap_err().name, "InvalidParameterException");
    assert_eq!(challenge_name(&scene.begin()), "MFA_SETUP", "an abandoned set-up leaves no factor");
}

#[test]
fn a_session_of_another_challenge_cannot_set_up_an_app() {
    let mut scene = Scene::with_pool(factor_pool(MfaConfiguration::On, alice_with(&[], None)), open_client());
    let challenge = scene.begin();
    assert_eq!(challenge_name(&challenge), "SMS_MFA");
    let session = json!({ "Session": challenge["Session"] });
    assert_eq!(scene.refused("AssociateSoftwareToken", session), INVALID_SESSION);
    assert_eq!(verify_code(&mut scene, &challenge["Session"], "123456").unwrap_err(), INVALID_SESSION);
}

#[test]
fn the_session_of_a_set_up_expires() {
    let mut scene = Scene::with_pool(pool(), ClientConfig { auth_session_validity_minutes: 3, ..open_client() });
    let challenge = scene.begin();
    scene.advance(179);
    let (secret, session) = associate(&mut scene, &challenge["Session"]);
    scene.advance(180);
    assert_eq!(verify(&mut scene, &session, &secret).unwrap_err(), EXPIRED_SESSION);
}

#[test]
fn a_pool_without_software_tokens_rejects_their_set_up() {
    let config = PoolConfig { mfa_factors: vec![MfaFactor::Email], ..pool() };
    let mut scene = Scene::with_pool(config, open_client());
    let challenge = scene.begin();
    let refusal = scene.refused("AssociateSoftwareToken", json!({ "Session": challenge["Session"] }));
    assert_eq!(refusal.name, "SoftwareTokenMFANotFoundException");
}

#[test]
fn a_code_sets_up_an_e_mail_address_as_a_factor() {
    let mut scene = scene();
    let challenge = scene.begin();
    let wrong = scene.answer(&challenge, json!({ "EMAIL": "no address" })).unwrap_err();
    assert_eq!(wrong.name, "InvalidParameterException");
    let next = scene.answer(&challenge, json!({ "EMAIL": "new@example.org" })).unwrap();
    assert_eq!(challenge_name(&next), "EMAIL_OTP");
    let message = scene.last_message();
    assert_eq!((message.destination.as_str(), message.purpose), ("new@example.org", Purpose::SignIn));
    let attributes = scene.ok("AdminGetUser", scene.user_request("alice"))["UserAttributes"].clone();
    assert_eq!(attribute(&attributes, "email_verified"), Some("false"));
    let wrong = json!({ "EMAIL_OTP_CODE": scene.wrong_code() });
    assert_eq!(scene.answer(&next, wrong).unwrap_err(), WRONG_CODE);
    Tokens::from_answer(&scene.answer(&next, json!({ "EMAIL_OTP_CODE": message.code })).unwrap());

    let user = scene.ok("AdminGetUser", scene.user_request("alice"));
    assert_eq!(attribute(&user["UserAttributes"], "email"), Some("new@example.org"));
    assert_eq!(attribute(&user["UserAttributes"], "email_verified"), Some("true"));
    assert_eq!(user["PreferredMfaSetting"], "EMAIL_OTP");
    assert_eq!(challenge_name(&scene.begin()), "EMAIL_OTP");
}

#[test]
fn a_code_verifies_only_the_address_that_received_it() {
    let mut scene = scene();
    let (first, second) = (scene.begin(), scene.begin());
    let next = scene.answer(&first, json!({ "EMAIL": "old@example.org" })).unwrap();
    let code = json!({ "EMAIL_OTP_CODE": scene.code() });
    scene.answer(&second, json!({ "EMAIL": "new@example.org" })).unwrap();
    assert_eq!(scene.answer(&next, code).unwrap_err(), INVALID_SESSION);
}

#[test]
fn an_address_is_rejected_if_the_pool_has_no_e_mail_factor() {
    let config = PoolConfig { mfa_factors: vec![MfaFactor::SoftwareToken], ..pool() };
    let mut scene = Scene::with_pool(config, open_client());
    let challenge = scene.begin();
    let refusal = scene.answer(&challenge, json!({ "EMAIL": "new@example.org" })).unwrap_err();
    assert_eq!(refusal.name, "InvalidParameterException");
}

#[test]
fn another_users_address_cannot_be_set_up_as_a_factor() {
    let config = PoolConfig { alias_attributes: vec!["email".to_owned()], ..pool() };
    let mut scene = Scene::with_pool(config, open_client());
    let mut bob = cognito_testkit::UserConfig { username: "bob".to_owned(), ..alice() };
    bob.attributes.insert("email".to_owned(), "bob@example.com".to_owned());
    scene.add_user(bob);
    let challenge = scene.password_sign_in("alice", PASSWORD).unwrap();
    let next = scene.answer(&challenge, json!({ "EMAIL": "bob@example.com" })).unwrap();
    let code = json!({ "EMAIL_OTP_CODE": scene.code() });
    assert_eq!(scene.answer(&next, code).unwrap_err().name, "AliasExistsException");
}
