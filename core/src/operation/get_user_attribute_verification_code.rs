//! GetUserAttributeVerificationCode: sends the signed-in user a code for verifying an attribute.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserAttributeVerificationCode.html>

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, ClientMetadata, CodeDeliveryDetails, Operation, TokenAuthorized};
use crate::encoding::lenient;

/// A request to send the user a code for verifying an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetUserAttributeVerificationCode {
    /// The name of the attribute: `email` or `phone_number`.
    pub attribute_name: String,
    /// Names and values that the service passes to the user pool's Lambda triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
}

impl GetUserAttributeVerificationCode {
    /// Creates a request to send a code for this attribute. Set the optional fields on the returned request.
    #[must_use]
    pub fn new(attribute_name: impl Into<String>) -> Self {
        Self { attribute_name: attribute_name.into(), client_metadata: BTreeMap::new() }
    }
}

impl Operation for GetUserAttributeVerificationCode {
    type Response = GetUserAttributeVerificationCodeResponse;

    const NAME: &'static str = "GetUserAttributeVerificationCode";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// Returns `false`, because a retry would send the user another message. After too many messages, the
    /// service rejects further requests for hours.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for GetUserAttributeVerificationCode {}

/// The response to GetUserAttributeVerificationCode: the service has sent the code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetUserAttributeVerificationCodeResponse {
    /// Where and how the service sent the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_code_is_requested() {
        assert_eq!(
            signed_in_request_of(GetUserAttributeVerificationCode::new("email")),
            json(r#"{"AccessToken":"access.token","AttributeName":"email"}"#)
        );
    }
}
