//! Devices in the service: registration, refresh, and the operations of their owner and of an administrator.

use cognito_integration_tests::support::challenges::challenge_name;
use cognito_integration_tests::support::devices::{
    ASKS_THE_USER, DEVICE_PASSWORD, NO_DEVICE, REPLACES_MFA, claims, device_scene,
};
use cognito_integration_tests::support::scene::{PASSWORD, START, Scene, Tokens, alice, attribute, with_access_token};
use cognito_integration_tests::support::srp_client::device_verifier;
use cognito_testkit::UserConfig;
use serde_json::{Value, json};

#[test]
fn a_sign_in_without_a_device_key_gets_one() {
    let mut scene = device_scene(REPLACES_MFA);
    let signed_in = scene.begin();
    let metadata = &signed_in["AuthenticationResult"]["NewDeviceMetadata"];
    let key = metadata["DeviceKey"].as_str().unwrap();
    assert!(key.starts_with("us-east-1_") && key.len() == 46, "{key}");
    assert!(metadata["DeviceGroupKey"].as_str().unwrap().starts_with('-'));
    let tokens = Tokens::from_answer(&signed_in);
    assert_eq!(claims(&tokens.access)["device_key"], key);
    assert_eq!(claims(&tokens.id).get("device_key"), None);
    let mut other = Scene::with_alice();
    let signed_in = other.begin();
    assert_eq!(signed_in["AuthenticationResult"].get("NewDeviceMetadata"), None, "the pool tracks no devices");
    assert_eq!(claims(&Tokens::from_answer(&signed_in).access).get("device_key"), None);
}

#[test]
fn a_device_is_remembered_immediately_or_if_its_user_agrees() {
    for (devices, asks) in [(REPLACES_MFA, false), (ASKS_THE_USER, true)] {
        let mut scene = device_scene(devices);
        let signed_in = scene.begin();
        let (device, answer) = scene.confirm_device(&signed_in, "phone");
        assert_eq!(answer, json!({ "UserConfirmationNecessary": asks }));
        let again = scene.begin_with(&device.key).unwrap();
        if asks {
            let result = &again["AuthenticationResult"];
            assert_eq!(result.get("NewDeviceMetadata"), None, "the device is known but proves nothing");
            assert_eq!(claims(&Tokens::from_answer(&again).access)["device_key"], device.key);
            let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" });
            scene.ok("UpdateDeviceStatus", with_access_token(&Tokens::from_answer(&again).access, status));
        }
        assert_eq!(challenge_name(&scene.begin_with(&device.key).unwrap()), "DEVICE_SRP_AUTH");
    }
}

#[test]
fn a_device_is_confirmed_once_and_with_its_own_tokens() {
    let mut scene = device_scene(REPLACES_MFA);
    let (signed_in, other) = (scene.begin(), scene.begin());
    let token = Tokens::from_answer(&signed_in).access;
    let (device, _) = scene.confirm_device(&signed_in, "phone");
    let confirm = |token: &str, key: &str| {
        let secret = device_verifier(&device.group, key, DEVICE_PASSWORD);
        with_access_token(token, json!({ "DeviceKey": key, "DeviceSecretVerifierConfig": secret }))
    };
    let twice = scene.refused("ConfirmDevice", confirm(&token, &device.key));
    assert_eq!(twice.name, "DeviceKeyExistsException");
    let key = other["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"].as_str().unwrap();
    assert_eq!(scene.refused("ConfirmDevice", confirm(&token, key)), NO_DEVICE);
    assert_eq!(scene.refused("ConfirmDevice", confirm(&token, "us-east-1_0-0")), NO_DEVICE);
    scene.ok("ForgetDevice", with_access_token(&token, json!({ "DeviceKey": device.key })));
    assert_eq!(
        scene.refused("ConfirmDevice", confirm(&token, &device.key)),
        NO_DEVICE,
        "a forgotten device cannot be confirmed again"
    );
    let mut without = Scene::with_alice();
    let token = without.tokens().access;
    assert_eq!(without.refused("ConfirmDevice", confirm(&token, &device.key)), NO_DEVICE);
}

