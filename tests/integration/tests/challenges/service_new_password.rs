//! NEW_PASSWORD_REQUIRED: the first sign-in of a user whom an administrator made.

use cognito_integration_tests::support::challenges::{INVALID_SESSION, SPENT_SESSION, alice_with, asked, factor_pool};
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
    Scene::of(pool(), open_client())
}

/// Answers with the required attribute, and these members.
#[track_caller]
fn answer(scene: &mut Scene, challenge: &Value, more: Value) -> Answer {
    let mut responses = json!({ "NEW_PASSWORD": NEW_PASSWORD, "userAttributes.given_name": "Al" });
    responses.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.answer(challenge, responses)
}

#[test]
fn the_challenge_says_what_is_there_and_what_is_missing() {
    let mut scene = scene();
    let challenge = scene.begin();
    assert_eq!(asked(&challenge), "NEW_PASSWORD_REQUIRED");
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["USER_ID_FOR_SRP"], "Alice");
    assert_eq!(parameters["requiredAttributes"], r#"["userAttributes.given_name"]"#);
    let there: Value = serde_json::from_str(parameters["userAttributes"].as_str().unwrap()).unwrap();
    assert_eq!(there, json!({ "email": "alice@example.com", "email_verified": "true" }));
}

#[test]
fn the_new_password_is_the_users_from_then_on() {
    let mut scene = scene();
    let challenge = scene.begin();
    Tokens::of(&answer(&mut scene, &challenge, json!({ "userAttributes.custom:tier": "gold" })).unwrap());
    let user = scene.ok("AdminGetUser", scene.of_user("alice"));
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_eq!(attribute(&user["UserAttributes"], "given_name"), Some("Al"));
    assert_eq!(attribute(&user["UserAttributes"], "custom:tier"), Some("gold"));
    assert!(scene.password_sign_in("alice", PASSWORD).is_err());
    Tokens::of(&scene.srp_sign_in("alice", NEW_PASSWORD).unwrap());
    assert_eq!(answer(&mut scene, &challenge, json!({})).unwrap_err(), SPENT_SESSION);
}

#[test]
fn a_password_that_will_not_do_can_be_given_again() {
    let mut scene = scene();
    let challenge = scene.begin();
    let refusal = answer(&mut scene, &challenge, json!({ "NEW_PASSWORD": "short" })).unwrap_err();
    assert_eq!(refusal.name, "InvalidPasswordException");
    let refusal = answer(&mut scene, &challenge, json!({ "NEW_PASSWORD": null })).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter NEW_PASSWORD"));
    Tokens::of(&answer(&mut scene, &challenge, json!({})).unwrap());
}

#[test]
fn every_required_attribute_must_come() {
    let mut scene = scene();
    let challenge = scene.begin();
    let missing = ("InvalidParameterException", "Invalid attributes given, given_name is missing");
    for given in [json!(null), json!("")] {
        let refusal = answer(&mut scene, &challenge, json!({ "userAttributes.given_name": given })).unwrap_err();
        assert_eq!(refusal, missing);
    }
    let refusal = scene.answer(&challenge, json!({ "NEW_PASSWORD": NEW_PASSWORD })).unwrap_err();
    assert_eq!(refusal, missing);
    assert_eq!(scene.ok("AdminGetUser", scene.of_user("alice"))["UserStatus"], "FORCE_CHANGE_PASSWORD");
}

#[test]
fn an_attribute_that_is_there_is_not_changed_on_the_way() {
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
        let given = json!({ format!("userAttributes.{name}"): "true" });
        assert_eq!(answer(&mut scene, &challenge, given).unwrap_err().name, error, "{name}");
    }
    Tokens::of(&answer(&mut scene, &challenge, json!({})).unwrap());
}

#[test]
fn an_address_that_is_given_is_not_verified_by_that() {
    let mut user = UserConfig { status: UserStatus::ForceChangePassword, ..alice() };
    user.attributes.clear();
    let mut scene = Scene::of(PoolConfig { users: vec![user], ..pool() }, open_client());
    let challenge = scene.begin();
    let email = json!({ "userAttributes.email": "alice@example.org" });
    Tokens::of(&answer(&mut scene, &challenge, email).unwrap());
    let user = scene.ok("AdminGetUser", scene.of_user("alice"));
    assert_eq!(attribute(&user["UserAttributes"], "email_verified"), Some("false"));
    assert_eq!(scene.last_message().purpose, Purpose::VerifyAttribute, "as with every new address in this pool");
}

#[test]
fn a_challenge_is_void_once_the_password_is_not_temporary() {
    let mut scene = scene();
    let (first, second) = (scene.begin(), scene.begin());
    answer(&mut scene, &first, json!({})).unwrap();
    let stolen = json!({ "NEW_PASSWORD": "Correct-horse-3" });
    assert_eq!(scene.answer(&second, stolen).unwrap_err(), INVALID_SESSION);
    Tokens::of(&scene.password_sign_in("alice", NEW_PASSWORD).unwrap());
}

#[test]
fn the_second_factor_follows() {
    let mut user = alice_with(&[MfaFactor::Sms], None);
    user.status = UserStatus::ForceChangePassword;
    let mut scene = Scene::of(factor_pool(MfaConfiguration::Optional, user), open_client());
    let challenge = scene.begin();
    let next = scene.answer(&challenge, json!({ "NEW_PASSWORD": NEW_PASSWORD })).unwrap();
    assert_eq!(asked(&next), "SMS_MFA");
    assert_ne!(next["Session"], challenge["Session"]);
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    Tokens::of(&scene.answer(&next, code).unwrap());
}
