//! The `Session` of a challenge: bound to a user, an app client and a challenge, valid once and for a limited
//! time.

use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::challenges::{
    APP_SECRET, EXPIRED_SESSION, INVALID_SESSION, SPENT_SESSION, WRONG_CODE, alice_with, challenge_name, factor_pool,
};
use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, open_client};
use cognito_testkit::MfaFactor::{Email, Sms, SoftwareToken};
use cognito_testkit::{ClientConfig, MfaConfiguration, MfaFactor, PoolConfig, UserConfig};
use serde_json::json;

fn pool(enabled: &[MfaFactor]) -> PoolConfig {
    factor_pool(MfaConfiguration::Optional, alice_with(enabled, None))
}

fn scene() -> Scene {
    Scene::with_pool(pool(&[Sms]), open_client())
}

#[test]
fn the_right_answer_spends_a_session() {
    let mut scene = scene();
    let challenge = scene.begin();
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    Tokens::from_answer(&scene.answer(&challenge, code.clone()).unwrap());
    assert_eq!(scene.answer(&challenge, code).unwrap_err(), SPENT_SESSION);
}

#[test]
fn the_pool_decides_whether_a_wrong_code_spends_a_session() {
    let mut scene = scene();
    let challenge = scene.begin();
    let (right, wrong) = (json!({ "SMS_MFA_CODE": scene.code() }), json!({ "SMS_MFA_CODE": scene.wrong_code() }));
    assert_eq!(scene.answer(&challenge, wrong.clone()).unwrap_err(), WRONG_CODE);
    assert_eq!(scene.answer(&challenge, wrong.clone()).unwrap_err(), WRONG_CODE);
    Tokens::from_answer(&scene.answer(&challenge, right.clone()).unwrap());

    let pool = PoolConfig { challenge_session_survives_mismatch: false, ..pool(&[Sms]) };
    let mut scene = Scene::with_pool(pool, open_client());
    let challenge = scene.begin();
    let (right, wrong) = (json!({ "SMS_MFA_CODE": scene.code() }), json!({ "SMS_MFA_CODE": scene.wrong_code() }));
    assert_eq!(scene.answer(&challenge, wrong).unwrap_err(), WRONG_CODE);
    assert_eq!(scene.answer(&challenge, right).unwrap_err(), SPENT_SESSION);
}

#[test]
fn the_pool_decides_whether_a_wrong_totp_spends_a_session() {
    for survives in [true, false] {
        let config = PoolConfig { challenge_session_survives_mismatch: survives, ..pool(&[SoftwareToken]) };
        let mut scene = Scene::with_pool(config, open_client());
        let challenge = scene.begin();
        let code = |at: u64| json!({ "SOFTWARE_TOKEN_MFA_CODE": app(APP_SECRET, at) });
        let now = scene.now.as_unix_seconds();
        assert_eq!(scene.answer(&challenge, code(now + 90)).unwrap_err().name, "CodeMismatchException");
        assert_eq!(scene.answer(&challenge, code(now)).is_ok(), survives);
    }
}

#[test]
fn the_app_client_sets_how_long_a_session_is_valid() {
    let client = ClientConfig { auth_session_validity_minutes: 5, ..open_client() };
    let mut scene = Scene::with_pool(pool(&[Sms]), client);
    let challenge = scene.begin();
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    scene.advance(300);
    assert_eq!(scene.answer(&challenge, code).unwrap_err(), EXPIRED_SESSION);
    let challenge = scene.begin();
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    scene.advance(299);
    Tokens::from_answer(&scene.answer(&challenge, code).unwrap());
}

#[test]
fn each_session_has_its_own_lifetime() {
    let mut scene = Scene::with_pool(pool(&[Sms, Email]), open_client());
    let choice = scene.begin();
    scene.advance(179);
    let challenge = scene.answer(&choice, json!({ "ANSWER": "SMS_MFA" })).unwrap();
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    scene.advance(179);
    Tokens::from_answer(&scene.answer(&challenge, code).unwrap());
}

#[test]
fn a_session_is_bound_to_a_user_a_client_and_a_challenge() {
    let mut scene = scene();
    scene.add_user(UserConfig { username: "bob".to_owned(), ..alice_with(&[Sms], None) });
    let challenge = scene.begin();
    let code = scene.code();
    let bob = json!({ "USERNAME": "bob", "SMS_MFA_CODE": code });
    assert_eq!(scene.answer(&challenge, bob).unwrap_err(), INVALID_SESSION);
    let nobody = json!({ "USERNAME": "nobody", "SMS_MFA_CODE": code });
    assert_eq!(scene.answer(&challenge, nobody).unwrap_err(), INVALID_SESSION);
    let email = json!({ "EMAIL_OTP_CODE": code, "SMS_MFA_CODE": code });
    assert_eq!(scene.respond("EMAIL_OTP", &challenge["Session"], email).unwrap_err(), INVALID_SESSION);
    let first = scene.switch_client(open_client());
    assert_eq!(scene.answer(&challenge, json!({ "SMS_MFA_CODE": code })).unwrap_err(), INVALID_SESSION);
    scene.client = first;
    Tokens::from_answer(&scene.answer(&challenge, json!({ "SMS_MFA_CODE": code })).unwrap());
}

