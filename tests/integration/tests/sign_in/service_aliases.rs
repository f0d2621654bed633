//! Aliases: other names with which a user can sign in.

use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, alice, attribute, email_pool, open_client};
use cognito_integration_tests::support::srp_client::SrpClient;
use cognito_testkit::{PoolConfig, UserConfig};
use serde_json::json;

fn alias_scene() -> Scene {
    Scene::with_pool(PoolConfig { alias_attributes: vec!["email".to_owned()], ..email_pool() }, open_client())
}

fn e_mail_scene() -> Scene {
    Scene::with_pool(PoolConfig { username_attributes: vec!["email".to_owned()], ..email_pool() }, open_client())
}

#[test]
fn only_a_verified_alias_signs_in() {
    let mut scene = alias_scene();
    scene.sign_up("bob", "bob@example.com").unwrap();
    let unknown = ("UserNotFoundException", "User does not exist.");
    assert_eq!(scene.srp_sign_in("bob@example.com", PASSWORD).unwrap_err(), unknown);
    let code = scene.last_message().code;
    scene.confirm("bob", &code).unwrap();
    scene.srp_sign_in("bob@example.com", PASSWORD).unwrap();
    scene.srp_sign_in("BOB@Example.com", PASSWORD).unwrap();
    scene.password_sign_in("bob@example.com", PASSWORD).unwrap();
}

#[test]
fn the_challenge_contains_the_user_name_not_the_alias() {
    let mut scene = alias_scene();
    scene.add_user(alice());
    let challenge = scene.begin_srp("alice@example.com", &SrpClient::new(b"secret")).unwrap();
    assert_eq!(challenge["ChallengeParameters"]["USERNAME"], "Alice");
    assert_eq!(challenge["ChallengeParameters"]["USER_ID_FOR_SRP"], "Alice");
}

#[test]
fn a_user_name_must_not_look_like_an_alias() {
    let mut scene = alias_scene();
    let text = "Username cannot be of email format, since user pool is configured for email alias.";
    let refusal = scene.sign_up("eve@example.com", "eve@example.com").unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", text));
}

#[test]
fn an_alias_moves_to_another_user_only_if_forced() {
    let mut scene = alias_scene();
    scene.add_user(alice());
    scene.sign_up("mallory", "alice@example.com").unwrap();
    let code = scene.last_message().code;
    let taken = ("AliasExistsException", "An account with the email already exists.");
    assert_eq!(scene.confirm("mallory", &code).unwrap_err(), taken);
    let challenge = scene.begin_srp("alice@example.com", &SrpClient::new(b"secret")).unwrap();
    assert_eq!(challenge["ChallengeParameters"]["USERNAME"], "Alice");

    scene.confirm_with("mallory", &code, true).unwrap();
    let challenge = scene.begin_srp("alice@example.com", &SrpClient::new(b"secret")).unwrap();
    assert_eq!(challenge["ChallengeParameters"]["USERNAME"], "mallory");
    let alice = scene.ok("AdminGetUser", json!({ "UserPoolId": scene.pool_id, "Username": "alice" }));
    assert_eq!(attribute(&alice["UserAttributes"], "email_verified"), Some("false"));
}

#[test]
fn with_e_mail_as_user_name_the_stored_name_is_the_sub() {
    let mut scene = e_mail_scene();
    let body = json!({ "ClientId": scene.client.id, "Username": "bob@example.com", "Password": PASSWORD });
    let sub = scene.ok("SignUp", body)["UserSub"].as_str().unwrap().to_owned();
    scene.resend("bob@example.com").unwrap();
    let code = scene.last_message().code;
    scene.confirm("Bob@example.com", &code).unwrap();
    let tokens = Tokens::from_answer(&scene.srp_sign_in("bob@example.com", PASSWORD).unwrap());
    let user = scene.get_user(&tokens.access).unwrap();
    assert_eq!(user["Username"], sub.as_str());
    assert_eq!(attribute(&user["UserAttributes"], "sub"), Some(sub.as_str()));
    assert_eq!(attribute(&user["UserAttributes"], "email"), Some("bob@example.com"));
    scene.srp_sign_in(&sub, PASSWORD).unwrap();
}

#[test]
fn an_e_mail_address_as_user_name_must_be_unique() {
    let mut scene = e_mail_scene();
    scene.add_user(UserConfig { username: "alice@example.com".to_owned(), ..alice() });
    let refusal = scene.sign_up("Alice@Example.com", "Alice@Example.com").unwrap_err();
    assert_eq!(refusal, ("UsernameExistsException", "An account with the given email already exists."));
    let refusal = scene.sign_up("alice", "other@example.com").unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Username should be an email."));
}

#[test]
fn a_preferred_user_name_belongs_to_one_user_at_a_time() {
    let aliases = vec!["preferred_username".to_owned()];
    let mut scene = Scene::with_pool(PoolConfig { alias_attributes: aliases, ..email_pool() }, open_client());
    let mut user = alice();
    user.attributes.insert("preferred_username".to_owned(), "bobby".to_owned());
    scene.add_user(user);
    assert_eq!(scene.sign_up("bobby", "bob@example.com").unwrap_err().name, "UsernameExistsException");

    let attributes = json!([{ "Name": "preferred_username", "Value": "carol" }]);
    let body =
        json!({ "ClientId": scene.client.id, "Username": "carol", "Password": PASSWORD, "UserAttributes": attributes });
    assert_eq!(scene.refused("SignUp", body).name, "InvalidParameterException");
}

#[test]
fn two_users_cannot_have_the_same_verified_alias() {
    let mut scene = alias_scene();
    scene.add_user(alice());
    let twin = UserConfig { username: "twin".to_owned(), ..alice() };
    assert!(scene.simulator.create_user(scene.now, &scene.pool_id, twin).is_err());
}
