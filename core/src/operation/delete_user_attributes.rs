//! DeleteUserAttributes: deletes attributes of the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUserAttributes.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// A request to delete attributes of the signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DeleteUserAttributes {
    /// The names of the attributes. The name of a custom attribute begins with `custom:`.
    pub user_attribute_names: Vec<String>,
}

impl DeleteUserAttributes {
    /// Creates a request to delete the attributes with these names.
    #[must_use]
    pub fn new<Name: Into<String>>(names: impl IntoIterator<Item = Name>) -> Self {
        Self { user_attribute_names: names.into_iter().map(Into::into).collect() }
    }
}

impl Operation for DeleteUserAttributes {
    type Response = DeleteUserAttributesResponse;

    const NAME: &'static str = "DeleteUserAttributes";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `true`: the service accepts the deletion of an attribute that has already been deleted.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for DeleteUserAttributes {}

/// The response to DeleteUserAttributes: the attributes have been deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DeleteUserAttributesResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn attributes_are_deleted_by_name() {
        assert_eq!(
            signed_in_request_of(DeleteUserAttributes::new(["nickname", "custom:team"])),
            json(r#"{"AccessToken":"access.token","UserAttributeNames":["nickname","custom:team"]}"#)
        );
    }
}
