//! UpdateUserAttributes: changes attributes of the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserAttributes.html>

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Attribute, Authorization, ClientMetadata, CodeDeliveryDetails, Operation, TokenAuthorized};
use crate::encoding::lenient;

/// A request to change attributes of the signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateUserAttributes {
    /// The attributes with their new values. An empty value deletes the attribute.
    pub user_attributes: Vec<Attribute>,
    /// Names and values that the service passes to the user pool's Lambda triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
}

impl UpdateUserAttributes {
    /// Creates a request to set these attributes. Set the optional fields on the returned request.
    #[must_use]
    pub fn new(user_attributes: impl Into<Vec<Attribute>>) -> Self {
        Self { user_attributes: user_attributes.into(), client_metadata: BTreeMap::new() }
    }
}

impl Operation for UpdateUserAttributes {
    type Response = UpdateUserAttributesResponse;

    const NAME: &'static str = "UpdateUserAttributes";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// Returns `false`: if an e-mail address or phone number changes, a retry sends another code. After too
    /// many codes, the service rejects further requests for hours.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for UpdateUserAttributes {}

/// The response to UpdateUserAttributes: the attributes have been changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UpdateUserAttributesResponse {
    /// Where and how the service sent codes for attributes that must be verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "lenient::list")]
    pub code_delivery_details_list: Vec<CodeDeliveryDetails>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn attributes_are_sent() {
        assert_eq!(
            signed_in_request_of(UpdateUserAttributes::new([Attribute::new("nickname", "Al")])),
            json(r#"{"AccessToken":"access.token","UserAttributes":[{"Name":"nickname","Value":"Al"}]}"#)
        );
    }
}
