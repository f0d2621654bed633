//! GetTokensFromRefreshToken: new tokens for a refresh token, where tokens rotate and where they do not.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html>

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{AuthenticationResult, Authorization, ClientMetadata, Operation, Public};
use crate::secret::RefreshToken;

/// Refreshes tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetTokensFromRefreshToken {
    /// The refresh token.
    pub refresh_token: RefreshToken,
    /// The key of the remembered device that the refresh token was given to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// For the pool's triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
}

impl GetTokensFromRefreshToken {
    /// Refreshes with this token. The optional members are set on the value.
    #[must_use]
    pub fn new(refresh_token: impl Into<RefreshToken>) -> Self {
        Self { refresh_token: refresh_token.into(), device_key: None, client_metadata: BTreeMap::new() }
    }
}

impl Operation for GetTokensFromRefreshToken {
    type Response = GetTokensFromRefreshTokenResponse;

    const NAME: &'static str = "GetTokensFromRefreshToken";
    const AUTHORIZATION: Authorization = Authorization::ClientSecret;

    /// Where tokens rotate, the old one is good for a grace period of up to a minute, for the very case of a lost answer.
    fn is_repeatable(&self) -> bool {
        true
    }

    /// The grace period runs from the request that was carried out, and may be a second.
    fn is_urgent(&self) -> bool {
        true
    }
}

impl Public for GetTokensFromRefreshToken {}

/// The new tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetTokensFromRefreshTokenResponse {
    /// The tokens, with a refresh token only where it rotates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_result: Option<AuthenticationResult>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_refresh_carries_the_secret_itself() {
        assert_eq!(
            request_of(GetTokensFromRefreshToken::new("refresh")),
            json(r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","ClientSecret":"s3cr3t","RefreshToken":"refresh"}"#)
        );
    }
}
