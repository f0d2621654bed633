//! RevokeToken: revokes a refresh token, and the access tokens that came from it.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, Public};
use crate::secret::RefreshToken;

/// Revokes a refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RevokeToken {
    /// The refresh token.
    pub token: RefreshToken,
    /// Whether sessions that came from this one end too; the service's default is that they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_associated_sessions: Option<RevokeAssociatedSessions>,
}

impl RevokeToken {
    /// Revokes this token. The optional member is set on the value.
    #[must_use]
    pub fn new(token: impl Into<RefreshToken>) -> Self {
        Self { token: token.into(), revoke_associated_sessions: None }
    }
}

impl Operation for RevokeToken {
    type Response = RevokeTokenResponse;

    const NAME: &'static str = "RevokeToken";
    const AUTHORIZATION: Authorization = Authorization::ClientSecret;

    /// A token that is revoked already is revoked again without complaint.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl Public for RevokeToken {}

/// Whether sessions that came from a revoked one end too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum RevokeAssociatedSessions {
    /// They do not.
    None,
    /// They do.
    Linked,
    /// One that this version does not know.
    #[serde(untagged)]
    Unknown(String),
}

/// The token is revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RevokeTokenResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_revocation_carries_the_secret_itself() {
        assert_eq!(
            request_of(RevokeToken::new("refresh")),
            json(r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","ClientSecret":"s3cr3t","Token":"refresh"}"#)
        );
    }
}
