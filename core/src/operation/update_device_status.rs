//! UpdateDeviceStatus: sets whether the service remembers a device of the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateDeviceStatus.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// A request to set whether the service remembers a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateDeviceStatus {
    /// The key of the device.
    pub device_key: String,
    /// Whether the service remembers the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_remembered_status: Option<DeviceRememberedStatus>,
}

impl UpdateDeviceStatus {
    /// Creates a request to set the status of the device with this key.
    #[must_use]
    pub fn new(device_key: impl Into<String>, status: DeviceRememberedStatus) -> Self {
        Self { device_key: device_key.into(), device_remembered_status: Some(status) }
    }
}

impl Operation for UpdateDeviceStatus {
    type Response = UpdateDeviceStatusResponse;

    const NAME: &'static str = "UpdateDeviceStatus";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `true`, because a retry sets the same values again.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for UpdateDeviceStatus {}

/// The response to UpdateDeviceStatus: the status has been set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateDeviceStatusResponse {}

/// Whether the service remembers a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceRememberedStatus {
    /// The service remembers the device, and the device replaces the second factor at sign-in.
    Remembered,
    /// The service does not remember the device, and the device does not replace the second factor at
    /// sign-in.
    NotRemembered,
    /// A device status that this version of the crate does not know.
    #[serde(untagged)]
    Unknown(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_device_is_remembered() {
        assert_eq!(
            signed_in_request_of(UpdateDeviceStatus::new("us-east-1_0d4f", DeviceRememberedStatus::Remembered)),
            json(
                r#"{"AccessToken":"access.token","DeviceKey":"us-east-1_0d4f","DeviceRememberedStatus":"remembered"}"#
            )
        );
    }
}
