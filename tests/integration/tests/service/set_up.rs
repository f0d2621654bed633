//! Administrator operations on the settings of pools and app clients, and on existing users.

use cognito_integration_tests::support::scene::{
    PASSWORD, Scene, Tokens, alice, email_pool, open_client, with_access_token,
};
use cognito_testkit::{ClientConfig, ExplicitAuthFlow, PoolConfig};
use serde_json::{Value, json};

#[test]
fn a_pool_is_deleted_with_everything_in_it() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    let body = json!({ "UserPoolId": scene.pool_id });
    let pool = scene.ok("DescribeUserPool", body.clone())["UserPool"].clone();
    assert_eq!((&pool["Id"], &pool["EstimatedNumberOfUsers"]), (&json!(scene.pool_id), &json!(1)));
    assert_eq!(scene.send("DeleteUserPool", body.to_string().as_bytes()).body(), b"");
    let text = format!("User pool {} does not exist.", scene.pool_id);
    let gone = ("ResourceNotFoundException", text.as_str());
    assert_eq!(scene.refused("DescribeUserPool", body), gone);
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), gone);
    assert_eq!(scene.password_sign_in("alice", PASSWORD).unwrap_err().name, "ResourceNotFoundException");
}

#[test]
fn a_new_pool_keeps_its_schema_and_recovery_settings() {
    let mut scene = Scene::new();
    let body = json!({
        "PoolName": "customers",
        "Schema": [
            { "Name": "tenant", "AttributeDataType": "String", "Mutable": false },
            { "Name": "email", "Required": true, "Mutable": true },
        ],
        "AccountRecoverySetting": { "RecoveryMechanisms": [
            { "Priority": 2, "Name": "verified_phone_number" }, { "Priority": 1, "Name": "verified_email" },
        ]},
    });
    let pool = scene.ok("CreateUserPool", body)["UserPool"].clone();
    let described = scene.ok("DescribeUserPool", json!({ "UserPoolId": pool["Id"] }))["UserPool"].clone();
    assert_eq!(pool, described);
    let mechanisms = &pool["AccountRecoverySetting"]["RecoveryMechanisms"];
    assert_eq!(mechanisms[0], json!({ "Name": "verified_email", "Priority": 1 }));
    let attribute = |name: &str| {
        pool["SchemaAttributes"].as_array().unwrap().iter().find(|attribute| attribute["Name"] == name).unwrap().clone()
    };
    assert_eq!(attribute("custom:tenant")["Mutable"], false);
    assert_eq!(attribute("email")["Required"], true);
}

#[test]
fn a_client_update_resets_omitted_settings() {
    let client = ClientConfig { generate_secret: true, ..open_client() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, client);
    let ids = json!({ "UserPoolId": scene.pool_id, "ClientId": scene.client.id });
    let before = scene.ok("DescribeUserPoolClient", ids.clone())["UserPoolClient"].clone();
    assert_eq!(before["ClientSecret"], json!(scene.client.secret));
    assert!(before.get("RefreshTokenRotation").is_none());

    scene.advance(60);
    let mut body = ids.clone();
    body["RefreshTokenRotation"] = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 30 });
    body["ExplicitAuthFlows"] = json!(["ALLOW_USER_SRP_AUTH"]);
    let after = scene.ok("UpdateUserPoolClient", body)["UserPoolClient"].clone();
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 30 });
    assert_eq!((&after["RefreshTokenRotation"], &after["ClientName"]), (&rotation, &before["ClientName"]));
    assert_eq!((&after["ClientSecret"], &after["CreationDate"]), (&before["ClientSecret"], &before["CreationDate"]));
    assert_eq!(after["LastModifiedDate"], before["LastModifiedDate"].as_u64().unwrap() + 60);
    assert_eq!(scene.password_sign_in("alice", PASSWORD).unwrap_err().name, "InvalidParameterException");
    let refresh = Tokens::from_answer(&scene.srp_sign_in("alice", PASSWORD).unwrap()).refresh.unwrap();
    assert!(Tokens::from_answer(&scene.renew(&refresh).unwrap()).refresh.is_some());

    let after = scene.ok("UpdateUserPoolClient", ids)["UserPoolClient"].clone();
    assert!(after.get("RefreshTokenRotation").is_none());
    assert_eq!(after["ExplicitAuthFlows"].as_array().unwrap().len(), 3);
}

