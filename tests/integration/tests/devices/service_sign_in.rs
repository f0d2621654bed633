//! Sign-in with a device: the device key, and the proof that the device knows its password.

use cognito_integration_tests::support::challenges::{EXPIRED_SESSION, SPENT_SESSION, challenge_name};
use cognito_integration_tests::support::devices::{
    AFTER_MFA, DEVICE_PASSWORD, Device, NO_DEVICE, REPLACES_MFA, claims, device_pool, device_proof, device_scene,
    srp_client,
};
use cognito_integration_tests::support::scene::{INCORRECT, PASSWORD, Scene, TIMESTAMP, Tokens, alice, open_client};
use cognito_testkit::{ClientConfig, DeviceConfig, PoolConfig, UserConfig, UserExistenceErrors};
use serde_json::{Value, json};

/// Returns a scene and a device of Alice. Alice has a second factor, which she got after the registration.
fn scene_with_factor(devices: DeviceConfig) -> (Scene, Device) {
    let mut scene = device_scene(devices);
    let device = scene.register_device();
    let mut body = scene.user_request("alice");
    body["SMSMfaSettings"] = json!({ "Enabled": true });
    scene.ok("AdminSetUserMFAPreference", body);
    (scene, device)
}

/// Returns the responses with which Alice's client answers the challenge PASSWORD_VERIFIER.
fn proof(scene: &Scene, challenge: &Value) -> Value {
    srp_client().respond(&scene.pool_id, PASSWORD, &challenge["ChallengeParameters"], TIMESTAMP)
}

#[test]
fn a_device_proves_that_it_knows_its_password() {
    let mut scene = device_scene(REPLACES_MFA);
    let device = scene.register_device();
    let first = scene.begin_with(&device.key).unwrap();
    let second = scene.begin_device(&first, &device).unwrap();
    assert_eq!(challenge_name(&second), "DEVICE_PASSWORD_VERIFIER");
    assert_ne!(second["Session"], first["Session"]);
    let parameters = second["ChallengeParameters"].as_object().unwrap();
    let names: Vec<_> = parameters.keys().map(String::as_str).collect();
    assert_eq!(names, ["DEVICE_KEY", "SALT", "SECRET_BLOCK", "SRP_B", "USERNAME"]);
    assert_eq!((&parameters["DEVICE_KEY"], &parameters["USERNAME"]), (&json!(device.key), &json!("Alice")));
    let signed_in = scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap();
    assert_eq!(signed_in["AuthenticationResult"].get("NewDeviceMetadata"), None);
    assert_eq!(claims(&Tokens::from_answer(&signed_in).access)["device_key"], device.key);
    assert_eq!(scene.begin_device(&first, &device).unwrap_err(), SPENT_SESSION);
    assert_eq!(scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap_err(), SPENT_SESSION);
}

