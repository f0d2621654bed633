//! GlobalSignOut: revokes all tokens of the signed-in user, on every device.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GlobalSignOut.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// A request to sign the user out on every device. A resource server can validate tokens without a request to
/// Cognito. Such a server accepts revoked ID tokens and access tokens until these tokens expire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GlobalSignOut {}

impl GlobalSignOut {
    /// Creates the request, which has no fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for GlobalSignOut {
    type Response = GlobalSignOutResponse;

    const NAME: &'static str = "GlobalSignOut";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: if the first attempt succeeded, the access token is revoked, and the service rejects
    /// a retry with the same token.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for GlobalSignOut {}

/// The response to GlobalSignOut: all tokens of the user have been revoked.
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
