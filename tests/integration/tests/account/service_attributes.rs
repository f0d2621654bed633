//! A signed-in user changes, deletes and verifies attributes.

use cognito_integration_tests::support::scene::{
    Answer, EXPIRED, LIMIT, MISMATCH, PASSWORD, Refusal, Scene, Tokens, alice, attribute, email_pool, open_client,
    other_than, with_access_token,
};
use cognito_testkit::{PoolConfig, Purpose, UserConfig};
use serde_json::json;

fn scene() -> (Scene, String) {
    let mut bob = UserConfig { username: "Bob".to_owned(), ..alice() };
    bob.attributes.insert("email".to_owned(), "bob@example.com".to_owned());
    let config = PoolConfig {
        custom_attributes: vec!["tier".to_owned(), "tenant".to_owned()],
        required_attributes: vec!["name".to_owned()],
        immutable_attributes: vec!["custom:tenant".to_owned(), "birthdate".to_owned()],
        alias_attributes: vec!["email".to_owned()],
        users: vec![alice(), bob],
        ..email_pool()
    };
    let mut scene = Scene::with_pool(config, open_client());
    let token = scene.tokens().access;
    (scene, token)
}

fn update(scene: &mut Scene, token: &str, pairs: &[(&str, &str)]) -> Answer {
    let list: Vec<_> = pairs.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    scene.call("UpdateUserAttributes", with_access_token(token, json!({ "UserAttributes": list })))
}

fn delete(scene: &mut Scene, token: &str, names: &[&str]) -> Answer {
    scene.call("DeleteUserAttributes", with_access_token(token, json!({ "UserAttributeNames": names })))
}

fn send(scene: &mut Scene, token: &str, name: &str) -> Answer {
    scene.call("GetUserAttributeVerificationCode", with_access_token(token, json!({ "AttributeName": name })))
}

fn verify(scene: &mut Scene, token: &str, name: &str, code: &str) -> Answer {
    scene.call("VerifyUserAttribute", with_access_token(token, json!({ "AttributeName": name, "Code": code })))
}

#[track_caller]
fn read(scene: &mut Scene, token: &str, name: &str) -> Option<String> {
    let user = scene.get_user(token).unwrap();
    attribute(&user["UserAttributes"], name).map(str::to_owned)
}

#[test]
fn attributes_can_be_set_and_an_empty_value_removes_one() {
    let (mut scene, token) = scene();
    let answer = update(&mut scene, &token, &[("custom:tier", "gold"), ("nickname", "Al")]).unwrap();
    assert_eq!(answer, json!({ "CodeDeliveryDetailsList": [] }));
    assert_eq!(read(&mut scene, &token, "custom:tier").as_deref(), Some("gold"));
    update(&mut scene, &token, &[("nickname", "")]).unwrap();
    assert_eq!(read(&mut scene, &token, "nickname"), None);
}

#[test]
fn unknown_and_protected_attributes_are_rejected() {
    let (mut scene, token) = scene();
    let unauthorized = ("NotAuthorizedException", "A client attempted to write unauthorized attribute");
    for name in ["sub", "email_verified", "identities"] {
        assert_eq!(update(&mut scene, &token, &[(name, "x")]).unwrap_err(), unauthorized, "{name}");
        assert_eq!(update(&mut scene, &token, &[(name, "")]).unwrap_err(), unauthorized, "{name}");
    }
    let text = "Attributes did not conform to the schema: custom:no: Attribute does not exist in the schema.\n";
    assert_eq!(update(&mut scene, &token, &[("custom:no", "x")]).unwrap_err(), ("InvalidParameterException", text));
    assert_eq!(delete(&mut scene, &token, &["custom:no"]).unwrap_err(), ("InvalidParameterException", text));
    let text = "Attributes did not conform to the schema: name: The attribute is required\n";
    assert_eq!(update(&mut scene, &token, &[("name", "")]).unwrap_err(), ("InvalidParameterException", text));
    assert_eq!(delete(&mut scene, &token, &["name"]).unwrap_err(), ("InvalidParameterException", text));
    let text = "user.custom:tenant: Attribute cannot be updated.\n";
    assert_eq!(update(&mut scene, &token, &[("custom:tenant", "x")]).unwrap_err(), ("InvalidParameterException", text));
    assert_eq!(update(&mut scene, &token, &[("birthdate", "x")]).unwrap_err().name, "InvalidParameterException");
    let text = "Invalid email address format.";
    assert_eq!(update(&mut scene, &token, &[("email", "nonsense")]).unwrap_err(), ("InvalidParameterException", text));
}