#[test]
fn a_wrong_proof_ends_the_sign_in() {
    let mut scene = device_scene(REPLACES_MFA);
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
fn a_proof_must_be_in_time_and_have_a_valid_timestamp() {
    let mut scene = device_scene(REPLACES_MFA);
    let device = scene.register_device();
    let first = scene.begin_with(&device.key).unwrap();
    let second = scene.begin_device(&first, &device).unwrap();
    let mut answer = device_proof(&second, &device, DEVICE_PASSWORD, "yesterday");
    assert_eq!(scene.answer(&second, answer.clone()).unwrap_err().name, "InvalidParameterException");
    answer["TIMESTAMP"] = json!(null);
    assert_eq!(scene.answer(&second, answer).unwrap_err().name, "InvalidParameterException");
    scene.advance(15);
    assert_eq!(scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap_err(), INCORRECT);

    let strict = PoolConfig { timestamp_tolerance_seconds: Some(60), ..device_pool(REPLACES_MFA) };
    let mut scene = Scene::with_pool(strict, open_client());
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
fn a_device_answer_needs_its_device_key_and_a_valid_srp_a() {
    let mut scene = device_scene(REPLACES_MFA);
    let device = scene.register_device();
    let other = scene.register_device();
    let first = scene.begin_with(&device.key).unwrap();
    let public = srp_client().public_hex();
    for (answer, name) in [
        (json!({ "SRP_A": public }), "InvalidParameterException"),
        (json!({ "SRP_A": public, "DEVICE_KEY": other.key }), "InvalidParameterException"),
        (json!({ "SRP_A": public, "DEVICE_KEY": "us-east-1_0-0" }), "ResourceNotFoundException"),
        (json!({ "SRP_A": "0", "DEVICE_KEY": device.key }), "InvalidParameterException"),
        (json!({ "SRP_A": "not a number", "DEVICE_KEY": device.key }), "InvalidParameterException"),
        (json!({ "DEVICE_KEY": device.key }), "InvalidParameterException"),
    ] {
        assert_eq!(scene.answer(&first, answer.clone()).unwrap_err().name, name, "{answer}");
    }
    let second = scene.begin_device(&first, &device).unwrap();
    let mut answer = device_proof(&second, &device, DEVICE_PASSWORD, TIMESTAMP);
    answer["DEVICE_KEY"] = json!(other.key);
    assert_eq!(scene.answer(&second, answer).unwrap_err().name, "InvalidParameterException");
    Tokens::from_answer(&scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap());
}

#[test]
fn a_remembered_device_can_replace_the_second_factor() {
    let (mut scene, device) = scene_with_factor(REPLACES_MFA);
    assert_eq!(challenge_name(&scene.begin_with(&device.key).unwrap()), "DEVICE_SRP_AUTH");
    assert_eq!(challenge_name(&scene.begin()), "SMS_MFA");
    let mut body = scene.user_request("alice");
    body["DeviceKey"] = json!(device.key);
    body["DeviceRememberedStatus"] = json!("not_remembered");
    scene.ok("AdminUpdateDeviceStatus", body);
    let challenge = scene.begin_with(&device.key).unwrap();
    assert_eq!(challenge_name(&challenge), "SMS_MFA");
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    let signed_in = scene.answer(&challenge, code).unwrap();
    assert_eq!(signed_in["AuthenticationResult"].get("NewDeviceMetadata"), None);
    assert_eq!(claims(&Tokens::from_answer(&signed_in).access)["device_key"], device.key);
}

#[test]
fn a_device_can_follow_the_second_factor() {
    let (mut scene, device) = scene_with_factor(AFTER_MFA);
    let challenge = scene.begin_with(&device.key).unwrap();
    assert_eq!(challenge_name(&challenge), "SMS_MFA");
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    let first = scene.answer(&challenge, code).unwrap();
    assert_eq!(challenge_name(&first), "DEVICE_SRP_AUTH");
    let second = scene.begin_device(&first, &device).unwrap();
    Tokens::from_answer(&scene.prove_device(&second, &device, DEVICE_PASSWORD).unwrap());
}

#[test]
fn any_answer_may_contain_the_device_key() {
    let (mut scene, device) = scene_with_factor(REPLACES_MFA);
    let challenge = scene.begin();
    let answer = json!({ "SMS_MFA_CODE": scene.code(), "DEVICE_KEY": device.key });
    assert_eq!(challenge_name(&scene.answer(&challenge, answer).unwrap()), "DEVICE_SRP_AUTH");

    let challenge = scene.begin();
    let empty = json!({ "SMS_MFA_CODE": scene.code(), "DEVICE_KEY": "" });
    let signed_in = scene.answer(&challenge, empty).unwrap();
    assert!(signed_in["AuthenticationResult"]["NewDeviceMetadata"].is_object(), "an empty key counts as absent");
}

#[test]
fn an_unconfirmed_device_key_is_rejected_and_spends_nothing() {
    let (mut scene, device) = scene_with_factor(REPLACES_MFA);
    scene.add_user(UserConfig { username: "bob".to_owned(), ..alice() });
    let bobs = scene.password_sign_in("bob", PASSWORD).unwrap();
    let unconfirmed = bobs["AuthenticationResult"]["NewDeviceMetadata"]["DeviceKey"].clone();
    let (foreign, _) = scene.confirm_device(&bobs, "phone");
    let challenge = scene.begin();
    let code = scene.code();
    for key in [json!("us-east-1_0-0"), unconfirmed, json!(foreign.key), json!("not a key")] {
        assert_eq!(scene.begin_with(key.as_str().unwrap()).unwrap_err(), NO_DEVICE);
        let answer = json!({ "SMS_MFA_CODE": code, "DEVICE_KEY": key });
        assert_eq!(scene.answer(&challenge, answer).unwrap_err(), NO_DEVICE);
    }
    let answer = json!({ "SMS_MFA_CODE": code, "DEVICE_KEY": device.key });
    assert_eq!(challenge_name(&scene.answer(&challenge, answer).unwrap()), "DEVICE_SRP_AUTH");
    let mut without = Scene::with_alice();
    assert_eq!(without.begin_with(&device.key).unwrap_err(), NO_DEVICE, "the pool tracks no devices");
}

#[test]
fn a_wrong_password_reveals_nothing_about_devices() {
    let mut scene = device_scene(REPLACES_MFA);
    let device = scene.register_device();
    for key in [device.key.as_str(), "us-east-1_0-0"] {
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": "Wrong-horse-1", "DEVICE_KEY": key });
        assert_eq!(scene.initiate("USER_PASSWORD_AUTH", parameters).unwrap_err(), INCORRECT);
    }
}

#[test]
fn an_srp_claim_can_be_repeated_without_the_rejected_key() {
    let mut scene = device_scene(REPLACES_MFA);
    let challenge = scene.begin_srp("alice", &srp_client()).unwrap();
    let mut claim = proof(&scene, &challenge);
    claim["DEVICE_KEY"] = json!("us-east-1_0-0");
    for _ in 0..2 {
        assert_eq!(scene.verify(claim.clone()).unwrap_err(), NO_DEVICE);
    }
    claim["DEVICE_KEY"] = json!(null);
    let signed_in = scene.verify(claim.clone()).unwrap();
    assert!(signed_in["AuthenticationResult"]["NewDeviceMetadata"].is_object());
    assert_eq!(scene.verify(claim).unwrap_err(), INCORRECT, "the claim is valid only once");
}

#[test]
fn the_device_key_of_an_srp_start_counts_until_rejected() {
    let mut scene = device_scene(REPLACES_MFA);
    let device = scene.register_device();
    let begin = |scene: &mut Scene, key: &str| {
        let parameters = json!({ "USERNAME": "alice", "SRP_A": srp_client().public_hex(), "DEVICE_KEY": key });
        let challenge = scene.initiate("USER_SRP_AUTH", parameters).unwrap();
        proof(scene, &challenge)
    };
    let claim = begin(&mut scene, &device.key);
    assert_eq!(challenge_name(&scene.verify(claim).unwrap()), "DEVICE_SRP_AUTH");
    let claim = begin(&mut scene, "us-east-1_0-0");
    assert_eq!(scene.verify(claim.clone()).unwrap_err(), NO_DEVICE);
    Tokens::from_answer(&scene.verify(claim).unwrap());
    let mut claim = begin(&mut scene, "us-east-1_0-0");
    claim["DEVICE_KEY"] = json!(device.key);
    assert_eq!(challenge_name(&scene.verify(claim).unwrap()), "DEVICE_SRP_AUTH", "the newest key counts");
}

#[test]
fn a_device_key_does_not_reveal_whether_a_user_exists() {
    let hiding = ClientConfig { prevent_user_existence_errors: UserExistenceErrors::Enabled, ..open_client() };
    let mut scene = Scene::with_pool(device_pool(REPLACES_MFA), hiding);
    for name in ["alice", "nobody"] {
        let challenge = scene.begin_srp(name, &srp_client()).unwrap();
        let mut claim =
            srp_client().respond(&scene.pool_id, "Wrong-horse-1", &challenge["ChallengeParameters"], TIMESTAMP);
        claim["DEVICE_KEY"] = json!("us-east-1_0-0");
        assert_eq!(scene.verify(claim.clone()).unwrap_err(), NO_DEVICE, "{name}");
        claim["DEVICE_KEY"] = json!(null);
        assert_eq!(scene.verify(claim).unwrap_err(), INCORRECT, "{name}");
    }
}