#[test]
fn invalid_client_settings_are_rejected() {
    let mut scene = Scene::new();
    let ids = json!({ "UserPoolId": scene.pool_id, "ClientId": scene.client.id });
    let wrong = [
        json!({ "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 61 } }),
        json!({ "RefreshTokenRotation": { "Feature": "SOMETIMES" } }),
        json!({ "RefreshTokenRotation": {} }),
        json!({ "AuthSessionValidity": 2 }),
        json!({ "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"] }),
    ];
    for settings in wrong {
        let mut body = ids.clone();
        body.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        assert_eq!(scene.refused("UpdateUserPoolClient", body).name, "InvalidParameterException", "{settings}");
    }
    let other = json!({ "UserPoolId": scene.pool_id, "ClientId": "nobody" });
    let text = "User pool client nobody does not exist.";
    assert_eq!(scene.refused("DescribeUserPoolClient", other), ("ResourceNotFoundException", text));
}

#[test]
fn setting_the_factors_of_a_pool_returns_them() {
    let mut scene = Scene::new();
    let body = json!({
        "UserPoolId": scene.pool_id,
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "EmailMfaConfiguration": { "Subject": "Your code" },
        "WebAuthnConfiguration": { "RelyingPartyId": "example.com", "UserVerification": "required" },
    });
    let expected = json!({
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "EmailMfaConfiguration": {},
        "WebAuthnConfiguration": {
            "RelyingPartyId": "example.com", "UserVerification": "required", "FactorConfiguration": "SINGLE_FACTOR",
        },
    });
    assert_eq!(scene.ok("SetUserPoolMfaConfig", body), expected);
    let pool = scene.ok("DescribeUserPool", json!({ "UserPoolId": scene.pool_id }));
    assert_eq!(pool["UserPool"]["MfaConfiguration"], "OPTIONAL");
    let body = json!({ "UserPoolId": scene.pool_id, "MfaConfiguration": "MAYBE" });
    assert_eq!(scene.refused("SetUserPoolMfaConfig", body).name, "InvalidParameterException");
}

#[test]
fn administrator_operations_need_an_existing_user() {
    let mut scene = Scene::new();
    let operations = [
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminUserGlobalSignOut",
        "AdminDeleteUser",
        "AdminResetUserPassword",
        "AdminUpdateUserAttributes",
    ];
    for operation in operations {
        let mut body = scene.user_request("nobody");
        body["UserAttributes"] = json!([]);
        let gone = ("UserNotFoundException", "User does not exist.");
        assert_eq!(scene.refused(operation, body), gone, "{operation}");
    }
}

#[test]
fn a_user_deleted_by_an_administrator_is_gone() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    scene.send("AdminDeleteUser", scene.user_request("alice").to_string().as_bytes());
    assert_eq!(scene.get_user(&tokens.access).unwrap_err().name, "UserNotFoundException");
}

#[test]
fn a_client_token_contains_only_configured_scopes() {
    let client = ClientConfig {
        generate_secret: true,
        explicit_auth_flows: vec![ExplicitAuthFlow::AllowClientTokenAuth],
        scopes: vec!["orders/read".to_owned(), "orders/write".to_owned()],
        ..ClientConfig::default()
    };
    let mut scene = Scene::with_pool(email_pool(), client);
    let body = |scopes: Value| json!({ "ClientId": scene.client.id, "Secret": scene.client.secret, "Scopes": scopes });
    let (all, some, more) = (body(Value::Null), body(json!(["orders/read"])), body(json!(["orders/delete"])));
    let mut wrong = all.clone();
    wrong["Secret"] = json!("123456789012345678901234");

    let result = scene.ok("GetClientToken", all)["ClientAuthenticationResult"].clone();
    assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
    let scope = |result: &Value| {
        let token = result["AccessToken"].as_str().unwrap();
        let claims = token.split('.').nth(1).unwrap();
        let claims = data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap();
        serde_json::from_slice::<Value>(&claims).unwrap()["scope"].clone()
    };
    assert_eq!(scope(&result), "orders/read orders/write");
    let token = result["AccessToken"].as_str().unwrap();
    assert!(scene.get_user(token).is_err(), "a client token has no user");
    assert_eq!(scope(&scene.ok("GetClientToken", some)["ClientAuthenticationResult"]), "orders/read");
    assert_eq!(scene.refused("GetClientToken", more).name, "InvalidParameterException");
    assert_eq!(scene.refused("GetClientToken", wrong).name, "NotAuthorizedException");
}

