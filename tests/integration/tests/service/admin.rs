//! Administrator operations as the AWS SDKs send them: creating pools, app clients and users.

use cognito_integration_tests::support::scene::{INCORRECT, PASSWORD, Scene, attribute, email_pool, open_client};
use cognito_testkit::{ClientConfig, Config, Medium, PoolConfig, Purpose, UserConfig};
use serde_json::{Value, json};

/// Creates the user bob with a verified e-mail address. `more` adds members to the request.
#[track_caller]
fn create_user(scene: &mut Scene, more: Value) -> Value {
    let attributes =
        json!([{ "Name": "email", "Value": "bob@example.com" }, { "Name": "email_verified", "Value": "true" }]);
    let mut body = json!({ "UserPoolId": scene.pool_id, "Username": "bob", "UserAttributes": attributes });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    scene.ok("AdminCreateUser", body)
}

#[test]
fn a_created_pool_or_client_is_returned_with_its_settings() {
    let mut scene = Scene::new();
    let answer = scene.ok(
        "CreateUserPool",
        json!({
            "PoolName": "customers",
            "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireNumbers": true } },
            "AliasAttributes": ["email"],
            "AutoVerifiedAttributes": ["email"],
            "UsernameConfiguration": { "CaseSensitive": true },
            "MfaConfiguration": "OPTIONAL",
            "Schema": [{ "Name": "tier", "AttributeDataType": "String", "Mutable": true }],
            "UserPoolTags": {},
        }),
    );
    let pool = &answer["UserPool"];
    let id = pool["Id"].as_str().unwrap();
    assert!(id.starts_with("us-east-1_") && id.len() == 19, "{id}");
    assert_eq!((&pool["Name"], &pool["MfaConfiguration"]), (&json!("customers"), &json!("OPTIONAL")));
    assert_eq!(pool["Policies"]["PasswordPolicy"]["MinimumLength"], 12);
    assert_eq!(pool["Policies"]["PasswordPolicy"]["RequireSymbols"], false);
    assert_eq!(pool["UsernameConfiguration"]["CaseSensitive"], true);

    let answer = scene.ok(
        "CreateUserPoolClient",
        json!({
            "UserPoolId": id,
            "ClientName": "back end",
            "GenerateSecret": true,
            "AccessTokenValidity": 10,
            "TokenValidityUnits": { "AccessToken": "minutes" },
        }),
    );
    let client = &answer["UserPoolClient"];
    assert_eq!(client["ClientId"].as_str().unwrap().len(), 26);
    assert!(client["ClientSecret"].as_str().unwrap().len() >= 24);
    let flows = json!(["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    assert_eq!(client["ExplicitAuthFlows"], flows);
    assert_eq!(
        (&client["PreventUserExistenceErrors"], &client["EnableTokenRevocation"]),
        (&json!("LEGACY"), &json!(true))
    );
    assert_eq!((&client["AccessTokenValidity"], &client["RefreshTokenValidity"]), (&json!(10), &json!(30)));
}

#[test]
fn contradictory_or_invalid_settings_are_rejected() {
    let mut scene = Scene::new();
    let both = json!({ "PoolName": "p", "AliasAttributes": ["email"], "UsernameAttributes": ["email"] });
    let text = "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.";
    assert_eq!(scene.refused("CreateUserPool", both), ("InvalidParameterException", text));
    let short = json!({ "UserPoolId": scene.pool_id, "ClientName": "c", "RefreshTokenValidity": 4000 });
    let text = "Invalid range for token validity.";
    assert_eq!(scene.refused("CreateUserPoolClient", short), ("InvalidParameterException", text));
    let flow = json!({ "UserPoolId": scene.pool_id, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_ALL"] });
    assert_eq!(scene.refused("CreateUserPoolClient", flow).name, "InvalidParameterException");
}

#[test]
fn not_found_errors_say_what_is_absent() {
    let mut scene = Scene::new();
    let body = json!({ "UserPoolId": "us-east-1_Nowhere", "Username": "bob" });
    let text = "User pool us-east-1_Nowhere does not exist.";
    assert_eq!(scene.refused("AdminGetUser", body), ("ResourceNotFoundException", text));
    let body = json!({ "UserPoolId": scene.pool_id, "Username": "bob" });
    assert_eq!(scene.refused("AdminGetUser", body), ("UserNotFoundException", "User does not exist."));
    let body = json!({ "ClientId": "nobody", "AuthFlow": "USER_SRP_AUTH" });
    let text = "User pool client nobody does not exist.";
    assert_eq!(scene.refused("InitiateAuth", body), ("ResourceNotFoundException", text));
}

#[test]
fn an_invited_user_must_replace_the_temporary_password() {
    let mut scene = Scene::new();
    let user = create_user(&mut scene, json!({ "DesiredDeliveryMediums": ["EMAIL"] }))["User"].clone();
    assert_eq!((&user["Username"], &user["UserStatus"]), (&json!("bob"), &json!("FORCE_CHANGE_PASSWORD")));
    assert_eq!(attribute(&user["Attributes"], "email"), Some("bob@example.com"));
    let invitation = scene.last_message();
    assert_eq!((invitation.purpose, invitation.medium), (Purpose::Invitation, Medium::Email));

    let challenge = scene.srp_sign_in("bob", &invitation.code).unwrap();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert!(challenge["Session"].as_str().unwrap().len() >= 20);
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!((&parameters["USER_ID_FOR_SRP"], &parameters["requiredAttributes"]), (&json!("bob"), &json!("[]")));
    let attributes: Value = serde_json::from_str(parameters["userAttributes"].as_str().unwrap()).unwrap();
    assert_eq!(attributes, json!({ "email": "bob@example.com", "email_verified": "true" }));
    assert_eq!(scene.srp_sign_in("bob", "Wrong-horse-1").unwrap_err(), INCORRECT);
}

#[test]
fn a_challenge_session_is_bound_to_user_challenge_and_time() {
    let mut scene = Scene::new();
    create_user(&mut scene, json!({ "TemporaryPassword": PASSWORD }));
    let challenge = scene.password_sign_in("bob", PASSWORD).unwrap();
    let mut body = json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ClientId": scene.client.id,
        "Session": challenge["Session"],
        "ChallengeResponses": { "USERNAME": "bob", "NEW_PASSWORD": "Correct-horse-2" },
    });
    let invalid = ("NotAuthorizedException", "Invalid session for the user.");
    let mut stranger = body.clone();
    stranger["ChallengeResponses"]["USERNAME"] = json!("eve");
    assert_eq!(scene.refused("RespondToAuthChallenge", stranger), invalid);
    let mut other = body.clone();
    other["ChallengeName"] = json!("SMS_MFA");
    assert_eq!(scene.refused("RespondToAuthChallenge", other), invalid);
    scene.advance(179);
    body["ChallengeResponses"]["NEW_PASSWORD"] = json!("short");
    assert_eq!(scene.refused("RespondToAuthChallenge", body.clone()).name, "InvalidPasswordException");
    scene.advance(1);
    let expired = ("NotAuthorizedException", "Invalid session for the user, session is expired.");
    assert_eq!(scene.refused("RespondToAuthChallenge", body.clone()), expired);
    body.as_object_mut().unwrap().remove("Session");
    let missing = ("InvalidParameterException", "Missing required parameter Session");
    assert_eq!(scene.refused("RespondToAuthChallenge", body), missing);
}

#[test]
fn a_temporary_password_is_valid_for_seven_days() {
    let mut scene = Scene::new();
    create_user(&mut scene, json!({ "TemporaryPassword": PASSWORD }));
    scene.advance(7 * 86_400);
    let text = "Temporary password has expired and must be reset by an administrator.";
    assert_eq!(scene.password_sign_in("bob", PASSWORD).unwrap_err(), ("NotAuthorizedException", text));
    create_user(&mut scene, json!({ "TemporaryPassword": PASSWORD, "MessageAction": "RESEND" }));
    assert_eq!(scene.password_sign_in("bob", PASSWORD).unwrap()["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[test]
fn an_invitation_can_be_suppressed() {
    let mut scene = Scene::new();
    create_user(&mut scene, json!({ "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD }));
    assert!(scene.simulator.messages().is_empty());
    let body = json!({ "UserPoolId": scene.pool_id, "Username": "BOB" });
    let refusal = scene.refused("AdminCreateUser", body);
    assert_eq!(refusal, ("UsernameExistsException", "User account already exists"));
}

#[test]
fn only_a_permanent_password_confirms_a_user() {
    let mut scene = Scene::new();
    create_user(&mut scene, json!({ "MessageAction": "SUPPRESS" }));
    let mut set = |password: &str, permanent: bool| {
        let body = json!({
            "UserPoolId": scene.pool_id, "Username": "bob", "Password": password, "Permanent": permanent,
        });
        scene.call("AdminSetUserPassword", body)
    };
    assert_eq!(set("weak", true).unwrap_err().name, "InvalidPasswordException");
    set(PASSWORD, true).unwrap();
    assert!(scene.srp_sign_in("bob", PASSWORD).unwrap().get("AuthenticationResult").is_some());
    let body = json!({ "UserPoolId": scene.pool_id, "Username": "bob", "Password": "Temporary-1" });
    scene.ok("AdminSetUserPassword", body);
    assert_eq!(scene.srp_sign_in("bob", "Temporary-1").unwrap()["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[test]
fn an_administrator_can_confirm_a_sign_up_without_a_code() {
    let mut scene = Scene::new();
    scene.sign_up("bob", "bob@example.com").unwrap();
    let body = json!({ "UserPoolId": scene.pool_id, "Username": "bob" });
    scene.ok("AdminConfirmSignUp", body.clone());
    let user = scene.ok("AdminGetUser", body.clone());
    assert_eq!((&user["UserStatus"], &user["Enabled"]), (&json!("CONFIRMED"), &json!(true)));
    assert_eq!(attribute(&user["UserAttributes"], "email_verified"), Some("false"));
    let text = "User cannot be confirmed. Current status is CONFIRMED";
    assert_eq!(scene.refused("AdminConfirmSignUp", body), ("NotAuthorizedException", text));
}

#[test]
fn duplicate_or_malformed_ids_are_rejected_at_set_up() {
    let mut scene = Scene::new();
    let named = |id: &str| ClientConfig { id: Some(id.to_owned()), ..open_client() };
    scene.switch_client(named("web"));
    for id in ["web", "", "a b"] {
        assert!(scene.simulator.create_client(scene.now, &scene.pool_id, named(id)).is_err(), "{id}");
    }
    for username in ["", "a b"] {
        let user = UserConfig { username: username.to_owned(), ..UserConfig::default() };
        assert!(scene.simulator.create_user(scene.now, &scene.pool_id, user).is_err(), "{username}");
    }
    let pool = |id: &str| PoolConfig { id: Some(id.to_owned()), ..email_pool() };
    for id in ["us-east-1_TestPool1", "nounderscore", "us-east-1_", "us-east-1_a-b"] {
        assert!(scene.simulator.create_pool(scene.now, pool(id)).is_err(), "{id}");
    }
    assert!(Config::from_json(r#"{"pools":[{"nmae":"typo"}]}"#).unwrap_err().to_string().contains("nmae"));
}