#[test]
fn an_invented_session_is_rejected() {
    let mut scene = scene();
    let session = json!("AYABeA session that was made up");
    for name in ["SMS_MFA", "NEW_PASSWORD_REQUIRED", "CUSTOM_CHALLENGE", "DEVICE_SRP_AUTH", "SELECT_CHALLENGE"] {
        assert_eq!(scene.respond(name, &session, json!({})).unwrap_err(), INVALID_SESSION, "{name}");
    }
}

#[test]
fn an_answer_without_a_required_parameter_spends_no_session() {
    let mut scene = scene();
    let challenge = scene.begin();
    let missing = |name: &str| ("InvalidParameterException".to_owned(), format!("Missing required parameter {name}"));
    let refusal = scene.answer(&challenge, json!({})).unwrap_err();
    assert_eq!((refusal.name, refusal.message), missing("SMS_MFA_CODE"));
    let refusal = scene.answer(&challenge, json!({ "USERNAME": null })).unwrap_err();
    assert_eq!((refusal.name, refusal.message), missing("USERNAME"));
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    let refusal = scene.respond("SMS_MFA", &json!(null), code.clone()).unwrap_err();
    assert_eq!((refusal.name, refusal.message), missing("Session"));
    Tokens::from_answer(&scene.answer(&challenge, code).unwrap());
}

#[test]
fn an_answer_may_name_the_user_by_an_alias() {
    let pool = PoolConfig { alias_attributes: vec!["email".to_owned()], ..pool(&[Sms]) };
    let mut scene = Scene::with_pool(pool, open_client());
    for name in ["Alice", "ALICE", "alice@example.com"] {
        let challenge = scene.password_sign_in("alice@example.com", PASSWORD).unwrap();
        let code = json!({ "USERNAME": name, "SMS_MFA_CODE": scene.code() });
        Tokens::from_answer(&scene.answer(&challenge, code).unwrap());
    }
}

#[test]
fn an_answer_of_a_client_with_a_secret_needs_the_secret_hash() {
    let client = ClientConfig { generate_secret: true, ..open_client() };
    let mut scene = Scene::with_pool(pool(&[Sms]), client);
    let challenge = scene.begin();
    let code = scene.code();
    let secret = scene.client.secret.take();
    let refusal = scene.answer(&challenge, json!({ "SMS_MFA_CODE": code })).unwrap_err();
    assert_eq!(refusal.name, "NotAuthorizedException");
    scene.client.secret = secret;
    Tokens::from_answer(&scene.answer(&challenge, json!({ "SMS_MFA_CODE": code })).unwrap());
}

#[test]
fn a_session_of_a_deleted_user_is_rejected() {
    let mut scene = scene();
    let challenge = scene.begin();
    let code = json!({ "USERNAME": "Alice", "SMS_MFA_CODE": scene.code() });
    scene.ok("AdminDeleteUser", scene.user_request("alice"));
    let refusal = scene.answer(&challenge, code).unwrap_err();
    assert_eq!(refusal.name, "NotAuthorizedException");
}

#[test]
fn one_sign_in_can_have_several_challenges() {
    let mut user = alice_with(&[Sms, Email], None);
    user.status = cognito_testkit::UserStatus::ForceChangePassword;
    let mut scene = Scene::with_pool(factor_pool(MfaConfiguration::On, user), open_client());
    let challenge = scene.srp_sign_in("alice", PASSWORD).unwrap();
    assert_eq!(challenge_name(&challenge), "NEW_PASSWORD_REQUIRED");
    let challenge = scene.answer(&challenge, json!({ "NEW_PASSWORD": "Correct-horse-2" })).unwrap();
    assert_eq!(challenge_name(&challenge), "SELECT_MFA_TYPE");
    let challenge = scene.answer(&challenge, json!({ "ANSWER": "EMAIL_OTP" })).unwrap();
    assert_eq!(challenge_name(&challenge), "EMAIL_OTP");
    let code = json!({ "EMAIL_OTP_CODE": scene.code() });
    Tokens::from_answer(&scene.answer(&challenge, code).unwrap());
}
