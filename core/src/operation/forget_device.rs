//! ForgetDevice: makes the service forget a device of the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgetDevice.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// A request that makes the service forget a device. At the next sign-in, the service treats the device as a
/// new device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ForgetDevice {
    /// The key of the device.
    pub device_key: String,
}

impl ForgetDevice {
    /// Creates a request that makes the service forget the device with this key.
    #[must_use]
    pub fn new(device_key: impl Into<String>) -> Self {
        Self { device_key: device_key.into() }
    }
}

impl Operation for ForgetDevice {
    type Response = ForgetDeviceResponse;

    const NAME: &'static str = "ForgetDevice";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: if the first attempt succeeded, the service rejects a retry because the device no
    /// longer exists.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for ForgetDevice {}

/// The response to ForgetDevice: the service has forgotten the device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ForgetDeviceResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_device_is_forgotten_by_its_key() {
        assert_eq!(
            signed_in_request_of(ForgetDevice::new("us-east-1_0d4f")),
            json(r#"{"AccessToken":"access.token","DeviceKey":"us-east-1_0d4f"}"#)
        );
    }
}