#[test]
fn a_rejected_update_changes_nothing() {
    let (mut scene, token) = scene();
    update(&mut scene, &token, &[("nickname", "Al"), ("custom:no", "x")]).unwrap_err();
    assert_eq!(read(&mut scene, &token, "nickname"), None);
}

#[test]
fn a_new_address_is_unverified_until_its_code_is_entered() {
    let (mut scene, token) = scene();
    let answer = update(&mut scene, &token, &[("email", "new@example.org")]).unwrap();
    let details = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "n***@e***" });
    assert_eq!(answer, json!({ "CodeDeliveryDetailsList": [details] }));
    let message = scene.last_message();
    assert_eq!((message.purpose, message.destination.as_str()), (Purpose::VerifyAttribute, "new@example.org"));
    assert_eq!(read(&mut scene, &token, "email_verified").as_deref(), Some("false"));
    assert!(scene.password_sign_in("new@example.org", PASSWORD).is_err(), "an alias works only after its verification");

    assert_eq!(verify(&mut scene, &token, "email", other_than(&message.code)).unwrap_err(), MISMATCH);
    verify(&mut scene, &token, "email", &message.code).unwrap();
    assert_eq!(read(&mut scene, &token, "email_verified").as_deref(), Some("true"));
    assert!(scene.password_sign_in("new@example.org", PASSWORD).is_ok());
    assert_eq!(verify(&mut scene, &token, "email", &message.code).unwrap_err(), EXPIRED);
}

#[test]
fn an_unchanged_address_stays_verified() {
    let (mut scene, token) = scene();
    let answer = update(&mut scene, &token, &[("email", "alice@example.com")]).unwrap();
    assert_eq!(answer, json!({ "CodeDeliveryDetailsList": [] }));
    assert_eq!(read(&mut scene, &token, "email_verified").as_deref(), Some("true"));
}

#[test]
fn a_phone_number_gets_no_code_if_the_pool_does_not_verify_it() {
    let (mut scene, token) = scene();
    let answer = update(&mut scene, &token, &[("phone_number", "+15550001234")]).unwrap();
    assert_eq!(answer, json!({ "CodeDeliveryDetailsList": [] }));
    assert_eq!(read(&mut scene, &token, "phone_number_verified").as_deref(), Some("false"));
    let answer = send(&mut scene, &token, "phone_number").unwrap();
    assert_eq!(answer["CodeDeliveryDetails"]["DeliveryMedium"], "SMS");
    let code = scene.last_message().code;
    verify(&mut scene, &token, "phone_number", &code).unwrap();
    assert_eq!(read(&mut scene, &token, "phone_number_verified").as_deref(), Some("true"));
    delete(&mut scene, &token, &["phone_number"]).unwrap();
    assert_eq!(read(&mut scene, &token, "phone_number_verified"), None);
}

#[test]
fn each_attribute_has_its_own_code_which_is_valid_for_a_day() {
    let (mut scene, token) = scene();
    update(&mut scene, &token, &[("phone_number", "+15550001234"), ("email", "new@example.org")]).unwrap();
    let email_code = scene.last_message().code;
    send(&mut scene, &token, "phone_number").unwrap();
    verify(&mut scene, &token, "email", &email_code).unwrap();
    let code = scene.last_message().code;
    scene.advance(86_400);
    let token = new_access_token(&mut scene);
    assert_eq!(verify(&mut scene, &token, "phone_number", &code).unwrap_err(), EXPIRED);
}

