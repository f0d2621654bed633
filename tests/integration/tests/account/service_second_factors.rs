//! Set-up of second factors: software tokens and preferences.

use cognito_integration_tests::support::authenticator::app;
use cognito_integration_tests::support::scene::{Answer, Scene, alice, email_pool, open_client, with_access_token};
use cognito_testkit::{MfaConfiguration, MfaFactor, PoolConfig, UserConfig};
use serde_json::{Value, json};

fn user() -> UserConfig {
    let mut user = alice();
    user.attributes.insert("phone_number".to_owned(), "+15550001234".to_owned());
    user
}

fn pool() -> PoolConfig {
    PoolConfig {
        mfa_configuration: MfaConfiguration::Optional,
        mfa_factors: vec![MfaFactor::Sms, MfaFactor::SoftwareToken, MfaFactor::Email],
        users: vec![user()],
        ..email_pool()
    }
}

fn scene() -> (Scene, String) {
    let mut scene = Scene::with_pool(pool(), open_client());
    let token = scene.tokens().access;
    (scene, token)
}

#[track_caller]
fn associate(scene: &mut Scene, token: &str) -> String {
    let answer = scene.ok("AssociateSoftwareToken", with_access_token(token, json!({})));
    answer["SecretCode"].as_str().unwrap().to_owned()
}

fn verify(scene: &mut Scene, token: &str, code: &str) -> Answer {
    scene.call(
        "VerifySoftwareToken",
        with_access_token(token, json!({ "UserCode": code, "FriendlyDeviceName": "phone" })),
    )
}

fn prefer(scene: &mut Scene, token: &str, settings: Value) -> Answer {
    scene.call("SetUserMFAPreference", with_access_token(token, settings))
}

/// Returns the enabled factors and the preferred factor from GetUser.
#[track_caller]
fn preference(scene: &mut Scene, token: &str) -> (Value, Value) {
    let user = scene.get_user(token).unwrap();
    (user["UserMFASettingList"].clone(), user["PreferredMfaSetting"].clone())
}

#[track_caller]
fn set_up_token(scene: &mut Scene, token: &str) {
    let secret = associate(scene, token);
    let code = app(&secret, scene.now.as_unix_seconds());
    assert_eq!(verify(scene, token, &code), Ok(json!({ "Status": "SUCCESS" })));
}

#[test]
fn a_code_of_the_secret_sets_up_a_software_token() {
    let (mut scene, token) = scene();
    let missing = ("SoftwareTokenMFANotFoundException", "Software Token MFA does not exist for the user.");
    assert_eq!(verify(&mut scene, &token, "123456").unwrap_err(), missing);
    let secret = associate(&mut scene, &token);
    assert_eq!(secret.len(), 52);
    let now = scene.now.as_unix_seconds();
    let wrong = ("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA");
    for off in [now - 60, now + 60] {
        assert_eq!(verify(&mut scene, &token, &app(&secret, off)).unwrap_err(), wrong);
    }
    assert!(verify(&mut scene, &token, &app(&secret, now - 30)).is_ok());
    assert!(verify(&mut scene, &token, &app(&secret, now + 30)).is_ok());
}

#[test]
fn a_newer_secret_replaces_an_unverified_one() {
    let (mut scene, token) = scene();
    let first = associate(&mut scene, &token);
    let second = associate(&mut scene, &token);
    let now = scene.now.as_unix_seconds();
    assert!(verify(&mut scene, &token, &app(&first, now)).is_err());
    assert!(verify(&mut scene, &token, &app(&second, now)).is_ok());
}

#[test]
fn a_code_must_have_six_digits() {
    let (mut scene, token) = scene();
    for code in ["12345", "1234567", "12345x"] {
        assert_eq!(verify(&mut scene, &token, code).unwrap_err().name, "InvalidParameterException");
    }
}

#[test]
fn a_pool_without_software_tokens_rejects_their_set_up() {
    let mut scene = Scene::with_alice();
    let token = scene.tokens().access;
    let text = "Software Token MFA has not been enabled by the userpool";
    let refusal = scene.refused("AssociateSoftwareToken", with_access_token(&token, json!({})));
    assert_eq!(refusal, ("SoftwareTokenMFANotFoundException", text));
}

