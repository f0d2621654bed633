//! VerifyUserAttribute: verifies an attribute with the code that the user received.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifyUserAttribute.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};
use crate::secret::Parameter;

/// A request to verify an attribute of the signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct VerifyUserAttribute {
    /// The name of the attribute: `email` or `phone_number`.
    pub attribute_name: String,
    /// The code that the service sent to the user.
    pub code: Parameter,
}

impl VerifyUserAttribute {
    /// Creates a request to verify this attribute with this code.
    #[must_use]
    pub fn new(attribute_name: impl Into<String>, code: impl Into<Parameter>) -> Self {
        Self { attribute_name: attribute_name.into(), code: code.into() }
    }
}

impl Operation for VerifyUserAttribute {
    type Response = VerifyUserAttributeResponse;

    const NAME: &'static str = "VerifyUserAttribute";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: a code can be used only once, so a retry fails if the first attempt succeeded.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for VerifyUserAttribute {}

/// The response to VerifyUserAttribute: the attribute has been verified.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct VerifyUserAttributeResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn an_attribute_is_verified() {
        assert_eq!(
            signed_in_request_of(VerifyUserAttribute::new("email", "123456")),
            json(r#"{"AccessToken":"access.token","AttributeName":"email","Code":"123456"}"#)
        );
    }
}