#[track_caller]
fn new_access_token(scene: &mut Scene) -> String {
    Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap()).access
}

#[test]
fn at_most_five_codes_per_hour_are_sent_for_an_attribute() {
    let (mut scene, token) = scene();
    for _ in 0..5 {
        send(&mut scene, &token, "email").unwrap();
    }
    assert_eq!(send(&mut scene, &token, "email").unwrap_err(), LIMIT);
    update(&mut scene, &token, &[("phone_number", "+15550001234")]).unwrap();
    assert!(send(&mut scene, &token, "phone_number").is_ok());
}

#[test]
fn another_users_verified_address_cannot_be_verified() {
    let (mut scene, token) = scene();
    update(&mut scene, &token, &[("email", "bob@example.com")]).unwrap();
    let code = scene.last_message().code;
    let taken = ("AliasExistsException", "An account with the email already exists.");
    assert_eq!(verify(&mut scene, &token, "email", &code).unwrap_err(), taken);
}

#[test]
fn an_address_that_is_another_users_user_name_is_rejected() {
    let named = |email: &str| UserConfig { username: email.to_owned(), ..alice() };
    let config = PoolConfig {
        username_attributes: vec!["email".to_owned()],
        users: vec![named("alice@example.com"), named("bob@example.com")],
        ..email_pool()
    };
    let mut scene = Scene::with_pool(config, open_client());
    let token = Tokens::from_answer(&scene.password_sign_in("alice@example.com", PASSWORD).unwrap()).access;
    let taken = ("AliasExistsException", "An account with the email already exists.");
    assert_eq!(update(&mut scene, &token, &[("email", "bob@example.com")]).unwrap_err(), taken);
}

#[test]
fn only_addresses_that_the_user_has_can_be_verified() {
    let (mut scene, token) = scene();
    let name = |refusal: Refusal| refusal.name;
    assert_eq!(send(&mut scene, &token, "nickname").map_err(name), Err("InvalidParameterException".to_owned()));
    assert_eq!(send(&mut scene, &token, "phone_number").map_err(name), Err("InvalidParameterException".to_owned()));
    assert_eq!(
        verify(&mut scene, &token, "nickname", "123456").map_err(name),
        Err("InvalidParameterException".to_owned())
    );
}

#[test]
fn an_administrator_can_mark_an_address_as_verified() {
    let (mut scene, token) = scene();
    let admin = |scene: &mut Scene, list: serde_json::Value| {
        let mut body = scene.user_request("alice");
        body["UserAttributes"] = list;
        scene.call("AdminUpdateUserAttributes", body)
    };
    let verified = json!([
        { "Name": "email", "Value": "new@example.org" }, { "Name": "email_verified", "Value": "true" },
    ]);
    admin(&mut scene, verified).unwrap();
    assert_eq!(read(&mut scene, &token, "email_verified").as_deref(), Some("true"));
    assert!(scene.simulator.messages().is_empty());

    admin(&mut scene, json!([{ "Name": "email", "Value": "newer@example.org" }])).unwrap();
    assert_eq!(read(&mut scene, &token, "email_verified").as_deref(), Some("false"));
    assert_eq!(scene.last_message().destination, "newer@example.org");

    let taken = json!([
        { "Name": "email", "Value": "bob@example.com" }, { "Name": "email_verified", "Value": "true" },
    ]);
    assert_eq!(admin(&mut scene, taken).unwrap_err().name, "AliasExistsException");
    let immutable = json!([{ "Name": "custom:tenant", "Value": "x" }]);
    assert_eq!(admin(&mut scene, immutable).unwrap_err().name, "InvalidParameterException");
}
