//! Devices: registration, sign-in by their own SRP, and what their owner and an administrator do with them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use cognito_testkit::{DeviceConfig, MfaConfiguration, MfaFactor, PoolConfig, UserConfig};
use common::challenges::{
    DEVICE_PASSWORD, EXPIRED_SESSION, NO_DEVICE, SPENT_SESSION, alice_with, asked, device_proof, factor_pool,
    srp_client,
};
use common::srp_client::device_verifier;
use common::{INCORRECT, PASSWORD, Scene, TIMESTAMP, Tokens, alice, attribute, bearing, open_client};
use serde_json::{Value, json};

const REPLACES_MFA: DeviceConfig = devices(true, false);
const ASKS_THE_USER: DeviceConfig = devices(true, true);
const AFTER_MFA: DeviceConfig = devices(false, false);

const fn devices(challenge_required_on_new_device: bool, device_only_remembered_on_user_prompt: bool) -> DeviceConfig {
    DeviceConfig { challenge_required_on_new_device, device_only_remembered_on_user_prompt }
}

/// A pool that tracks devices, with Alice in it.
fn pool(devices: DeviceConfig, enabled: &[MfaFactor]) -> PoolConfig {
    let pool = factor_pool(MfaConfiguration::Optional, alice_with(enabled, None));
    PoolConfig { device_configuration: Some(devices), ..pool }
}

fn scene(devices: DeviceConfig) -> Scene {
    Scene::of(pool(devices, &[]), open_client())
}