#[test]
fn an_invalid_password_verifier_is_rejected() {
    let mut scene = device_scene(REPLACES_MFA);
    let signed_in = scene.begin();
    let token = Tokens::from_answer(&signed_in).access;
    let key = signed_in["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"].clone();
    let (salt, verifier) = ("AQID", "AQID");
    let modulus = "/".repeat(512) + "w==";
    for secret in [
        json!(null),
        json!({}),
        json!({ "Salt": salt }),
        json!({ "PasswordVerifier": verifier }),
        json!({ "Salt": "", "PasswordVerifier": verifier }),
        json!({ "Salt": "not base64!", "PasswordVerifier": verifier }),
        json!({ "Salt": "A".repeat(64), "PasswordVerifier": verifier }),
        json!({ "Salt": salt, "PasswordVerifier": "" }),
        json!({ "Salt": salt, "PasswordVerifier": "AAAA" }),
        json!({ "Salt": salt, "PasswordVerifier": "not base64!" }),
        json!({ "Salt": salt, "PasswordVerifier": modulus }),
    ] {
        let body = with_access_token(&token, json!({ "DeviceKey": key, "DeviceSecretVerifierConfig": secret }));
        assert_eq!(scene.refused("ConfirmDevice", body).name, "InvalidParameterException", "{secret}");
    }
    let secret = json!({ "Salt": salt, "PasswordVerifier": verifier });
    scene.ok(
        "ConfirmDevice",
        with_access_token(&token, json!({ "DeviceKey": key, "DeviceSecretVerifierConfig": secret })),
    );
}

#[test]
fn a_refresh_needs_the_device_that_signed_in() {
    let mut scene = device_scene(REPLACES_MFA);
    let signed_in = scene.begin();
    let token = Tokens::from_answer(&signed_in).refresh.unwrap();
    let other = scene.register_device();
    let key = signed_in["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"].as_str().unwrap().to_owned();
    let invalid = ("NotAuthorizedException", "Invalid Refresh Token.");
    let refresh = |scene: &mut Scene, key: Option<&str>| {
        let by_flow = json!({ "REFRESH_TOKEN": token, "DEVICE_KEY": key });
        let by_flow = scene.initiate("REFRESH_TOKEN_AUTH", by_flow);
        let by_call = json!({ "RefreshToken": token, "ClientId": scene.client.id, "DeviceKey": key });
        let by_call = scene.call("GetTokensFromRefreshToken", by_call);
        let refusal = by_flow.as_ref().err().cloned();
        assert_eq!(by_call.as_ref().err().cloned(), refusal);
        refusal.map_or(by_flow, Err)
    };
    assert_eq!(refresh(&mut scene, Some(&key)).unwrap_err(), invalid, "the device is not confirmed yet");
    let (device, _) = scene.confirm_device(&signed_in, "phone");
    for wrong in [None, Some(other.key.as_str()), Some("us-east-1_0-0")] {
        assert_eq!(refresh(&mut scene, wrong).unwrap_err(), invalid, "{wrong:?}");
    }
    let renewed = refresh(&mut scene, Some(&device.key)).unwrap();
    assert_eq!(claims(&Tokens::from_answer(&renewed).access)["device_key"], device.key);
    assert_eq!(renewed["AuthenticationResult"].get("NewDeviceMetadata"), None);

    let body = with_access_token(&Tokens::from_answer(&renewed).access, json!({ "DeviceKey": device.key }));
    scene.ok("ForgetDevice", body);
    assert_eq!(refresh(&mut scene, Some(&device.key)).unwrap_err(), NO_DEVICE);
    assert_eq!(refresh(&mut scene, None).unwrap_err(), invalid);
}

#[test]
fn a_pool_without_devices_ignores_the_key_of_a_refresh() {
    let mut scene = Scene::with_alice();
    let token = scene.tokens().refresh.unwrap();
    let parameters = json!({ "REFRESH_TOKEN": token, "DEVICE_KEY": "us-east-1_0-0" });
    Tokens::from_answer(&scene.initiate("REFRESH_TOKEN_AUTH", parameters).unwrap());
}

