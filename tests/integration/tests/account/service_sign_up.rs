//! Sign-up and its confirmation with a code.

use cognito_integration_tests::support::scene::{
    INCORRECT, PASSWORD, START, Scene, alice, attribute, email_pool, open_client,
};
use cognito_testkit::{ClientConfig, Medium, PoolConfig, Purpose, UserExistenceErrors};
use serde_json::json;

const MISMATCH: (&str, &str) = ("CodeMismatchException", "Invalid verification code provided, please try again.");
const EXPIRED: (&str, &str) = ("ExpiredCodeException", "Invalid code provided, please request a code again.");

#[test]
fn a_sign_up_sends_a_code_to_the_e_mail_address() {
    let mut scene = Scene::new();
    let answer = scene.sign_up("bob", "bob@example.com").unwrap();
    assert_eq!(answer["UserConfirmed"], false);
    assert_eq!(answer["UserSub"].as_str().unwrap().len(), 36);
    let delivery = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "b***@e***" });
    assert_eq!(answer["CodeDeliveryDetails"], delivery);
    let message = scene.last_message();
    assert_eq!((message.username.as_str(), message.destination.as_str()), ("bob", "bob@example.com"));
    assert_eq!((message.medium, message.purpose), (Medium::Email, Purpose::ConfirmSignUp));
    assert_eq!((message.code.len(), message.unix_seconds), (6, START));
}

#[test]
fn the_code_confirms_the_user_and_verifies_the_address() {
    let mut scene = Scene::new();
    scene.sign_up("bob", "bob@example.com").unwrap();
    let unconfirmed = scene.srp_sign_in("bob", PASSWORD).unwrap_err();
    assert_eq!(unconfirmed, ("UserNotConfirmedException", "User is not confirmed."));
    let code = scene.last_message().code;
    scene.confirm("bob", &code).unwrap();
    let user = scene.ok("AdminGetUser", json!({ "UserPoolId": scene.pool_id, "Username": "bob" }));
    assert_eq!(user["UserStatus"], "CONFIRMED");
    assert_eq!(attribute(&user["UserAttributes"], "email_verified"), Some("true"));
    scene.srp_sign_in("bob", PASSWORD).unwrap();
}

#[test]
fn a_wrong_password_hides_that_a_user_is_unconfirmed() {
    let mut scene = Scene::new();
    scene.sign_up("bob", "bob@example.com").unwrap();
    assert_eq!(scene.srp_sign_in("bob", "Wrong-horse-1").unwrap_err(), INCORRECT);
    assert_eq!(scene.password_sign_in("bob", "Wrong-horse-1").unwrap_err(), INCORRECT);
}

#[test]
fn a_wrong_code_leaves_the_right_one_valid() {
    let mut scene = Scene::new();
    scene.sign_up("bob", "bob@example.com").unwrap();
    let code = scene.last_message().code;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(scene.confirm("bob", wrong).unwrap_err(), MISMATCH);
    scene.confirm("bob", &code).unwrap();
}

#[test]
fn a_sign_up_code_is_valid_for_a_day() {
    let mut scene = Scene::new();
    scene.sign_up("bob", "bob@example.com").unwrap();
    let code = scene.last_message().code;
    scene.advance(24 * 60 * 60);
    assert_eq!(scene.confirm("bob", &code).unwrap_err(), EXPIRED);
    scene.resend("bob").unwrap();
    let code = scene.last_message().code;
    scene.advance(24 * 60 * 60 - 1);
    scene.confirm("bob", &code).unwrap();
}

#[test]
fn a_new_code_invalidates_the_older_one() {
    let mut scene = Scene::new();
    scene.sign_up("bob", "bob@example.com").unwrap();
    let old = scene.last_message().code;
    let answer = scene.resend("bob").unwrap();
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "b***@e***");
    let new = scene.last_message().code;
    assert_ne!(old, new);
    assert_eq!(scene.confirm("bob", &old).unwrap_err(), MISMATCH);
    scene.confirm("bob", &new).unwrap();
}

#[test]
fn a_confirmed_user_cannot_be_confirmed_again() {
    let mut scene = Scene::with_alice();
    let refusal = scene.confirm("alice", "123456").unwrap_err();
    assert_eq!(refusal, ("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"));
    assert_eq!(scene.resend("alice").unwrap_err(), ("InvalidParameterException", "User is already confirmed."));
}

#[test]
fn user_names_differ_by_case_only_in_a_case_sensitive_pool() {
    let mut scene = Scene::with_alice();
    let refusal = scene.sign_up("ALICE", "other@example.com").unwrap_err();
    assert_eq!(refusal, ("UsernameExistsException", "User already exists"));
    let pool = PoolConfig { case_sensitive: true, users: vec![alice()], ..email_pool() };
    let mut scene = Scene::with_pool(pool, open_client());
    scene.sign_up("ALICE", "other@example.com").unwrap();
}

