//! RevokeToken: revokes a refresh token, and all access tokens that the service issued for this refresh
//! token.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, Public};
use crate::secret::RefreshToken;

/// A request to revoke a refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RevokeToken {
    /// The refresh token to revoke.
    pub token: RefreshToken,
    /// Whether the revocation also ends the sessions that are linked to the token's session. By default, the
    /// revocation does not end linked sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_associated_sessions: Option<RevokeAssociatedSessions>,
}

impl RevokeToken {
    /// Creates a request to revoke this refresh token. Set the optional field on the returned request.
    #[must_use]
    pub fn new(token: impl Into<RefreshToken>) -> Self {
        Self { token: token.into(), revoke_associated_sessions: None }
    }
}

impl Operation for RevokeToken {
    type Response = RevokeTokenResponse;

    const NAME: &'static str = "RevokeToken";
    const AUTHORIZATION: Authorization = Authorization::ClientSecret;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `true`: the service accepts the revocation of a token that has already been revoked.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl Public for RevokeToken {}

/// Whether a revocation also ends the sessions that are linked to the revoked session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum RevokeAssociatedSessions {
    /// The revocation does not end linked sessions.
    None,
    /// The revocation also ends linked sessions.
    Linked,
    /// A choice that this version of the crate does not know.
    #[serde(untagged)]
    Unknown(String),
}

/// The response to RevokeToken: the token has been revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RevokeTokenResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_revocation_sends_the_client_secret_in_plain_text() {
        assert_eq!(
            request_of(RevokeToken::new("refresh")),
            json(r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","ClientSecret":"s3cr3t","Token":"refresh"}"#)
        );
    }
}
