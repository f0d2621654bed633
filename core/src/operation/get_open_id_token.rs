//! GetOpenIdToken: returns an OpenID token for an identity. In the basic flow, the client sends the OpenID
//! token to AssumeRoleWithWebIdentity.
//!
//! <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetOpenIdToken.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, ForIdentityPool, Operation};
use crate::configuration::endpoint::Service;
use crate::encoding::lenient;
use crate::error::InvalidInput;
use crate::operation::Logins;
use crate::secret::OpenIdToken;

/// A request for an OpenID token of an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetOpenIdToken {
    /// The id of the identity, in the form `REGION:GUID`.
    pub identity_id: String,
    /// The user's logins, or an empty set for a guest.
    #[serde(default, skip_serializing_if = "Logins::is_empty")]
    pub logins: Logins,
}

impl GetOpenIdToken {
    /// Creates a request for an OpenID token of this identity.
    #[must_use]
    pub fn new(identity_id: impl Into<String>, logins: Logins) -> Self {
        Self { identity_id: identity_id.into(), logins }
    }
}

impl Operation for GetOpenIdToken {
    type Response = GetOpenIdTokenResponse;

    const NAME: &'static str = "GetOpenIdToken";
    const SERVICE: Service = Service::IdentityPools;
    const AUTHORIZATION: Authorization = Authorization::InRequest;

    /// Returns `true`, because a retry merely returns another token.
    fn is_repeatable(&self) -> bool {
        true
    }

    fn check(&self, _has_access_token: bool) -> Result<(), InvalidInput> {
        self.logins.check()
    }
}

impl ForIdentityPool for GetOpenIdToken {}

/// The response to GetOpenIdToken: an OpenID token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetOpenIdTokenResponse {
    /// The id of the identity to which the token belongs. The returned identity can differ from the identity
    /// in the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub identity_id: Option<String>,
    /// The OpenID token, valid for ten minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub token: Option<OpenIdToken>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{identity_pool_request_of, json};

    #[test]
    fn the_request_names_the_identity_and_the_logins() {
        let logins = Logins::new().with("graph.facebook.com", "t");
        assert_eq!(
            identity_pool_request_of(GetOpenIdToken::new("us-east-1:0d4f", logins)),
            json(r#"{"IdentityId":"us-east-1:0d4f","Logins":{"graph.facebook.com":"t"}}"#)
        );
    }
}
