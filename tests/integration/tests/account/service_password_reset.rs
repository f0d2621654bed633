//! ForgotPassword, ConfirmForgotPassword and AdminResetUserPassword.

use cognito_integration_tests::support::scene::{
    EXPIRED, INCORRECT, LIMIT, MISMATCH, PASSWORD, Scene, alice, email_pool, open_client, other_than,
};
use cognito_testkit::{ClientConfig, PoolConfig, Purpose, RecoveryOption, UserConfig, UserExistenceErrors, UserStatus};
use serde_json::json;

const NEW_PASSWORD: &str = "Correct-horse-2";
const UNKNOWN: (&str, &str) = ("UserNotFoundException", "Username/client id combination not found.");
const NO_ADDRESS: (&str, &str) = (
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
);

fn hiding() -> ClientConfig {
    ClientConfig { prevent_user_existence_errors: UserExistenceErrors::Enabled, ..open_client() }
}

fn unverified() -> UserConfig {
    let mut user = alice();
    user.attributes.insert("email_verified".to_owned(), "false".to_owned());
    user
}

#[test]
fn a_code_replaces_a_forgotten_password() {
    let mut scene = Scene::with_alice();
    let answer = scene.forgot_password("alice").unwrap();
    let details = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "a***@e***" });
    assert_eq!(answer, json!({ "CodeDeliveryDetails": details }));
    let message = scene.last_message();
    assert_eq!((message.purpose, message.destination.as_str()), (Purpose::ForgotPassword, "alice@example.com"));

    assert_eq!(scene.confirm_forgot_password("alice", other_than(&message.code), NEW_PASSWORD).unwrap_err(), MISMATCH);
    assert_eq!(
        scene.confirm_forgot_password("alice", &message.code, "weak").unwrap_err().name,
        "InvalidPasswordException"
    );
    scene.confirm_forgot_password("alice", &message.code, NEW_PASSWORD).unwrap();
    assert_eq!(scene.srp_sign_in("alice", PASSWORD).unwrap_err(), INCORRECT);
    assert!(scene.srp_sign_in("alice", NEW_PASSWORD).is_ok());
    assert_eq!(scene.confirm_forgot_password("alice", &message.code, NEW_PASSWORD).unwrap_err(), EXPIRED);
}

#[test]
fn a_password_reset_keeps_existing_tokens_valid() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    scene.forgot_password("alice").unwrap();
    let code = scene.last_message().code;
    scene.confirm_forgot_password("alice", &code, NEW_PASSWORD).unwrap();
    assert!(scene.get_user(&tokens.access).is_ok());
}

#[test]
fn a_code_is_valid_for_an_hour_and_until_a_newer_one() {
    let mut scene = Scene::with_alice();
    scene.forgot_password("alice").unwrap();
    let first = scene.last_message().code;
    scene.forgot_password("alice").unwrap();
    let second = scene.last_message().code;
    assert_ne!(first, second);
    assert_eq!(scene.confirm_forgot_password("alice", &first, NEW_PASSWORD).unwrap_err(), MISMATCH);
    scene.advance(3_600);
    assert_eq!(scene.confirm_forgot_password("alice", &second, NEW_PASSWORD).unwrap_err(), EXPIRED);
}

#[test]
fn at_most_five_codes_are_sent_per_hour() {
    let mut scene = Scene::with_alice();
    for _ in 0..5 {
        scene.forgot_password("alice").unwrap();
        scene.advance(60);
    }
    assert_eq!(scene.forgot_password("alice").unwrap_err(), LIMIT);
    scene.advance(3_300);
    assert!(scene.forgot_password("alice").is_ok());
}

#[test]
fn after_too_many_wrong_codes_even_the_right_one_is_rejected() {
    let config = PoolConfig { users: vec![alice()], code_failures_per_hour: Some(2), ..email_pool() };
    let mut scene = Scene::with_pool(config, open_client());
    scene.forgot_password("alice").unwrap();
    let code = scene.last_message().code;
    for _ in 0..2 {
        assert_eq!(scene.confirm_forgot_password("alice", other_than(&code), NEW_PASSWORD).unwrap_err(), MISMATCH);
    }
    assert_eq!(scene.confirm_forgot_password("alice", &code, NEW_PASSWORD).unwrap_err(), LIMIT);
    scene.advance(3_600);
    scene.forgot_password("alice").unwrap();
    let code = scene.last_message().code;
    scene.confirm_forgot_password("alice", &code, NEW_PASSWORD).unwrap();
}

#[test]
fn the_limits_can_be_turned_off() {
    let config =
        PoolConfig { users: vec![alice()], code_sends_per_hour: None, code_failures_per_hour: None, ..email_pool() };
    let mut scene = Scene::with_pool(config, open_client());
    for _ in 0..30 {
        scene.forgot_password("alice").unwrap();
        let code = scene.last_message().code;
        assert_eq!(scene.confirm_forgot_password("alice", other_than(&code), NEW_PASSWORD).unwrap_err(), MISMATCH);
    }
}

