//! What an application sends along for its pool's triggers, for threat protection and for analytics.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

/// What an application gives its pool's triggers and threat protection along with a call. Every flow takes one and
/// sends each part with every call that has a place for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Context {
    /// Handed to the pool's Lambda triggers. What goes with InitiateAuth reaches the triggers of that call as their
    /// validation data: the API has no other place for it at sign-in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
    /// For threat protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_context_data: Option<UserContextData>,
    /// For Amazon Pinpoint campaigns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytics_metadata: Option<AnalyticsMetadata>,
}

/// `ClientMetadata`: names and values for the pool's Lambda triggers. Not stored, not checked and not encrypted by the
/// service: it is no place for secrets.
pub type ClientMetadata = BTreeMap<String, String>;

/// What threat protection rates a request by. `Debug` shows none of it.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserContextDataType.html>
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UserContextData {
    /// What Amazon's script or library collected on the device, encoded by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoded_data: Option<String>,
    /// The address of the user's device, IPv4 or IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
}

impl fmt::Debug for UserContextData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UserContextData").finish_non_exhaustive()
    }
}

/// Where Amazon Pinpoint counts the event.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AnalyticsMetadataType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AnalyticsMetadata {
    /// The endpoint's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytics_endpoint_id: Option<String>,
}
