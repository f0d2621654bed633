//! Data that an application sends for the user pool's Lambda triggers, for threat protection and for
//! analytics.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

/// Data that an application sends with a call, for the user pool's Lambda triggers, for threat protection and
/// for Amazon Pinpoint. Every flow accepts a context. If a request has a member for a part of the context,
/// the flow adds this part to the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Context {
    /// Names and values that the service passes to the user pool's Lambda triggers. InitiateAuth has no
    /// separate member for validation data, so its triggers receive the client metadata as validation data.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
    /// Data about the user's device, for threat protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_context_data: Option<UserContextData>,
    /// The Amazon Pinpoint endpoint, for Amazon Pinpoint campaigns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytics_metadata: Option<AnalyticsMetadata>,
}

/// Names and values for the user pool's Lambda triggers, sent as `ClientMetadata`. The service does not
/// store, check or encrypt client metadata, so it must not contain secrets.
pub type ClientMetadata = BTreeMap<String, String>;

/// Data about the user's device, from which threat protection estimates the risk of a request. The `Debug`
/// output of user context data shows no values.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserContextDataType.html>
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UserContextData {
    /// Encoded device data, which Amazon's script or library collected on the user's device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoded_data: Option<String>,
    /// The IPv4 or IPv6 address of the user's device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
}

impl fmt::Debug for UserContextData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UserContextData").finish_non_exhaustive()
    }
}

/// The Amazon Pinpoint endpoint for the analytics events of a request.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AnalyticsMetadataType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AnalyticsMetadata {
    /// The id of the Amazon Pinpoint endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analytics_endpoint_id: Option<String>,
}
