//! The destination and the medium of a code.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::encoding::lenient;

/// The destination to which the service sent a code, and the medium that the service used.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CodeDeliveryDetailsType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CodeDeliveryDetails {
    /// The attribute that the code verifies, such as `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub attribute_name: Option<String>,
    /// The medium by which the service sent the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::name")]
    pub delivery_medium: Option<DeliveryMedium>,
    /// The e-mail address or phone number to which the service sent the code, masked by the service:
    /// `a***@e***`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub destination: Option<String>,
}

/// The medium by which the service sends a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum DeliveryMedium {
    /// A text message (SMS).
    Sms,
    /// An e-mail message.
    Email,
    /// A delivery medium that this version of the crate does not know.
    #[serde(untagged)]
    Unknown(String),
}
