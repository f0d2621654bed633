//! ConfirmDevice: stores the SRP verifier of the device whose key came with the caller's tokens.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::device::{self, Device, no_device};
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, DEVICE_KEY, STRING, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ConfirmDevice {
    access_token: Option<String>,
    device_key: Option<String>,
    device_name: Option<String>,
    device_secret_verifier_config: Option<SecretVerifier>,
}

/// The API's `DeviceSecretVerifierConfigType`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecretVerifier {
    salt: Option<String>,
    password_verifier: Option<String>,
}

impl Operation for ConfirmDevice {
    const NAME: &'static str = "ConfirmDevice";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let key = checks.required("deviceKey", self.device_key, &DEVICE_KEY);
        let name = checks.optional("deviceName", self.device_name, &STRING);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let config = simulator.pools.get(&bearer.pool_id)?.config.device_configuration;
        let issued_key = simulator.tokens.family(&bearer.family).and_then(|family| family.device_key.as_deref());
        let config = config.filter(|_| issued_key == Some(key.as_str())).ok_or_else(no_device)?;
        let secret = self.device_secret_verifier_config;
        let secret = secret.ok_or_else(|| Failure::missing_parameter("DeviceSecretVerifierConfig"))?;
        let salt = secret.salt.ok_or_else(|| Failure::missing_parameter("Salt"))?;
        let verifier = secret.password_verifier.ok_or_else(|| Failure::missing_parameter("PasswordVerifier"))?;
        let verifier = device::read_verifier(&salt, &verifier)?;
        let needs_confirmation = config.device_only_remembered_on_user_prompt;
        let devices = &mut bearer.user_mut(&mut simulator.pools)?.devices;
        if devices.was_forgotten(&key) {
            return Err(no_device());
        }
        devices.confirm(Device::new(key, name, verifier, !needs_confirmation, now))?;
        Ok(json!({ "UserConfirmationNecessary": needs_confirmation }))
    }
}