#[test]
fn a_set_up_takes_an_access_token_or_a_challenge_session() {
    let (mut scene, token) = scene();
    let session = json!({ "Session": "a session of a challenge" });
    let invalid = ("NotAuthorizedException", "Invalid session for the user.");
    assert_eq!(scene.refused("AssociateSoftwareToken", session.clone()), invalid);
    let both = with_access_token(&token, session);
    assert_eq!(scene.refused("AssociateSoftwareToken", both).name, "InvalidParameterException");
    assert_eq!(scene.refused("AssociateSoftwareToken", json!({})).name, "InvalidParameterException");
}

#[test]
fn a_factor_must_be_set_up_before_it_is_turned_on() {
    let (mut scene, token) = scene();
    let on = json!({ "SoftwareTokenMfaSettings": { "Enabled": true } });
    let text = "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA";
    assert_eq!(prefer(&mut scene, &token, on.clone()).unwrap_err(), ("InvalidParameterException", text));
    associate(&mut scene, &token);
    let text = "User has not verified software token mfa";
    assert_eq!(prefer(&mut scene, &token, on).unwrap_err(), ("InvalidParameterException", text));

    scene.ok("DeleteUserAttributes", with_access_token(&token, json!({ "UserAttributeNames": ["phone_number"] })));
    let both = json!({ "EmailMfaSettings": { "Enabled": true }, "SMSMfaSettings": { "Enabled": true } });
    let text = "User does not have delivery config set to turn on SMS_MFA";
    assert_eq!(prefer(&mut scene, &token, both).unwrap_err(), ("InvalidParameterException", text));
    assert_eq!(preference(&mut scene, &token), (Value::Null, Value::Null), "a rejected change turns no factor on");
}