/// A scene in which Alice has a second factor, and had none when her device was registered.
fn scene_with_factor(devices: DeviceConfig) -> (Scene, common::challenges::Device) {
    let mut scene = scene(devices);
    let device = scene.register_device();
    let mut body = scene.of_user("alice");
    body["SMSMfaSettings"] = json!({ "Enabled": true });
    scene.ok("AdminSetUserMFAPreference", body);
    (scene, device)
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The answer of Alice's app to PASSWORD_VERIFIER, for which this is a challenge.
fn proof(scene: &Scene, challenge: &Value) -> Value {
    srp_client().respond(&scene.pool_id, PASSWORD, &challenge["ChallengeParameters"], TIMESTAMP)
}

#[test]
fn a_sign_in_without_a_key_gets_one() {
    let mut scene = scene(REPLACES_MFA);
    let signed_in = scene.begin();
    let metadata = &signed_in["AuthenticationResult"]["NewDeviceMetadata"];
    let key = metadata["DeviceKey"].as_str().unwrap();
    assert!(key.starts_with("us-east-1_") && key.len() == 46, "{key}");
    assert!(metadata["DeviceGroupKey"].as_str().unwrap().starts_with('-'));
    let tokens = Tokens::of(&signed_in);
    assert_eq!(claims(&tokens.access)["device_key"], key);
    assert_eq!(claims(&tokens.id).get("device_key"), None);
    let mut other = Scene::with_alice();
    let signed_in = other.begin();
    assert_eq!(signed_in["AuthenticationResult"].get("NewDeviceMetadata"), None, "a pool that tracks none");
    assert_eq!(claims(&Tokens::of(&signed_in).access).get("device_key"), None);
}

#[test]
fn a_device_is_remembered_at_once_or_when_its_user_says_so() {
    for (devices, asks) in [(REPLACES_MFA, false), (ASKS_THE_USER, true)] {
        let mut scene = scene(devices);
        let signed_in = scene.begin();
        let (device, answer) = scene.confirm_device(&signed_in, "phone");
        assert_eq!(answer, json!({ "UserConfirmationNecessary": asks }));
        let again = scene.begin_with(&device.key).unwrap();
        if asks {
            let result = &again["AuthenticationResult"];
            assert_eq!(result.get("NewDeviceMetadata"), None, "it is known, and proves nothing");
            assert_eq!(claims(&Tokens::of(&again).access)["device_key"], device.key);
            let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" });
            scene.ok("UpdateDeviceStatus", bearing(&Tokens::of(&again).access, status));
        }
        assert_eq!(asked(&scene.begin_with(&device.key).unwrap()), "DEVICE_SRP_AUTH");
    }
}

#[test]
fn a_device_proves_that_it_knows_its_password() {
    let mut scene = scene(REPLACES_MFA);
    let device = scene.register_device();
    let first = scene.begin_with(&device.key).unwrap();
    let second = scene.begin_device(&first, &device).unwrap();
    assert_eq!(asked(&second), "DEVICE_PASSWORD_VERIFIER");
    assert_ne!(second["Session"], first["Session"]);
    let parameters = second["ChallengeParameters"].as_object().unwrap();
    let names: Vec<_> = parameters.keys().map(String::as_str).collect();
    assert_eq!(names, ["DEVICE_KEY", "SALT", "SECRET_BLOCK", "SRP_B", "USERNAME"]);
    assert_eq!((&parameters["DEVICE_KEY"], &parameters["USERNAME"]), (&json!(device.key), &json!("Alice")));
    let signed_in = scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap();
    assert_eq!(signed_in["AuthenticationResult"].get("NewDeviceMetadata"), None);
    assert_eq!(claims(&Tokens::of(&signed_in).access)["device_key"], device.key);
    assert_eq!(scene.begin_device(&first, &device).unwrap_err(), SPENT_SESSION);
    assert_eq!(scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap_err(), SPENT_SESSION);
}

#[test]
fn a_wrong_proof_ends_the_sign_in() {
    let mut scene = scene(REPLACES_MFA);
    let device = scene.register_device();
    let mut verifier = || {
        let first = scene.begin_with(&device.key).unwrap();
        let second = scene.begin_device(&first, &device).unwrap();
        let right = device_proof(&second, &device, DEVICE_PASSWORD, TIMESTAMP);
        (second, right)
    };
    let (challenge, right) = verifier();
    let wrong = device_proof(&challenge, &device, "not the password", TIMESTAMP);
    let (other, mut foreign) = verifier();
    foreign["PASSWORD_CLAIM_SECRET_BLOCK"] = right["PASSWORD_CLAIM_SECRET_BLOCK"].clone();
    assert_eq!(scene.answer(&challenge, wrong).unwrap_err(), INCORRECT);
    assert_eq!(scene.answer(&challenge, right).unwrap_err(), SPENT_SESSION);
    assert_eq!(scene.answer(&other, foreign).unwrap_err(), INCORRECT);
}

#[test]
fn a_proof_must_come_in_time_and_bear_a_date() {
    let mut scene = scene(REPLACES_MFA);
    let device = scene.register_device();
    let first = scene.begin_with(&device.key).unwrap();
    let second = scene.begin_device(&first, &device).unwrap();
    let mut answer = device_proof(&second, &device, DEVICE_PASSWORD, "yesterday");
    assert_eq!(scene.answer(&second, answer.clone()).unwrap_err().name, "InvalidParameterException");
    answer["TIMESTAMP"] = json!(null);
    assert_eq!(scene.answer(&second, answer).unwrap_err().name, "InvalidParameterException");
    scene.advance(15);
    assert_eq!(scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap_err(), INCORRECT);

    let strict = PoolConfig { timestamp_tolerance_seconds: Some(60), ..pool(REPLACES_MFA, &[]) };
    let mut scene = Scene::of(strict, open_client());
    let device = scene.register_device();
    scene.advance(61);
    let first = scene.begin_with(&device.key).unwrap();
    let second = scene.begin_device(&first, &device).unwrap();
    assert_eq!(scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap_err(), INCORRECT);
    let first = scene.begin_with(&device.key).unwrap();
    scene.advance(180);
    assert_eq!(scene.begin_device(&first, &device).unwrap_err(), EXPIRED_SESSION);
}

#[test]
fn a_device_answer_names_its_device_and_a_good_public_value() {
    let mut scene = scene(REPLACES_MFA);
    let device = scene.register_device();
    let other = scene.register_device();
    let first = scene.begin_with(&device.key).unwrap();
    let public = srp_client().public_hex();
    for (answer, name) in [
        (json!({ "SRP_A": public }), "InvalidParameterException"),
        (json!({ "SRP_A": public, "DEVICE_KEY": other.key }), "InvalidParameterException"),
        (json!({ "SRP_A": public, "DEVICE_KEY": "us-east-1_0-0" }), "ResourceNotFoundException"),
        (json!({ "SRP_A": "0", "DEVICE_KEY": device.key }), "InvalidParameterException"),
        (json!({ "SRP_A": "no number", "DEVICE_KEY": device.key }), "InvalidParameterException"),
        (json!({ "DEVICE_KEY": device.key }), "InvalidParameterException"),
    ] {
        assert_eq!(scene.answer(&first, answer.clone()).unwrap_err().name, name, "{answer}");
    }
    let second = scene.begin_device(&first, &device).unwrap();
    let mut answer = device_proof(&second, &device, DEVICE_PASSWORD, TIMESTAMP);
    answer["DEVICE_KEY"] = json!(other.key);
    assert_eq!(scene.answer(&second, answer).unwrap_err().name, "InvalidParameterException");
    Tokens::of(&scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap());
}

#[test]
fn a_remembered_device_stands_in_for_the_second_factor_where_the_pool_says_so() {
    let (mut scene, device) = scene_with_factor(REPLACES_MFA);
    assert_eq!(asked(&scene.begin_with(&device.key).unwrap()), "DEVICE_SRP_AUTH");
    assert_eq!(asked(&scene.begin()), "SMS_MFA");
    let mut body = scene.of_user("alice");
    body["DeviceKey"] = json!(device.key);
    body["DeviceRememberedStatus"] = json!("not_remembered");
    scene.ok("AdminUpdateDeviceStatus", body);
    let challenge = scene.begin_with(&device.key).unwrap();
    assert_eq!(asked(&challenge), "SMS_MFA");
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    let signed_in = scene.answer(&challenge, code).unwrap();
    assert_eq!(signed_in["AuthenticationResult"].get("NewDeviceMetadata"), None);
    assert_eq!(claims(&Tokens::of(&signed_in).access)["device_key"], device.key);
}

#[test]
fn elsewhere_the_device_comes_after_the_second_factor() {
    let (mut scene, device) = scene_with_factor(AFTER_MFA);
    let challenge = scene.begin_with(&device.key).unwrap();
    assert_eq!(asked(&challenge), "SMS_MFA");
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    let first = scene.answer(&challenge, code).unwrap();
    assert_eq!(asked(&first), "DEVICE_SRP_AUTH");
    let second = scene.begin_device(&first, &device).unwrap();
    Tokens::of(&scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap());
}

#[test]
fn the_key_may_come_with_any_answer() {
    let (mut scene, device) = scene_with_factor(REPLACES_MFA);
    let challenge = scene.begin();
    let answer = json!({ "SMS_MFA_CODE": scene.code(), "DEVICE_KEY": device.key });
    assert_eq!(asked(&scene.answer(&challenge, answer).unwrap()), "DEVICE_SRP_AUTH");

    let challenge = scene.begin();
    let empty = json!({ "SMS_MFA_CODE": scene.code(), "DEVICE_KEY": "" });
    let signed_in = scene.answer(&challenge, empty).unwrap();
    assert!(signed_in["AuthenticationResult"]["NewDeviceMetadata"].is_object(), "an empty key is none");
}

#[test]
fn a_key_of_no_confirmed_device_is_refused_and_spends_nothing() {
    let (mut scene, device) = scene_with_factor(REPLACES_MFA);
    scene.add_user(UserConfig { username: "bob".to_owned(), ..alice() });
    let bobs = scene.password_sign_in("bob", PASSWORD).unwrap();
    let unconfirmed = bobs["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"].clone();
    let (foreign, _) = scene.confirm_device(&bobs, "phone");
    let challenge = scene.begin();
    let code = scene.code();
    for key in [json!("us-east-1_0-0"), unconfirmed, json!(foreign.key), json!("no key at all")] {
        assert_eq!(scene.begin_with(key.as_str().unwrap()).unwrap_err(), NO_DEVICE);
        let answer = json!({ "SMS_MFA_CODE": code, "DEVICE_KEY": key });
        assert_eq!(scene.answer(&challenge, answer).unwrap_err(), NO_DEVICE);
    }
    let answer = json!({ "SMS_MFA_CODE": code, "DEVICE_KEY": device.key });
    assert_eq!(asked(&scene.answer(&challenge, answer).unwrap()), "DEVICE_SRP_AUTH");
    let mut without = Scene::with_alice();
    assert_eq!(without.begin_with(&device.key).unwrap_err(), NO_DEVICE, "a pool that tracks none");
}

#[test]
fn whoever_does_not_know_the_password_learns_nothing_of_devices() {
    let mut scene = scene(REPLACES_MFA);
    let device = scene.register_device();
    for key in [device.key.as_str(), "us-east-1_0-0"] {
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": "Wrong-horse-1", "DEVICE_KEY": key });
        assert_eq!(scene.initiate("USER_PASSWORD_AUTH", parameters).unwrap_err(), INCORRECT);
    }
}

#[test]
fn an_srp_claim_can_come_again_without_the_key_that_was_refused() {
    let mut scene = scene(REPLACES_MFA);
    let challenge = scene.begin_srp("alice", &srp_client()).unwrap();
    let mut claim = proof(&scene, &challenge);
    claim["DEVICE_KEY"] = json!("us-east-1_0-0");
    for _ in 0..2 {
        assert_eq!(scene.verify(claim.clone()).unwrap_err(), NO_DEVICE);
    }
    claim["DEVICE_KEY"] = json!(null);
    let signed_in = scene.verify(claim.clone()).unwrap();
    assert!(signed_in["AuthenticationResult"]["NewDeviceMetadata"].is_object());
    assert_eq!(scene.verify(claim).unwrap_err(), INCORRECT, "and only once");
}

#[test]
fn the_key_that_srp_began_with_counts_until_it_is_refused() {
    let mut scene = scene(REPLACES_MFA);
    let device = scene.register_device();
    let begin = |scene: &mut Scene, key: &str| {
        let parameters = json!({ "USERNAME": "alice", "SRP_A": srp_client().public_hex(), "DEVICE_KEY": key });
        let challenge = scene.initiate("USER_SRP_AUTH", parameters).unwrap();
        proof(scene, &challenge)
    };
    let claim = begin(&mut scene, &device.key);
    assert_eq!(asked(&scene.verify(claim).unwrap()), "DEVICE_SRP_AUTH");
    let claim = begin(&mut scene, "us-east-1_0-0");
    assert_eq!(scene.verify(claim.clone()).unwrap_err(), NO_DEVICE);
    Tokens::of(&scene.verify(claim).unwrap());
    let mut claim = begin(&mut scene, "us-east-1_0-0");
    claim["DEVICE_KEY"] = json!(device.key);
    assert_eq!(asked(&scene.verify(claim).unwrap()), "DEVICE_SRP_AUTH", "the newest counts");
}

#[test]
fn only_the_key_of_ones_own_tokens_is_confirmed_and_only_once() {
    let mut scene = scene(REPLACES_MFA);
    let (signed_in, other) = (scene.begin(), scene.begin());
    let token = Tokens::of(&signed_in).access;
    let (device, _) = scene.confirm_device(&signed_in, "phone");
    let confirm = |token: &str, key: &str| {
        let secret = device_verifier(&device.group, key, DEVICE_PASSWORD);
        bearing(token, json!({ "DeviceKey": key, "DeviceSecretVerifierConfig": secret }))
    };
    let twice = scene.refused("ConfirmDevice", confirm(&token, &device.key));
    assert_eq!(twice.name, "DeviceKeyExistsException");
    let key = other["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"].as_str().unwrap();
    assert_eq!(scene.refused("ConfirmDevice", confirm(&token, key)), NO_DEVICE);
    assert_eq!(scene.refused("ConfirmDevice", confirm(&token, "us-east-1_0-0")), NO_DEVICE);
    scene.ok("ForgetDevice", bearing(&token, json!({ "DeviceKey": device.key })));
    assert_eq!(scene.refused("ConfirmDevice", confirm(&token, &device.key)), NO_DEVICE, "forgotten for good");
    let mut without = Scene::with_alice();
    let token = without.tokens().access;
    assert_eq!(without.refused("ConfirmDevice", confirm(&token, &device.key)), NO_DEVICE);
}

#[test]
fn a_verifier_must_be_one() {
    let mut scene = scene(REPLACES_MFA);
    let signed_in = scene.begin();
    let token = Tokens::of(&signed_in).access;
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
        let body = bearing(&token, json!({ "DeviceKey": key, "DeviceSecretVerifierConfig": secret }));
        assert_eq!(scene.refused("ConfirmDevice", body).name, "InvalidParameterException", "{secret}");
    }
    let secret = json!({ "Salt": salt, "PasswordVerifier": verifier });
    scene.ok("ConfirmDevice", bearing(&token, json!({ "DeviceKey": key, "DeviceSecretVerifierConfig": secret })));
}

