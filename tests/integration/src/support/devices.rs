//! Helpers for devices, and user pools that track devices.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_testkit::{DeviceConfig, MfaConfiguration, PoolConfig};
use serde_json::{Value, json};

use super::challenges::{alice_with, factor_pool};
use super::scene::{Answer, PASSWORD, Scene, TIMESTAMP, Tokens, open_client};
use super::srp_client::{SrpClient, device_verifier};

pub const NO_DEVICE: (&str, &str) = ("ResourceNotFoundException", "Device does not exist.");
pub const DEVICE_PASSWORD: &str = "a password that only the device knows";

/// The setting under which a remembered device replaces the second factor.
pub const REPLACES_MFA: DeviceConfig = devices(true, false);
/// The setting under which a device replaces the second factor, and is remembered only if the user agrees.
pub const ASKS_THE_USER: DeviceConfig = devices(true, true);
/// The setting under which a device proves itself after the second factor.
pub const AFTER_MFA: DeviceConfig = devices(false, false);

const fn devices(challenge_required_on_new_device: bool, device_only_remembered_on_user_prompt: bool) -> DeviceConfig {
    DeviceConfig { challenge_required_on_new_device, device_only_remembered_on_user_prompt }
}

/// Returns a user pool that tracks devices, with the user Alice, who has no second factor yet.
pub fn device_pool(devices: DeviceConfig) -> PoolConfig {
    let pool = factor_pool(MfaConfiguration::Optional, alice_with(&[], None));
    PoolConfig { device_configuration: Some(devices), ..pool }
}

pub fn device_scene(devices: DeviceConfig) -> Scene {
    Scene::with_pool(device_pool(devices), open_client())
}

#[track_caller]
pub fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The key and the group key of a registered device.
pub struct Device {
    pub key: String,
    pub group: String,
}

impl Scene {
    /// Signs Alice in with her password and a device key, and returns the first answer: tokens or a
    /// challenge.
    pub fn begin_with(&mut self, device_key: &str) -> Answer {
        let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "DEVICE_KEY": device_key });
        self.initiate("USER_PASSWORD_AUTH", parameters)
    }

    /// Confirms the device whose key came with the tokens in `signed_in`. Returns the device and the answer
    /// of ConfirmDevice.
    #[track_caller]
    pub fn confirm_device(&mut self, signed_in: &Value, name: &str) -> (Device, Value) {
        let metadata = &signed_in["AuthenticationResult"]["NewDeviceMetadata"];
        let text =
            |name: &str| metadata[name].as_str().unwrap_or_else(|| panic!("no {name} in {signed_in}")).to_owned();
        let device = Device { key: text("DeviceKey"), group: text("DeviceGroupKey") };
        let body = json!({
            "AccessToken": Tokens::from_answer(signed_in).access,
            "DeviceKey": device.key,
            "DeviceName": name,
            "DeviceSecretVerifierConfig": device_verifier(&device.group, &device.key, DEVICE_PASSWORD),
        });
        let answer = self.ok("ConfirmDevice", body);
        (device, answer)
    }

    /// Signs Alice in without a device key, and confirms the new device.
    pub fn register_device(&mut self) -> Device {
        let signed_in = self.begin();
        self.confirm_device(&signed_in, "phone").0
    }

    /// Answers the challenge DEVICE_SRP_AUTH, and returns the next challenge.
    pub fn begin_device(&mut self, challenge: &Value, device: &Device) -> Answer {
        self.answer(challenge, json!({ "DEVICE_KEY": device.key, "SRP_A": srp_client().public_hex() }))
    }

    /// Answers the challenge DEVICE_PASSWORD_VERIFIER with a proof that is computed from `password`.
    pub fn prove_device(&mut self, challenge: &Value, device: &Device, password: &str) -> Answer {
        let responses = device_proof(challenge, device, password, TIMESTAMP);
        self.answer(challenge, responses)
    }
}

pub fn srp_client() -> SrpClient {
    SrpClient::new(b"some secret exponent of a client")
}

/// Returns the responses to the challenge DEVICE_PASSWORD_VERIFIER.
pub fn device_proof(challenge: &Value, device: &Device, password: &str, timestamp: &str) -> Value {
    let parameters = &challenge["ChallengeParameters"];
    let mut responses = srp_client().prove(&device.group, &device.key, password, parameters, timestamp);
    responses["DEVICE_KEY"] = json!(device.key);
    responses
}
