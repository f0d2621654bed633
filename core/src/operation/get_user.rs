//! GetUser: returns the signed-in user's name, attributes and second factors.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUser.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Attribute, Authorization, DeliveryMedium, Operation, TokenAuthorized, null_is_default};
use crate::encoding::lenient;

/// A request for the name, attributes and second factors of the signed-in user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetUser {}

impl GetUser {
    /// Creates the request, which has no fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for GetUser {
    type Response = GetUserResponse;

    const NAME: &'static str = "GetUser";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// Returns `true`, because a retry only reads the same data again.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for GetUser {}

/// The response to GetUser: the user's name, attributes and second factors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetUserResponse {
    /// The canonical user name, which is never an alias.
    pub username: String,
    /// The attributes of the user, including `sub`.
    #[serde(deserialize_with = "null_is_default")]
    pub user_attributes: Vec<Attribute>,
    /// The preferred second factor, such as `SOFTWARE_TOKEN_MFA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_mfa_setting: Option<String>,
    /// The enabled second factors, such as `SMS_MFA`.
    #[serde(rename = "UserMFASettingList", default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "null_is_default")]
    pub user_mfa_setting_list: Vec<String>,
    /// The second factors in the deprecated form `MFAOptions`. Cognito has replaced `MFAOptions` with
    /// `PreferredMfaSetting` and `UserMFASettingList`.
    #[serde(rename = "MFAOptions", default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "lenient::list")]
    pub mfa_options: Vec<MfaOption>,
}

impl GetUserResponse {
    /// Returns the value of the attribute with this name, or `None` if the attribute is absent.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.user_attributes.iter().find(|attribute| attribute.name == name)?.value.as_deref()
    }
}

/// A second factor in the deprecated form `MFAOptions`.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_MFAOptionType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct MfaOption {
    /// The name of the attribute that contains the phone number or the e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub attribute_name: Option<String>,
    /// The medium by which the service sends codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::name")]
    pub delivery_medium: Option<DeliveryMedium>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn the_user_is_requested_and_read() {
        assert_eq!(signed_in_request_of(GetUser::new()), json(r#"{"AccessToken":"access.token"}"#));
        let user: GetUserResponse = serde_json::from_str(
            r#"{"Username":"0d4f","UserAttributes":[{"Name":"sub","Value":"0d4f"}],"MFAOptions":null}"#,
        )
        .unwrap();
        assert_eq!(user.attribute("sub"), Some("0d4f"));
        assert_eq!(user.attribute("email"), None);
    }
}
