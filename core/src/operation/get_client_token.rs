//! GetClientToken: an access token for the app client itself, machine to machine.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetClientToken.html>

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, ClientMetadata, Operation, Public};
use crate::secret::{AccessToken, ClientSecret};

/// Asks for an access token. No user is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetClientToken {
    /// An active secret of the app client. It is the request's own, since an app client may have more than one.
    pub secret: ClientSecret,
    /// The scopes to authorize, `resource-server/scope`; none for all that the app client has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// For the pool's triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
}

impl GetClientToken {
    /// Asks with this secret. The optional members are set on the value.
    #[must_use]
    pub fn new(secret: impl Into<ClientSecret>) -> Self {
        Self { secret: secret.into(), scopes: Vec::new(), client_metadata: BTreeMap::new() }
    }
}

impl Operation for GetClientToken {
    type Response = GetClientTokenResponse;

    const NAME: &'static str = "GetClientToken";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// It changes nothing: each one gives a token of its own.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl Public for GetClientToken {}

/// The token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetClientTokenResponse {
    /// The token and its life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_authentication_result: Option<ClientAuthenticationResult>,
}

/// The access token of an app client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ClientAuthenticationResult {
    /// The access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<AccessToken>,
    /// How long it lives, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i32>,
    /// `Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_token_is_asked_for_by_secret() {
        assert_eq!(
            request_of(GetClientToken::new("another secret")),
            json(r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","Secret":"another secret"}"#)
        );
    }
}