#[test]
fn a_refresh_needs_the_device_that_signed_in() {
    let mut scene = scene(REPLACES_MFA);
    let signed_in = scene.begin();
    let token = Tokens::of(&signed_in).refresh.unwrap();
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
    assert_eq!(refresh(&mut scene, Some(&key)).unwrap_err(), invalid, "not confirmed yet");
    let (device, _) = scene.confirm_device(&signed_in, "phone");
    for wrong in [None, Some(other.key.as_str()), Some("us-east-1_0-0")] {
        assert_eq!(refresh(&mut scene, wrong).unwrap_err(), invalid, "{wrong:?}");
    }
    let renewed = refresh(&mut scene, Some(&device.key)).unwrap();
    assert_eq!(claims(&Tokens::of(&renewed).access)["device_key"], device.key);
    assert_eq!(renewed["AuthenticationResult"].get("NewDeviceMetadata"), None);

    let body = bearing(&Tokens::of(&renewed).access, json!({ "DeviceKey": device.key }));
    scene.ok("ForgetDevice", body);
    assert_eq!(refresh(&mut scene, Some(&device.key)).unwrap_err(), NO_DEVICE);
    assert_eq!(refresh(&mut scene, None).unwrap_err(), invalid);
}

#[test]
fn a_pool_that_tracks_no_devices_does_not_look_at_the_key_of_a_refresh() {
    let mut scene = Scene::with_alice();
    let token = scene.tokens().refresh.unwrap();
    let parameters = json!({ "REFRESH_TOKEN": token, "DEVICE_KEY": "us-east-1_0-0" });
    Tokens::of(&scene.initiate("REFRESH_TOKEN_AUTH", parameters).unwrap());
}

