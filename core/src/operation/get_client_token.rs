//! GetClientToken: returns an access token for the app client itself, for machine-to-machine calls.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GetClientToken.html>

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, ClientMetadata, Operation, Public};
use crate::encoding::lenient;
use crate::secret::{AccessToken, ClientSecret};

/// A request for an access token of the app client itself, without a signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetClientToken {
    /// An active secret of the app client. If the app client has several secrets, the caller chooses the
    /// secret for this request.
    pub secret: ClientSecret,
    /// The scopes to authorize, in the form `resource-server/scope`. If the list is empty, the service
    /// authorizes all scopes of the app client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Names and values that the service passes to the user pool's Lambda triggers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_metadata: ClientMetadata,
}

impl GetClientToken {
    /// Creates a request with this client secret. Set the optional fields on the returned request.
    #[must_use]
    pub fn new(secret: impl Into<ClientSecret>) -> Self {
        Self { secret: secret.into(), scopes: Vec::new(), client_metadata: BTreeMap::new() }
    }
}

impl Operation for GetClientToken {
    type Response = GetClientTokenResponse;

    const NAME: &'static str = "GetClientToken";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// Returns `true`, because a request changes nothing, and a retry merely returns another token.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl Public for GetClientToken {}

/// The response to GetClientToken: an access token of the app client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetClientTokenResponse {
    /// The access token and its lifetime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub client_authentication_result: Option<ClientAuthenticationResult>,
}

/// An access token of an app client, and its lifetime.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ClientAuthenticationResult {
    /// The access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub access_token: Option<AccessToken>,
    /// The lifetime of the access token, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::integer")]
    pub expires_in: Option<i32>,
    /// The type of the access token, which is `Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub token_type: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_token_is_requested_with_the_client_secret() {
        assert_eq!(
            request_of(GetClientToken::new("another secret")),
            json(r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","Secret":"another secret"}"#)
        );
    }
}
