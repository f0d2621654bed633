//! The client's account operations against the simulated service.

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::operation::*;
use cognito_core::{FactorState, Plan, RemoteSignOut, Session, SetMfaPreference, SignOut, SignOutScope, Timestamp};
use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::pair::{Pair, config, not_authorized, refused};
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_testkit::Config;

const ALICE: &str = r#"{"username":"alice","password":"Correct-horse-1",
    "attributes":{"email":"alice@example.com","phone_number":"+15550001234"}}"#;

#[track_caller]
fn signed_in() -> (Pair, Session) {
    let pair = Pair::new(config(ALICE), "secret");
    let session = pair.sign_in("alice", PASSWORD).unwrap();
    (pair, session)
}

/// Returns a signed-in user of a pool in which second factors are optional.
#[track_caller]
fn with_second_factors() -> (Pair, Session) {
    let text = format!(
        r#"{{"pools":[{{"mfa_configuration":"OPTIONAL","mfa_factors":["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"],
            "auto_verified_attributes":["email","phone_number"],"clients":[{{"name":"public"}}],"users":[{ALICE}]}}]}}"#
    );
    let pair = Pair::new(Config::from_json(&text).unwrap(), "public");
    let session = pair.sign_in("alice", PASSWORD).unwrap();
    (pair, session)
}

#[test]
fn a_sign_up_accepts_validation_data_and_client_metadata() {
    let pair = Pair::new(Config::standard(), "public");
    let mut sign_up = SignUp::new("alice", PASSWORD);
    sign_up.validation_data.push(Attribute::new("captcha", "solved"));
    sign_up.context.client_metadata.insert("campaign".into(), "spring".into());
    sign_up.context.user_context_data = Some(UserContextData::default());
    assert!(!pair.call(sign_up).unwrap().user_confirmed);
}

#[test]
fn a_code_replaces_a_forgotten_password() {
    let (pair, _) = signed_in();
    let details = pair.call(ForgotPassword::new("alice")).unwrap().code_delivery_details.unwrap();
    // If the e-mail address and the phone number are verified, the service sends the code to the phone.
    assert_eq!(details.delivery_medium, Some(DeliveryMedium::Sms));
    assert_eq!(
        refused(pair.call(ConfirmForgotPassword::new("alice", "0", "Battery-staple-2"))),
        RefusalKind::CodeMismatch
    );
    pair.call(ConfirmForgotPassword::new("alice", pair.last_code(), "Battery-staple-2")).unwrap();
    assert_eq!(not_authorized(pair.start("alice", PASSWORD)), NotAuthorized::IncorrectUsernameOrPassword);
    pair.sign_in("alice", "Battery-staple-2").unwrap();
}

#[test]
fn a_password_reset_code_expires() {
    let (mut pair, _) = signed_in();
    pair.call(ForgotPassword::new("alice")).unwrap();
    pair.now = Timestamp::from_unix_millis(pair.now.as_unix_millis() + 3_601_000);
    let late = pair.call(ConfirmForgotPassword::new("alice", pair.last_code(), "Battery-staple-2"));
    assert_eq!(refused(late), RefusalKind::ExpiredCode);
}

#[test]
fn too_many_wrong_passwords_lock_a_user_out_temporarily() {
    let (mut pair, _) = signed_in();
    let wrong = |pair: &Pair| not_authorized(pair.start("alice", "Wrong-horse-1"));
    while wrong(&pair) == NotAuthorized::IncorrectUsernameOrPassword {}
    assert_eq!(wrong(&pair), NotAuthorized::PasswordAttemptsExceeded);
    pair.now = Timestamp::from_unix_millis(pair.now.as_unix_millis() + 900_000);
    pair.sign_in("alice", PASSWORD).unwrap();
}

#[test]
fn attributes_can_be_read_changed_verified_and_deleted() {
    let (pair, session) = signed_in();
    let nickname = UpdateUserAttributes::new([Attribute::new("nickname", "Al")]);
    assert!(pair.call_signed_in(&session, nickname).unwrap().code_delivery_details_list.is_empty());

    let email = UpdateUserAttributes::new([Attribute::new("email", "al@example.com")]);
    let sent = pair.call_signed_in(&session, email).unwrap().code_delivery_details_list;
    assert_eq!(sent[0].attribute_name.as_deref(), Some("email"));
    let user = pair.call_signed_in(&session, GetUser::new()).unwrap();
    assert_eq!((user.attribute("nickname"), user.attribute("email_verified")), (Some("Al"), Some("false")));

    assert_eq!(
        refused(pair.call_signed_in(&session, VerifyUserAttribute::new("email", "0"))),
        RefusalKind::CodeMismatch
    );
    pair.call_signed_in(&session, GetUserAttributeVerificationCode::new("email")).unwrap();
    pair.call_signed_in(&session, VerifyUserAttribute::new("email", pair.last_code())).unwrap();
    pair.call_signed_in(&session, DeleteUserAttributes::new(["nickname"])).unwrap();
    let user = pair.call_signed_in(&session, GetUser::new()).unwrap();
    assert_eq!((user.attribute("nickname"), user.attribute("email_verified")), (None, Some("true")));
}