#[test]
fn get_device_returns_attributes_and_dates() {
    let mut scene = device_scene(ASKS_THE_USER);
    let signed_in = scene.begin();
    let token = Tokens::from_answer(&signed_in).access;
    scene.advance(5);
    let (device, _) = scene.confirm_device(&signed_in, "Alice's phone");
    let key = json!({ "DeviceKey": device.key });
    let description = scene.ok("GetDevice", with_access_token(&token, key.clone()))["Device"].clone();
    assert_eq!(description["DeviceKey"], device.key);
    let attributes = &description["DeviceAttributes"];
    assert_eq!(attribute(attributes, "device_name"), Some("Alice's phone"));
    assert_eq!(attribute(attributes, "device_status"), Some("valid"));
    assert_eq!(attribute(attributes, "dev:device_remembered_status"), Some("not_remembered"));
    assert!(attribute(attributes, "last_ip_used").is_some());
    let confirmed = START + 5;
    for date in ["DeviceCreateDate", "DeviceLastModifiedDate", "DeviceLastAuthenticatedDate"] {
        assert_eq!(description[date], confirmed, "{date}");
    }
    scene.advance(5);
    let status = with_access_token(&token, json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" }));
    scene.ok("UpdateDeviceStatus", status);
    scene.advance(5);
    let first = scene.begin_with(&device.key).unwrap();
    let second = scene.begin_device(&first, &device).unwrap();
    scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap();
    let mut body = scene.user_request("alice");
    body["DeviceKey"] = json!(device.key);
    let description = scene.ok("AdminGetDevice", body)["Device"].clone();
    assert_eq!(
        (&description["DeviceCreateDate"], &description["DeviceLastModifiedDate"]),
        (&json!(confirmed), &json!(confirmed + 5))
    );
    assert_eq!(description["DeviceLastAuthenticatedDate"], confirmed + 10);
    assert_eq!(attribute(&description["DeviceAttributes"], "dev:device_remembered_status"), Some("remembered"));
}

#[test]
fn devices_are_listed_in_pages_with_the_oldest_first() {
    let mut scene = device_scene(REPLACES_MFA);
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(json!(scene.register_device().key));
        scene.advance(1);
    }
    let token = Tokens::from_answer(&scene.begin()).access;
    let of = |page: &Value| -> Vec<Value> {
        page["Devices"].as_array().unwrap().iter().map(|device| device["DeviceKey"].clone()).collect()
    };
    let first = scene.ok("ListDevices", with_access_token(&token, json!({ "Limit": 2 })));
    assert_eq!(of(&first), keys[..2]);
    let next = json!({ "Limit": 2, "PaginationToken": first["PaginationToken"] });
    let second = scene.ok("ListDevices", with_access_token(&token, next));
    assert_eq!((of(&second), second.get("PaginationToken")), (keys[2..].to_vec(), None));
    let body = with_access_token(&token, json!({ "PaginationToken": "an invalid token" }));
    assert_eq!(scene.refused("ListDevices", body).name, "InvalidParameterException");
    assert_eq!(of(&scene.ok("AdminListDevices", scene.user_request("alice"))), keys);
    let body = with_access_token(&token, json!({ "Limit": 61 }));
    assert_eq!(scene.refused("ListDevices", body).name, "InvalidParameterException");
}

#[test]
fn a_forgotten_device_does_not_exist_any_more() {
    for by_administrator in [false, true] {
        let mut scene = device_scene(REPLACES_MFA);
        let device = scene.register_device();
        let token = Tokens::from_answer(&scene.begin()).access;
        let (operation, mut body) = if by_administrator {
            ("AdminForgetDevice", scene.user_request("alice"))
        } else {
            ("ForgetDevice", with_access_token(&token, json!({})))
        };
        body["DeviceKey"] = json!(device.key);
        let in_between = scene.begin_with(&device.key).unwrap();
        assert!(scene.send(operation, body.to_string().as_bytes()).body().is_empty());
        assert_eq!(scene.refused(operation, body), NO_DEVICE);
        assert_eq!(scene.begin_with(&device.key).unwrap_err(), NO_DEVICE);
        assert_eq!(scene.begin_device(&in_between, &device).unwrap_err(), NO_DEVICE);
        let key = with_access_token(&token, json!({ "DeviceKey": device.key }));
        assert_eq!(scene.refused("GetDevice", key.clone()), NO_DEVICE);
        assert_eq!(scene.refused("UpdateDeviceStatus", key), NO_DEVICE);
    }
}

#[test]
fn a_user_cannot_access_another_users_devices() {
    let mut scene = device_scene(REPLACES_MFA);
    let device = scene.register_device();
    scene.add_user(UserConfig { username: "bob".to_owned(), ..alice() });
    let token = Tokens::from_answer(&scene.password_sign_in("bob", PASSWORD).unwrap()).access;
    for operation in ["GetDevice", "ForgetDevice", "UpdateDeviceStatus"] {
        let key = with_access_token(&token, json!({ "DeviceKey": device.key }));
        assert_eq!(scene.refused(operation, key), NO_DEVICE, "{operation}");
    }
    assert_eq!(scene.ok("ListDevices", with_access_token(&token, json!({})))["Devices"], json!([]));
    for operation in ["AdminGetDevice", "AdminForgetDevice", "AdminUpdateDeviceStatus", "AdminListDevices"] {
        let mut body = scene.user_request("nobody");
        body["DeviceKey"] = json!(device.key);
        assert_eq!(scene.refused(operation, body).name, "UserNotFoundException", "{operation}");
    }
}