#[test]
fn a_client_without_the_flow_gets_no_client_token() {
    let mut scene = Scene::with_pool(email_pool(), ClientConfig { generate_secret: true, ..open_client() });
    let body = json!({ "ClientId": scene.client.id, "Secret": scene.client.secret });
    let text = "ALLOW_CLIENT_TOKEN_AUTH flow not enabled for this client";
    assert_eq!(scene.refused("GetClientToken", body), ("InvalidParameterException", text));
}

#[test]
fn a_new_user_has_no_devices() {
    let mut scene = Scene::with_alice();
    let token = scene.tokens().access;
    assert_eq!(scene.ok("ListDevices", with_access_token(&token, json!({ "Limit": 10 }))), json!({ "Devices": [] }));
    let body =
        with_access_token(&token, json!({ "DeviceKey": "us-east-1_0123abcd", "DeviceRememberedStatus": "remembered" }));
    let missing = ("ResourceNotFoundException", "Device does not exist.");
    for operation in ["ConfirmDevice", "GetDevice", "UpdateDeviceStatus", "ForgetDevice"] {
        assert_eq!(scene.refused(operation, body.clone()), missing, "{operation}");
    }
    let many = with_access_token(&token, json!({ "Limit": 61 }));
    assert_eq!(scene.refused("ListDevices", many).name, "InvalidParameterException");
}

#[test]
fn feedback_fails_without_threat_protection() {
    let mut scene = Scene::with_alice();
    let mut body = scene.user_request("alice");
    body["EventId"] = json!("event-1");
    body["FeedbackToken"] = json!("a.b.c");
    body["FeedbackValue"] = json!("Valid");
    assert_eq!(scene.refused("UpdateAuthEventFeedback", body.clone()).name, "UserPoolAddOnNotEnabledException");
    body["FeedbackValue"] = json!("valid");
    assert_eq!(scene.refused("UpdateAuthEventFeedback", body).name, "InvalidParameterException");
}

#[test]
fn lambda_triggers_are_reported_as_unsupported() {
    let mut scene = Scene::new();
    let triggers = json!({ "PreSignUp": "arn:aws:lambda:us-east-1:1:function:f" });
    let body = json!({ "PoolName": "customers", "LambdaConfig": triggers });
    let text = "The simulated Cognito does not support a pool with Lambda triggers.";
    assert_eq!(scene.refused("CreateUserPool", body), ("UnsupportedOperationException", text));
}

#[test]
fn a_pool_returns_its_device_configuration() {
    let mut scene = Scene::new();
    let devices = json!({ "ChallengeRequiredOnNewDevice": true });
    let pool = scene.ok("CreateUserPool", json!({ "PoolName": "customers", "DeviceConfiguration": devices }));
    let body = json!({ "UserPoolId": pool["UserPool"]["Id"] });
    let expected = json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false });
    assert_eq!(scene.ok("DescribeUserPool", body)["UserPool"]["DeviceConfiguration"], expected);
    let pool = scene.ok("CreateUserPool", json!({ "PoolName": "customers" }));
    assert_eq!(pool["UserPool"].get("DeviceConfiguration"), None);
}

#[test]
fn an_admin_only_pool_rejects_sign_ups() {
    let mut scene = Scene::with_pool(PoolConfig { allow_admin_create_user_only: true, ..email_pool() }, open_client());
    let refusal = scene.sign_up("bob", "bob@example.com").unwrap_err();
    assert_eq!(refusal, ("NotAuthorizedException", "SignUp is not permitted for this user pool"));
    let pool = scene.ok("DescribeUserPool", json!({ "UserPoolId": scene.pool_id }));
    assert_eq!(pool["UserPool"]["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"], true);
}

#[test]
fn user_names_of_a_new_pool_are_case_sensitive_by_default() {
    let mut scene = Scene::new();
    for (configuration, expected) in [(Value::Null, true), (json!({ "CaseSensitive": false }), false)] {
        let body = json!({ "PoolName": "customers", "UsernameConfiguration": configuration });
        let pool = scene.ok("CreateUserPool", body);
        assert_eq!(pool["UserPool"]["UsernameConfiguration"]["CaseSensitive"], expected);
    }
}
