//! UpdateDeviceStatus: whether a device of the signed-in user is remembered.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateDeviceStatus.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// Remembers a device or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateDeviceStatus {
    /// The device's key.
    pub device_key: String,
    /// Whether it is remembered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_remembered_status: Option<DeviceRememberedStatus>,
}

impl UpdateDeviceStatus {
    /// Sets the status of the device of this key.
    #[must_use]
    pub fn new(device_key: impl Into<String>, status: DeviceRememberedStatus) -> Self {
        Self { device_key: device_key.into(), device_remembered_status: Some(status) }
    }
}

impl Operation for UpdateDeviceStatus {
    type Response = UpdateDeviceStatusResponse;

    const NAME: &'static str = "UpdateDeviceStatus";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// It sets what it sets, however often.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for UpdateDeviceStatus {}

/// The status is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateDeviceStatusResponse {}

/// Whether a device is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeviceRememberedStatus {
    /// It signs in without a second factor.
    Remembered,
    /// It does not.
    NotRemembered,
    /// One that this version does not know.
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
