//! GlobalSignOut: revokes all tokens of the signed-in user, on every device.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GlobalSignOut.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// Signs the user out everywhere. ID tokens and access tokens that others check by themselves stay good until they
/// expire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GlobalSignOut {}

impl GlobalSignOut {
    /// Signs the user out everywhere.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for GlobalSignOut {
    type Response = GlobalSignOutResponse;

    const NAME: &'static str = "GlobalSignOut";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// The first of two revokes the access token of the second, which would then be refused.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for GlobalSignOut {}

/// All tokens are revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GlobalSignOutResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_global_sign_out_is_sent() {
        assert_eq!(signed_in_request_of(GlobalSignOut::new()), json(r#"{"AccessToken":"access.token"}"#));
    }
}