#[test]
fn an_authenticator_app_can_be_set_up_and_preferred() {
    let (pair, session) = with_second_factors();
    let secret = pair.call_signed_in(&session, AssociateSoftwareToken::new()).unwrap().secret_code.unwrap();
    let right = app(secret.expose(), pair.now.as_unix_seconds());
    let wrong = if right == "000000" { "000001" } else { "000000" };
    assert_eq!(
        refused(pair.call_signed_in(&session, VerifySoftwareToken::new(wrong))),
        RefusalKind::EnableSoftwareTokenMfa
    );
    let verified = pair.call_signed_in(&session, VerifySoftwareToken::new(right)).unwrap();
    assert_eq!(verified.status, Some(SoftwareTokenStatus::Success));

    let change = SetMfaPreference::new(&pair.client, &session).with_software_token(FactorState::Preferred);
    pair.run(change).unwrap();
    let user = pair.call_signed_in(&session, GetUser::new()).unwrap();
    assert_eq!(user.preferred_mfa_setting.as_deref(), Some("SOFTWARE_TOKEN_MFA"));
    assert_eq!(user.user_mfa_setting_list, ["SOFTWARE_TOKEN_MFA"]);
}

#[test]
fn a_preference_change_keeps_factors_that_it_does_not_name() {
    let (pair, session) = with_second_factors();
    let change = || SetMfaPreference::new(&pair.client, &session);
    let preference = || {
        let factors = pair.call_signed_in(&session, GetUserAuthFactors::new()).unwrap();
        (factors.preferred_mfa_setting.unwrap_or_default(), factors.user_mfa_setting_list)
    };
    pair.run(change().with_sms(FactorState::Preferred)).unwrap();
    pair.run(change().with_email(FactorState::On)).unwrap();
    let (preferred, mut factors) = preference();
    factors.sort();
    assert_eq!((preferred.as_str(), factors), ("SMS_MFA", vec!["EMAIL_OTP".to_owned(), "SMS_MFA".to_owned()]));

    pair.run(change().with_email(FactorState::Preferred)).unwrap();
    pair.run(change().with_sms(FactorState::Off)).unwrap();
    assert_eq!(preference(), ("EMAIL_OTP".to_owned(), vec!["EMAIL_OTP".to_owned()]));
}

#[test]
fn a_factor_must_be_set_up_before_it_is_turned_on() {
    let (pair, session) = with_second_factors();
    let change = SetMfaPreference::new(&pair.client, &session).with_software_token(FactorState::On);
    assert_eq!(refused(pair.run(change)), RefusalKind::InvalidParameter);
}

#[test]
fn set_user_settings_turns_sms_codes_on_and_off() {
    let (pair, session) = with_second_factors();
    let mut option = MfaOption::default();
    option.attribute_name = Some("phone_number".into());
    option.delivery_medium = Some(DeliveryMedium::Sms);
    pair.call_signed_in(&session, SetUserSettings::new(vec![option])).unwrap();
    assert_eq!(pair.call_signed_in(&session, GetUser::new()).unwrap().user_mfa_setting_list, ["SMS_MFA"]);
    pair.call_signed_in(&session, SetUserSettings::new(Vec::new())).unwrap();
    assert!(pair.call_signed_in(&session, GetUser::new()).unwrap().user_mfa_setting_list.is_empty());
}

#[test]
fn a_user_can_list_sessions_and_revoke_another_one() {
    let (pair, session) = signed_in();
    let other = pair.sign_in("alice", PASSWORD).unwrap();
    let sessions = pair.call_signed_in(&session, ListUserSessions::new()).unwrap().sessions;
    let of = |is_current: bool| {
        let found = sessions.iter().find(|session| session.is_current_session == Some(is_current)).unwrap();
        RevokeUserSession::new(found.session_id.clone().unwrap())
    };
    assert_eq!(sessions.len(), 2);
    refused(pair.call_signed_in(&session, of(true)));
    pair.call_signed_in(&session, of(false)).unwrap();
    assert_eq!(not_authorized(pair.refresh(&other)), NotAuthorized::RefreshTokenRevoked);
    pair.refresh(&session).unwrap();
}

#[test]
fn operations_on_an_unknown_device_are_resource_not_found() {
    let (pair, session) = signed_in();
    let key = "us-east-1_12345678-1234-1234-1234-123456789012";
    assert!(pair.call_signed_in(&session, ListDevices::new()).unwrap().devices.is_empty());
    let unknown = [
        refused(pair.call_signed_in(&session, GetDevice::new(key))),
        refused(pair.call_signed_in(&session, ForgetDevice::new(key))),
        refused(pair.call_signed_in(&session, UpdateDeviceStatus::new(key, DeviceRememberedStatus::Remembered))),
    ];
    assert_eq!(unknown, [RefusalKind::ResourceNotFound; 3]);
}

#[test]
fn a_deleted_user_cannot_sign_in_or_use_tokens() {
    let (pair, session) = signed_in();
    pair.call_signed_in(&session, DeleteUser::new()).unwrap();
    refused(pair.start("alice", PASSWORD));
    refused(pair.call_signed_in(&session, GetUser::new()));
}

#[test]
fn a_session_can_be_refreshed_until_it_is_revoked() {
    let (mut pair, session) = signed_in();
    let margin = core::time::Duration::from_secs(60);
    assert_eq!(session.plan(pair.now, margin), Plan::Use);
    pair.now = Timestamp::from_unix_millis(pair.now.as_unix_millis() + 3_590_000);
    assert_eq!(session.plan(pair.now, margin), Plan::Refresh);
    let renewed = pair.refresh(&session).unwrap();
    assert_eq!(renewed.plan(pair.now, margin), Plan::Use);
    let outcome = pair.run(SignOut::new(&pair.client, &renewed, SignOutScope::Revoke)).unwrap();
    assert!(matches!(outcome, RemoteSignOut::Done));
    assert_eq!(not_authorized(pair.refresh(&renewed)), NotAuthorized::RefreshTokenRevoked);
}
