//! GetUserAuthFactors: returns the factors with which the signed-in user can sign in.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetUserAuthFactors.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};
use crate::encoding::lenient;

/// A request for the factors with which the signed-in user can sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetUserAuthFactors {}

impl GetUserAuthFactors {
    /// Creates the request, which has no fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for GetUserAuthFactors {
    type Response = GetUserAuthFactorsResponse;

    const NAME: &'static str = "GetUserAuthFactors";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// Returns `true`, because a retry only reads the same data again.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for GetUserAuthFactors {}

/// The response to GetUserAuthFactors: the factors with which the user can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetUserAuthFactorsResponse {
    /// The canonical user name, which is never an alias.
    pub username: String,
    /// The preferred second factor, such as `SOFTWARE_TOKEN_MFA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub preferred_mfa_setting: Option<String>,
    /// The enabled second factors, such as `SMS_MFA`.
    #[serde(rename = "UserMFASettingList", default)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "lenient::list")]
    pub user_mfa_setting_list: Vec<String>,
    /// The first factors from which the user can choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "lenient::list")]
    pub configured_user_auth_factors: Vec<AuthFactor>,
}

/// A factor with which a user can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AuthFactor {
    /// The user's password.
    Password,
    /// A code sent by e-mail.
    EmailOtp,
    /// A code sent by text message (SMS).
    SmsOtp,
    /// A passkey.
    WebAuthn,
    /// A code from an authenticator app.
    SoftwareToken,
    /// A factor that this version of the crate does not know.
    #[serde(untagged)]
    Unknown(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn the_factors_are_requested() {
        assert_eq!(signed_in_request_of(GetUserAuthFactors::new()), json(r#"{"AccessToken":"access.token"}"#));
    }
}
