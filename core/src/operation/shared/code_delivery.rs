//! Where and how a code was sent.

use alloc::string::String;

use serde::{Deserialize, Serialize};

/// Where a code was sent.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CodeDeliveryDetailsType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CodeDeliveryDetails {
    /// The attribute that the code verifies, such as `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute_name: Option<String>,
    /// By what it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_medium: Option<DeliveryMedium>,
    /// The address or number, masked by the service: `a***@e***`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
}

/// By what a code is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum DeliveryMedium {
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
    /// One that this version does not know.
    #[serde(untagged)]
    Unknown(String),
}
