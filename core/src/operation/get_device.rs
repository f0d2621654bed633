//! GetDevice: returns a device of the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetDevice.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Attribute, Authorization, EpochSeconds, Operation, TokenAuthorized};
use crate::encoding::lenient;

/// A request for a device of the signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetDevice {
    /// The key of the device.
    pub device_key: String,
}

impl GetDevice {
    /// Creates a request for the device with this key.
    #[must_use]
    pub fn new(device_key: impl Into<String>) -> Self {
        Self { device_key: device_key.into() }
    }
}

impl Operation for GetDevice {
    type Response = GetDeviceResponse;

    const NAME: &'static str = "GetDevice";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// Returns `true`, because a retry only reads the same data again.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for GetDevice {}

/// The response to GetDevice: a device of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetDeviceResponse {
    /// The requested device.
    pub device: Device,
}

/// A device of a user.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeviceType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Device {
    /// The key of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub device_key: Option<String>,
    /// The attributes of the device, such as `device_name` and `last_ip_used`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "lenient::list")]
    pub device_attributes: Vec<Attribute>,
    /// The time at which the service first saw the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::time")]
    pub device_create_date: Option<EpochSeconds>,
    /// The time at which the device was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::time")]
    pub device_last_modified_date: Option<EpochSeconds>,
    /// The time at which a user last signed in on the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::time")]
    pub device_last_authenticated_date: Option<EpochSeconds>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_device_is_requested_and_read() {
        assert_eq!(
            signed_in_request_of(GetDevice::new("us-east-1_0d4f")),
            json(r#"{"AccessToken":"access.token","DeviceKey":"us-east-1_0d4f"}"#)
        );
        let text = r#"{"Device":{"DeviceKey":"us-east-1_0d4f","DeviceCreateDate":1700000000.123,
            "DeviceAttributes":[{"Name":"device_name","Value":"laptop"}]}}"#;
        let device = serde_json::from_str::<GetDeviceResponse>(text).unwrap().device;
        let created = device.device_create_date.unwrap().timestamp();
        assert_eq!(created, Some(crate::Timestamp::from_unix_millis(1_700_000_000_123)));
    }
}
