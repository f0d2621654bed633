//! The challenge NEW_PASSWORD_REQUIRED: the first sign-in of a user whom an administrator created.

use cognito_integration_tests::support::challenges::{
    INVALID_SESSION, SPENT_SESSION, alice_with, challenge_name, factor_pool,
};
use cognito_integration_tests::support::scene::{
    Answer, PASSWORD, Scene, Tokens, alice, attribute, email_pool, open_client,
};
use cognito_testkit::{MfaConfiguration, MfaFactor, PoolConfig, Purpose, UserConfig, UserStatus};
use serde_json::{Value, json};

const NEW_PASSWORD: &str = "Correct-horse-2";

fn pool() -> PoolConfig {
    PoolConfig {
        users: vec![UserConfig { status: UserStatus::ForceChangePassword, ..alice() }],
        required_attributes: vec!["email".to_owned(), "given_name".to_owned()],
        custom_attributes: vec!["tier".to_owned()],
        ..email_pool()
    }
}

fn scene() -> Scene {
    Scene::with_pool(pool(), open_client())
}

/// Answers with the new password, the required attribute, and the members of `more`.
#[track_caller]
fn answer(scene: &mut Scene, challenge: &Value, more: Value) -> Answer {
    let mut responses = json!({ "NEW_PASSWORD": NEW_PASSWORD, "userAttributes.given_name": "Al" });
    responses.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.answer(challenge, responses)
}

#[test]
fn the_challenge_lists_present_and_missing_attributes() {
    let mut scene = scene();
    let challenge = scene.begin();
    assert_eq!(challenge_name(&challenge), "NEW_PASSWORD_REQUIRED");
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["USER_ID_FOR_SRP"], "Alice");
    assert_eq!(parameters["requiredAttributes"], r#"["userAttributes.given_name"]"#);
    let present: Value = serde_json::from_str(parameters["userAttributes"].as_str().unwrap()).unwrap();
    assert_eq!(present, json!({ "email": "alice@example.com", "email_verified": "true" }));
}

#[test]
fn the_new_password_replaces_the_temporary_one() {
    let mut scene = scene();
    let challenge = scene.begin();
    Tokens::from_answer(&answer(&mut scene, &challenge, json!({ "userAttributes.custom:tier": "gold" })).unwrap());
    let user = scene.ok("AdminGetUser", scene.user_request("alice"));
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_eq!(attribute(&user["UserAttributes"], "given_name"), Some("Al"));
    assert_eq!(attribute(&user["UserAttributes"], "custom:tier"), Some("gold"));
    assert!(scene.password_sign_in("alice", PASSWORD).is_err());
    Tokens::from_answer(&scene.srp_sign_in("alice", NEW_PASSWORD).unwrap());
    assert_eq!(answer(&mut scene, &challenge, json!({})).unwrap_err(), SPENT_SESSION);
}

#[test]
fn the_challenge_stays_open_after_an_invalid_password() {
    let mut scene = scene();
    let challenge = scene.begin();
    let refusal = answer(&mut scene, &challenge, json!({ "NEW_PASSWORD": "short" })).unwrap_err();
    assert_eq!(refusal.name, "InvalidPasswordException");
    let refusal = answer(&mut scene, &challenge, json!({ "NEW_PASSWORD": null })).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter NEW_PASSWORD"));
    Tokens::from_answer(&answer(&mut scene, &challenge, json!({})).unwrap());
}

#[test]
fn every_required_attribute_must_be_sent() {
    let mut scene = scene();
    let challenge = scene.begin();
    let missing = ("InvalidParameterException", "Invalid attributes given, given_name is missing");
    for value in [json!(null), json!("")] {
        let refusal = answer(&mut scene, &challenge, json!({ "userAttributes.given_name": value })).unwrap_err();
        assert_eq!(refusal, missing);
    }
    let refusal = scene.answer(&challenge, json!({ "NEW_PASSWORD": NEW_PASSWORD })).unwrap_err();
    assert_eq!(refusal, missing);
    assert_eq!(scene.ok("AdminGetUser", scene.user_request("alice"))["UserStatus"], "FORCE_CHANGE_PASSWORD");
}

#[test]
fn an_answer_cannot_change_attributes_that_the_user_has() {
    let mut scene = scene();
    let challenge = scene.begin();
    let echoed = json!({ "userAttributes.email": "alice@example.com" });
    let refusal = answer(&mut scene, &challenge, echoed).unwrap_err();
    assert_eq!(refusal, ("NotAuthorizedException", "Cannot modify an already provided email"));
    for (name, error) in [
        ("email_verified", "NotAuthorizedException"),
        ("phone_number_verified", "NotAuthorizedException"),
        ("sub", "NotAuthorizedException"),
        ("custom:unknown", "InvalidParameterException"),
    ] {
        let value = json!({ format!("userAttributes.{name}"): "true" });
        assert_eq!(answer(&mut scene, &challenge, value).unwrap_err().name, error, "{name}");
    }
    Tokens::from_answer(&answer(&mut scene, &challenge, json!({})).unwrap());
}

#[test]
fn an_address_in_the_answer_is_not_verified() {
    let mut user = UserConfig { status: UserStatus::ForceChangePassword, ..alice() };
    user.attributes.clear();
    let mut scene = Scene::with_pool(PoolConfig { users: vec![user], ..pool() }, open_client());
    let challenge = scene.begin();
    let email = json!({ "userAttributes.email": "alice@example.org" });
    Tokens::from_answer(&answer(&mut scene, &challenge, email).unwrap());
    let user = scene.ok("AdminGetUser", scene.user_request("alice"));
    assert_eq!(attribute(&user["UserAttributes"], "email_verified"), Some("false"));
    assert_eq!(scene.last_message().purpose, Purpose::VerifyAttribute, "the pool verifies every new address");
}

#[test]
fn an_older_challenge_is_invalid_after_a_new_password_is_set() {
    let mut scene = scene();
    let (first, second) = (scene.begin(), scene.begin());
    answer(&mut scene, &first, json!({})).unwrap();
    let stolen = json!({ "NEW_PASSWORD": "Correct-horse-3" });
    assert_eq!(scene.answer(&second, stolen).unwrap_err(), INVALID_SESSION);
    Tokens::from_answer(&scene.password_sign_in("alice", NEW_PASSWORD).unwrap());
}

#[test]
fn the_second_factor_follows_the_new_password() {
    let mut user = alice_with(&[MfaFactor::Sms], None);
    user.status = UserStatus::ForceChangePassword;
    let mut scene = Scene::with_pool(factor_pool(MfaConfiguration::Optional, user), open_client());
    let challenge = scene.begin();
    let next = scene.answer(&challenge, json!({ "NEW_PASSWORD": NEW_PASSWORD })).unwrap();
    assert_eq!(challenge_name(&next), "SMS_MFA");
    assert_ne!(next["Session"], challenge["Session"]);
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    Tokens::from_answer(&scene.answer(&next, code).unwrap());
}