#[test]
fn preferences_are_stored_and_returned() {
    let (mut scene, token) = scene();
    set_up_token(&mut scene, &token);
    let settings = json!({
        "SMSMfaSettings": { "Enabled": true },
        "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true },
        "EmailMfaSettings": { "Enabled": true },
    });
    prefer(&mut scene, &token, settings).unwrap();
    let all = json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]);
    assert_eq!(preference(&mut scene, &token), (all.clone(), json!("SOFTWARE_TOKEN_MFA")));
    let user = scene.ok("AdminGetUser", scene.user_request("alice"));
    assert_eq!((&user["UserMFASettingList"], &user["PreferredMfaSetting"]), (&all, &json!("SOFTWARE_TOKEN_MFA")));
    let factors = scene.ok("GetUserAuthFactors", with_access_token(&token, json!({})));
    let expected = json!(["PASSWORD", "EMAIL_OTP", "SMS_OTP", "SOFTWARE_TOKEN"]);
    assert_eq!((&factors["Username"], &factors["ConfiguredUserAuthFactors"]), (&json!("Alice"), &expected));
    assert_eq!(factors["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
}

#[test]
fn enabling_a_factor_without_a_preference_clears_the_preference() {
    let (mut scene, token) = scene();
    set_up_token(&mut scene, &token);
    let preferred = json!({ "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    prefer(&mut scene, &token, preferred.clone()).unwrap();
    prefer(&mut scene, &token, json!({ "SMSMfaSettings": { "Enabled": true, "PreferredMfa": false } })).unwrap();
    assert_eq!(preference(&mut scene, &token).1, "SOFTWARE_TOKEN_MFA");
    prefer(&mut scene, &token, json!({ "SMSMfaSettings": { "Enabled": true } })).unwrap();
    assert_eq!(preference(&mut scene, &token).1, Value::Null);

    prefer(&mut scene, &token, preferred).unwrap();
    prefer(&mut scene, &token, json!({ "SoftwareTokenMfaSettings": { "Enabled": false } })).unwrap();
    assert_eq!(preference(&mut scene, &token), (json!(["SMS_MFA"]), Value::Null));
}

#[test]
fn at_most_one_factor_is_preferred_and_it_must_be_enabled() {
    let (mut scene, token) = scene();
    let on = json!({ "Enabled": true, "PreferredMfa": true });
    let two = json!({ "SMSMfaSettings": on, "EmailMfaSettings": on });
    assert_eq!(prefer(&mut scene, &token, two).unwrap_err().name, "InvalidParameterException");
    let off = json!({ "SMSMfaSettings": { "Enabled": false, "PreferredMfa": true } });
    assert_eq!(prefer(&mut scene, &token, off).unwrap_err().name, "InvalidParameterException");
    prefer(&mut scene, &token, json!({ "SMSMfaSettings": null })).unwrap();
}

#[test]
fn passkeys_for_mfa_need_user_verification_and_another_factor() {
    let (mut scene, token) = scene();
    let on = json!({ "WebAuthnMfaSettings": { "Enabled": true } });
    assert_eq!(prefer(&mut scene, &token, on.clone()).unwrap_err().name, "InvalidParameterException");
    let body = json!({
        "UserPoolId": scene.pool_id,
        "MfaConfiguration": "OPTIONAL",
        "EmailMfaConfiguration": {},
        "WebAuthnConfiguration": {
            "RelyingPartyId": "example.com", "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION",
        },
    });
    scene.ok("SetUserPoolMfaConfig", body);
    assert_eq!(prefer(&mut scene, &token, on.clone()).unwrap_err().name, "InvalidParameterException");
    prefer(&mut scene, &token, json!({ "EmailMfaSettings": { "Enabled": true } })).unwrap();
    prefer(&mut scene, &token, on).unwrap();
}

#[test]
fn set_user_settings_turns_text_messages_on_and_off() {
    let (mut scene, token) = scene();
    let options = |list: Value| with_access_token(&token, json!({ "MFAOptions": list }));
    scene.ok("SetUserSettings", options(json!([{ "AttributeName": "phone_number", "DeliveryMedium": "SMS" }])));
    assert_eq!(preference(&mut scene, &token).0, json!(["SMS_MFA"]));
    scene.ok("SetUserSettings", options(json!([])));
    assert_eq!(preference(&mut scene, &token).0, Value::Null);
    let email = options(json!([{ "AttributeName": "email", "DeliveryMedium": "EMAIL" }]));
    assert_eq!(scene.refused("SetUserSettings", email).name, "InvalidParameterException");
    let missing = scene.refused("SetUserSettings", with_access_token(&token, json!({})));
    assert_eq!(missing.name, "InvalidParameterException");
}

#[test]
fn an_administrator_can_set_a_users_preferences() {
    let (mut scene, token) = scene();
    let mut body = scene.user_request("alice");
    body["EmailMfaSettings"] = json!({ "Enabled": true, "PreferredMfa": true });
    scene.ok("AdminSetUserMFAPreference", body.clone());
    assert_eq!(preference(&mut scene, &token), (json!(["EMAIL_OTP"]), json!("EMAIL_OTP")));
    body["SoftwareTokenMfaSettings"] = json!({ "Enabled": true });
    assert_eq!(scene.refused("AdminSetUserMFAPreference", body.clone()).name, "InvalidParameterException");
    body["Username"] = json!("nobody");
    assert_eq!(scene.refused("AdminSetUserMFAPreference", body).name, "UserNotFoundException");
}

#[test]
fn a_pool_can_report_a_wrong_first_code_as_a_status() {
    let config = PoolConfig { software_token_status_error: true, ..pool() };
    let mut scene = Scene::with_pool(config, open_client());
    let token = scene.tokens().access;
    let secret = associate(&mut scene, &token);
    let now = scene.now.as_unix_seconds();
    assert_eq!(verify(&mut scene, &token, &app(&secret, now - 60)), Ok(json!({ "Status": "ERROR" })));
    assert_eq!(verify(&mut scene, &token, &app(&secret, now)), Ok(json!({ "Status": "SUCCESS" })));
}
