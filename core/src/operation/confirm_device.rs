//! ConfirmDevice: registers a new device, together with a verifier of the device's password.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmDevice.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};
use crate::encoding::lenient;
use crate::secret::Parameter;
use crate::srp::DeviceVerifier;

/// A request to register a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConfirmDevice {
    /// The key of the device, from NewDeviceMetadata.
    pub device_key: String,
    /// The salt and the verifier of the device's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_secret_verifier_config: Option<DeviceSecretVerifierConfig>,
    /// A human-readable name of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
}

impl ConfirmDevice {
    /// Creates a request to register the device that has this key and this verifier. Set the optional device
    /// name on the returned request.
    #[must_use]
    pub fn new(device_key: impl Into<String>, verifier: &DeviceVerifier) -> Self {
        let config = DeviceSecretVerifierConfig {
            password_verifier: Some(verifier.password_verifier().into()),
            salt: Some(verifier.salt().into()),
        };
        Self { device_key: device_key.into(), device_secret_verifier_config: Some(config), device_name: None }
    }
}

impl Operation for ConfirmDevice {
    type Response = ConfirmDeviceResponse;

    const NAME: &'static str = "ConfirmDevice";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// Returns `true`, because a session cannot be refreshed until its device is confirmed. If the first
    /// attempt succeeded, the service may reject the retry because the device is already registered
    /// ([`RefusalKind::DeviceKeyExists`](crate::error::RefusalKind)).
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for ConfirmDevice {}

/// The response to ConfirmDevice: the device has been registered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConfirmDeviceResponse {
    /// Whether the user must agree before the service remembers the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::flag")]
    pub user_confirmation_necessary: Option<bool>,
}

/// The salt and the verifier with which the service checks that a device knows its password.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeviceSecretVerifierConfigType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DeviceSecretVerifierConfig {
    /// The verifier of the device's password, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_verifier: Option<Parameter>,
    /// The salt of the device's password, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_device_is_registered_with_its_verifier() {
        let verifier = DeviceVerifier::from_random_bytes("-group", "us-east-1_0d4f", &[1; 40], &[2; 16]);
        let mut confirm = ConfirmDevice::new("us-east-1_0d4f", &verifier);
        confirm.device_name = Some("laptop".into());
        let request = signed_in_request_of(confirm);
        assert_eq!(request["DeviceSecretVerifierConfig"]["Salt"], verifier.salt());
        assert_eq!(request["DeviceSecretVerifierConfig"]["PasswordVerifier"], verifier.password_verifier());
        assert_eq!(
            (&request["DeviceKey"], &request["DeviceName"]),
            (&json(r#""us-east-1_0d4f""#), &json(r#""laptop""#))
        );
    }
}
