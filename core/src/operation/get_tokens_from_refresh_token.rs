//! GetTokensFromRefreshToken: exchanges a refresh token for new tokens, with or without refresh token
//! rotation.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetTokensFromRefreshToken.html>

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{AuthenticationResult, Authorization, ClientMetadata, Operation, Public};
use crate::encoding::lenient;
use crate::secret::RefreshToken;

/// A request for new tokens in exchange for a refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetTokensFromRefreshToken {
    /// The refresh token.
    pub refresh_token: RefreshToken,
    /// The key of the remembered device for which the refresh token was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// Names and values that the service passes to the user pool's Lambda triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
}

impl GetTokensFromRefreshToken {
    /// Creates a request for new tokens with this refresh token. Set the optional fields on the returned
    /// request.
    #[must_use]
    pub fn new(refresh_token: impl Into<RefreshToken>) -> Self {
        Self { refresh_token: refresh_token.into(), device_key: None, client_metadata: BTreeMap::new() }
    }
}

impl Operation for GetTokensFromRefreshToken {
    type Response = GetTokensFromRefreshTokenResponse;

    const NAME: &'static str = "GetTokensFromRefreshToken";
    const AUTHORIZATION: Authorization = Authorization::ClientSecret;

    /// Returns `true`, because the service lets clients retry after a lost response. Even if refresh token
    /// rotation is enabled, the old refresh token stays valid for a grace period of up to one minute.
    fn is_repeatable(&self) -> bool {
        true
    }

    /// Returns `true`, because a delayed retry can fail: the grace period of the old refresh token starts
    /// when the service carries out the first attempt, and may be as short as one second.
    fn is_urgent(&self) -> bool {
        true
    }
}

impl Public for GetTokensFromRefreshToken {}

/// The response to GetTokensFromRefreshToken: new tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetTokensFromRefreshTokenResponse {
    /// The new tokens. The new tokens include a refresh token only if refresh token rotation is enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub authentication_result: Option<AuthenticationResult>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_refresh_sends_the_client_secret_in_plain_text() {
        assert_eq!(
            request_of(GetTokensFromRefreshToken::new("refresh")),
            json(r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","ClientSecret":"s3cr3t","RefreshToken":"refresh"}"#)
        );
    }
}
