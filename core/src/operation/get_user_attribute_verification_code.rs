//! GetUserAttributeVerificationCode: sends a code to verify an attribute with.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserAttributeVerificationCode.html>

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, ClientMetadata, CodeDeliveryDetails, Operation, TokenAuthorized};

/// Sends a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetUserAttributeVerificationCode {
    /// The attribute: `email` or `phone_number`.
    pub attribute_name: String,
    /// For the pool's triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
}

impl GetUserAttributeVerificationCode {
    /// Sends a code for this attribute. The optional members are set on the value.
    #[must_use]
    pub fn new(attribute_name: impl Into<String>) -> Self {
        Self { attribute_name: attribute_name.into(), client_metadata: BTreeMap::new() }
    }
}

impl Operation for GetUserAttributeVerificationCode {
    type Response = GetUserAttributeVerificationCodeResponse;

    const NAME: &'static str = "GetUserAttributeVerificationCode";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// Each one sends a message, and counts towards a limit of hours.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for GetUserAttributeVerificationCode {}

/// The code is on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetUserAttributeVerificationCodeResponse {
    /// Where the code was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_code_is_asked_for() {
        assert_eq!(
            signed_in_request_of(GetUserAttributeVerificationCode::new("email")),
            json(r#"{"AccessToken":"access.token","AttributeName":"email"}"#)
        );
    }
}