#[test]
fn a_device_is_described() {
    let mut scene = scene(ASKS_THE_USER);
    let signed_in = scene.begin();
    let token = Tokens::of(&signed_in).access;
    scene.advance(5);
    let (device, _) = scene.confirm_device(&signed_in, "Alice's phone");
    let key = json!({ "DeviceKey": device.key });
    let told = scene.ok("GetDevice", bearing(&token, key.clone()))["Device"].clone();
    assert_eq!(told["DeviceKey"], device.key);
    let attributes = &told["DeviceAttributes"];
    assert_eq!(attribute(attributes, "device_name"), Some("Alice's phone"));
    assert_eq!(attribute(attributes, "device_status"), Some("valid"));
    assert_eq!(attribute(attributes, "dev:device_remembered_status"), Some("not_remembered"));
    assert!(attribute(attributes, "last_ip_used").is_some());
    let confirmed = common::START + 5;
    for date in ["DeviceCreateDate", "DeviceLastModifiedDate", "DeviceLastAuthenticatedDate"] {
        assert_eq!(told[date], confirmed, "{date}");
    }
    scene.advance(5);
    let status = bearing(&token, json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" }));
    scene.ok("UpdateDeviceStatus", status);
    scene.advance(5);
    let first = scene.begin_with(&device.key).unwrap();
    let second = scene.begin_device(&first, &device).unwrap();
    scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap();
    let mut body = scene.of_user("alice");
    body["DeviceKey"] = json!(device.key);
    let told = scene.ok("AdminGetDevice", body)["Device"].clone();
    assert_eq!(
        (&told["DeviceCreateDate"], &told["DeviceLastModifiedDate"]),
        (&json!(confirmed), &json!(confirmed + 5))
    );
    assert_eq!(told["DeviceLastAuthenticatedDate"], confirmed + 10);
    assert_eq!(attribute(&told["DeviceAttributes"], "dev:device_remembered_status"), Some("remembered"));
}

#[test]
fn devices_are_listed_page_by_page_the_oldest_first() {
    let mut scene = scene(REPLACES_MFA);
    let mut keys = Vec::new();
    for _ in 0..3 {
        keys.push(json!(scene.register_device().key));
        scene.advance(1);
    }
    let token = Tokens::of(&scene.begin()).access;
    let of = |page: &Value| -> Vec<Value> {
        page["Devices"].as_array().unwrap().iter().map(|device| device["DeviceKey"].clone()).collect()
    };
    let first = scene.ok("ListDevices", bearing(&token, json!({ "Limit": 2 })));
    assert_eq!(of(&first), keys[..2]);
    let next = json!({ "Limit": 2, "PaginationToken": first["PaginationToken"] });
    let second = scene.ok("ListDevices", bearing(&token, next));
    assert_eq!((of(&second), second.get("PaginationToken")), (keys[2..].to_vec(), None));
    let body = bearing(&token, json!({ "PaginationToken": "not one" }));
    assert_eq!(scene.refused("ListDevices", body).name, "InvalidParameterException");
    assert_eq!(of(&scene.ok("AdminListDevices", scene.of_user("alice"))), keys);
    let body = bearing(&token, json!({ "Limit": 61 }));
    assert_eq!(scene.refused("ListDevices", body).name, "InvalidParameterException");
}

#[test]
fn a_device_that_is_forgotten_is_gone() {
    for by_administrator in [false, true] {
        let mut scene = scene(REPLACES_MFA);
        let device = scene.register_device();
        let token = Tokens::of(&scene.begin()).access;
        let (operation, mut body) = if by_administrator {
            ("AdminForgetDevice", scene.of_user("alice"))
        } else {
            ("ForgetDevice", bearing(&token, json!({})))
        };
        body["DeviceKey"] = json!(device.key);
        let in_between = scene.begin_with(&device.key).unwrap();
        assert!(scene.send(operation, body.to_string().as_bytes()).body().is_empty());
        assert_eq!(scene.refused(operation, body), NO_DEVICE);
        assert_eq!(scene.begin_with(&device.key).unwrap_err(), NO_DEVICE);
        assert_eq!(scene.begin_device(&in_between, &device).unwrap_err(), NO_DEVICE);
        let key = bearing(&token, json!({ "DeviceKey": device.key }));
        assert_eq!(scene.refused("GetDevice", key.clone()), NO_DEVICE);
        assert_eq!(scene.refused("UpdateDeviceStatus", key), NO_DEVICE);
    }
}

#[test]
fn ones_devices_are_nobody_elses() {
    let mut scene = scene(REPLACES_MFA);
    let device = scene.register_device();
    scene.add_user(UserConfig { username: "bob".to_owned(), ..alice() });
    let token = Tokens::of(&scene.password_sign_in("bob", PASSWORD).unwrap()).access;
    for operation in ["GetDevice", "ForgetDevice", "UpdateDeviceStatus"] {
        let key = bearing(&token, json!({ "DeviceKey": device.key }));
        assert_eq!(scene.refused(operation, key), NO_DEVICE, "{operation}");
    }
    assert_eq!(scene.ok("ListDevices", bearing(&token, json!({})))["Devices"], json!([]));
    for operation in ["AdminGetDevice", "AdminForgetDevice", "AdminUpdateDeviceStatus", "AdminListDevices"] {
        let mut body = scene.of_user("nobody");
        body["DeviceKey"] = json!(device.key);
        assert_eq!(scene.refused(operation, body).name, "UserNotFoundException", "{operation}");
    }
}