#[test]
fn a_password_reset_needs_a_verified_address() {
    let mut scene = Scene::with_pool(PoolConfig { users: vec![unverified()], ..email_pool() }, open_client());
    assert_eq!(scene.forgot_password("alice").unwrap_err(), NO_ADDRESS);
    assert_eq!(scene.refused("AdminResetUserPassword", scene.user_request("alice")), NO_ADDRESS);
}

#[test]
fn the_pool_chooses_which_address_gets_the_code() {
    let mut user = alice();
    user.attributes.insert("phone_number".to_owned(), "+15550001234".to_owned());
    let to = |account_recovery: Vec<RecoveryOption>| {
        let config = PoolConfig { users: vec![user.clone()], account_recovery, ..email_pool() };
        let answer = Scene::with_pool(config, open_client()).forgot_password("alice");
        answer.map(|answer| answer["CodeDeliveryDetails"]["DeliveryMedium"].clone())
    };
    assert_eq!(to(PoolConfig::default().account_recovery), Ok(json!("SMS")));
    assert_eq!(to(vec![RecoveryOption::VerifiedEmail, RecoveryOption::VerifiedPhoneNumber]), Ok(json!("EMAIL")));
    let text = "Contact administrator to reset password.";
    assert_eq!(to(vec![RecoveryOption::AdminOnly]).unwrap_err(), ("NotAuthorizedException", text));
}

#[test]
fn a_client_that_does_not_hide_users_reports_missing_users() {
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, open_client());
    assert_eq!(scene.forgot_password("nobody").unwrap_err(), UNKNOWN);
    assert_eq!(scene.confirm_forgot_password("nobody", "123456", NEW_PASSWORD).unwrap_err(), UNKNOWN);
    scene.ok("AdminDisableUser", scene.user_request("alice"));
    let disabled = ("NotAuthorizedException", "User is disabled.");
    assert_eq!(scene.forgot_password("alice").unwrap_err(), disabled);
    assert_eq!(scene.confirm_forgot_password("alice", "123456", NEW_PASSWORD).unwrap_err(), disabled);
}

#[test]
fn a_client_that_hides_users_pretends_to_send_a_code() {
    let disabled = UserConfig { username: "off".to_owned(), enabled: false, ..alice() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![unverified(), disabled], ..email_pool() }, hiding());
    for name in ["nobody", "alice", "off"] {
        let answer = scene.forgot_password(name).unwrap();
        assert_eq!(answer["CodeDeliveryDetails"]["AttributeName"], "email", "{name}");
    }
    assert!(scene.simulator.messages().is_empty());
    assert_eq!(scene.confirm_forgot_password("nobody", "123456", NEW_PASSWORD).unwrap_err(), MISMATCH);
    assert_eq!(scene.confirm_forgot_password("off", "123456", NEW_PASSWORD).unwrap_err(), MISMATCH);
}

#[test]
fn admin_only_recovery_hides_whether_a_user_exists() {
    let account_recovery = vec![RecoveryOption::AdminOnly];
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], account_recovery, ..email_pool() }, hiding());
    assert_eq!(scene.forgot_password("alice").unwrap_err(), scene.forgot_password("nobody").unwrap_err());
}

#[test]
fn a_temporary_password_cannot_be_reset() {
    let user = UserConfig { status: UserStatus::ForceChangePassword, ..alice() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![user], ..email_pool() }, open_client());
    let text = "User password cannot be reset in the current state.";
    assert_eq!(scene.forgot_password("alice").unwrap_err(), ("NotAuthorizedException", text));
    assert_eq!(scene.refused("AdminResetUserPassword", scene.user_request("alice")), ("NotAuthorizedException", text));
}

#[test]
fn an_administrators_reset_requires_a_new_password() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    scene.ok("AdminResetUserPassword", scene.user_request("alice"));
    let required = ("PasswordResetRequiredException", "Password reset required for the user");
    assert_eq!(scene.srp_sign_in("alice", PASSWORD).unwrap_err(), required);
    assert_eq!(scene.password_sign_in("alice", PASSWORD).unwrap_err(), required);
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), required);
    assert_eq!(scene.ok("AdminGetUser", scene.user_request("alice"))["UserStatus"], "RESET_REQUIRED");

    let message = scene.last_message();
    assert_eq!(message.purpose, Purpose::ForgotPassword);
    scene.confirm_forgot_password("alice", &message.code, NEW_PASSWORD).unwrap();
    assert!(scene.srp_sign_in("alice", NEW_PASSWORD).is_ok());
}

#[test]
fn a_client_with_a_secret_must_send_the_secret_hash() {
    let client = ClientConfig { generate_secret: true, ..open_client() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, client);
    let bare = json!({ "ClientId": scene.client.id, "Username": "alice", "ConfirmationCode": "1", "Password": "x" });
    let text = format!("Client {} is configured with secret but SECRET_HASH was not received", scene.client.id);
    for operation in ["ForgotPassword", "ConfirmForgotPassword"] {
        assert_eq!(scene.refused(operation, bare.clone()), ("NotAuthorizedException", text.as_str()));
    }
    scene.forgot_password("alice").unwrap();
    let code = scene.last_message().code;
    scene.confirm_forgot_password("alice", &code, NEW_PASSWORD).unwrap();
}