#[test]
fn a_rejected_password_names_the_missing_part_of_the_policy() {
    let mut scene = Scene::new();
    for (password, complaint) in [
        ("Ab1!", "Password not long enough"),
        ("correct-horse-1", "Password must have uppercase characters"),
        ("CORRECT-HORSE-1", "Password must have lowercase characters"),
        ("Correct-horse", "Password must have numeric characters"),
        ("Correcthorse1", "Password must have symbol characters"),
    ] {
        let body = json!({ "ClientId": scene.client.id, "Username": "bob", "Password": password });
        let text = format!("Password did not conform with policy: {complaint}");
        assert_eq!(scene.refused("SignUp", body), ("InvalidPasswordException", text.as_str()));
    }
}

#[test]
fn a_user_without_an_e_mail_address_gets_the_code_by_phone() {
    let both = vec!["email".to_owned(), "phone_number".to_owned()];
    let mut scene = Scene::with_pool(PoolConfig { auto_verified_attributes: both, ..email_pool() }, open_client());
    let attributes = json!([{ "Name": "phone_number", "Value": "+15550001234" }]);
    let body =
        json!({ "ClientId": scene.client.id, "Username": "bob", "Password": PASSWORD, "UserAttributes": attributes });
    let answer = scene.ok("SignUp", body);
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "+*******1234");
    assert_eq!(scene.last_message().medium, Medium::Sms);
    let code = scene.last_message().code;
    scene.confirm("bob", &code).unwrap();
    let user = scene.ok("AdminGetUser", json!({ "UserPoolId": scene.pool_id, "Username": "bob" }));
    assert_eq!(attribute(&user["UserAttributes"], "phone_number_verified"), Some("true"));
}

#[test]
fn a_sign_up_without_an_address_sends_nothing() {
    let mut scene = Scene::new();
    let answer = scene.ok("SignUp", json!({ "ClientId": scene.client.id, "Username": "bob", "Password": PASSWORD }));
    assert_eq!(answer.get("CodeDeliveryDetails"), None);
    assert!(scene.simulator.messages().is_empty());
    assert_eq!(scene.confirm("bob", "123456").unwrap_err(), EXPIRED);
}

#[test]
fn attributes_must_be_in_the_schema_and_well_formed() {
    let pool = PoolConfig { custom_attributes: vec!["tier".to_owned()], ..email_pool() };
    let mut scene =
        Scene::with_pool(PoolConfig { required_attributes: vec!["name".to_owned()], ..pool }, open_client());
    let unknown = "Attributes did not conform to the schema: custom:shoe: Attribute does not exist in the schema.\n";
    let required = "Attributes did not conform to the schema: name: The attribute is required\n";
    for (name, value, error, text) in [
        ("custom:shoe", "9", "InvalidParameterException", unknown),
        ("custom:tier", "1", "InvalidParameterException", required),
        ("email", "nobody", "InvalidParameterException", "Invalid email address format."),
        ("phone_number", "555", "InvalidParameterException", "Invalid phone number format."),
        ("email_verified", "true", "NotAuthorizedException", "A client attempted to write unauthorized attribute"),
    ] {
        let attributes = json!([{ "Name": name, "Value": value }]);
        let body = json!({
            "ClientId": scene.client.id, "Username": "bob", "Password": PASSWORD, "UserAttributes": attributes,
        });
        assert_eq!(scene.refused("SignUp", body), (error, text));
    }
}

#[test]
fn a_client_that_hides_users_hides_them_during_sign_up() {
    let hiding = ClientConfig { prevent_user_existence_errors: UserExistenceErrors::Enabled, ..open_client() };
    let mut scene = Scene::with_pool(email_pool(), hiding);
    assert_eq!(scene.confirm("nobody", "123456").unwrap_err(), EXPIRED);
    let answer = scene.resend("nobody@example.com").unwrap();
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "n***@e***");
    assert!(scene.simulator.messages().is_empty());
}

#[test]
fn a_client_that_does_not_hide_users_reports_an_unknown_user() {
    let mut scene = Scene::new();
    let unknown = ("UserNotFoundException", "Username/client id combination not found.");
    assert_eq!(scene.confirm("nobody", "123456").unwrap_err(), unknown);
    assert_eq!(scene.resend("nobody").unwrap_err(), unknown);
}

#[test]
fn debug_of_a_message_shows_a_code_but_no_password() {
    let mut scene = Scene::new();
    scene.sign_up("bob", "bob@example.com").unwrap();
    let message = scene.last_message();
    assert!(format!("{message:?}").contains(&message.code));
    let attributes = json!([{ "Name": "email", "Value": "eve@example.com" }]);
    let body = json!({
        "UserPoolId": scene.pool_id, "Username": "eve", "TemporaryPassword": PASSWORD, "UserAttributes": attributes,
    });
    scene.ok("AdminCreateUser", body);
    assert_eq!(scene.last_message().code, PASSWORD);
    assert!(!format!("{:?}", scene.last_message()).contains(PASSWORD));
    assert!(!format!("{:?}", scene.simulator).contains(PASSWORD));
}
