//! GetCredentialsForIdentity: returns temporary AWS credentials for an identity, in the enhanced flow.
//!
//! <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetCredentialsForIdentity.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, EpochSeconds, ForIdentityPool, Operation};
use crate::configuration::endpoint::Service;
use crate::encoding::lenient;
use crate::error::InvalidInput;
use crate::operation::Logins;
use crate::secret::{SecretAccessKey, SessionToken};

/// A request for temporary AWS credentials of an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetCredentialsForIdentity {
    /// The id of the identity, in the form `REGION:GUID`.
    pub identity_id: String,
    /// The user's logins, or an empty set for a guest.
    #[serde(default, skip_serializing_if = "Logins::is_empty")]
    pub logins: Logins,
    /// The ARN of the role to assume, if the user's token contains several roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role_arn: Option<String>,
}

impl GetCredentialsForIdentity {
    /// Creates a request for credentials of this identity. Set the optional role on the returned request.
    #[must_use]
    pub fn new(identity_id: impl Into<String>, logins: Logins) -> Self {
        Self { identity_id: identity_id.into(), logins, custom_role_arn: None }
    }
}

impl Operation for GetCredentialsForIdentity {
    type Response = GetCredentialsForIdentityResponse;

    const NAME: &'static str = "GetCredentialsForIdentity";
    const SERVICE: Service = Service::IdentityPools;
    const AUTHORIZATION: Authorization = Authorization::InRequest;

    /// Returns `true`, because a retry merely returns another set of credentials.
    fn is_repeatable(&self) -> bool {
        true
    }

    fn check(&self, _has_access_token: bool) -> Result<(), InvalidInput> {
        self.logins.check()
    }
}

impl ForIdentityPool for GetCredentialsForIdentity {}

/// The response to GetCredentialsForIdentity: temporary AWS credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetCredentialsForIdentityResponse {
    /// The id of the identity to which the credentials belong. The returned identity can differ from the
    /// identity in the request. If a guest adds logins that already belong to another identity, the service
    /// returns the id and the credentials of the other identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub identity_id: Option<String>,
    /// The temporary AWS credentials of the identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub credentials: Option<IdentityCredentials>,
}

/// Temporary AWS credentials, as an identity pool returns them.
///
/// <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_Credentials.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct IdentityCredentials {
    /// The access key id, which is the public part of the credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub access_key_id: Option<String>,
    /// The secret access key, which is the secret part of the credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub secret_key: Option<SecretAccessKey>,
    /// The session token. A client that signs a request with these credentials must add the session token to
    /// the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub session_token: Option<SessionToken>,
    /// The time at which the credentials expire, according to the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::time")]
    pub expiration: Option<EpochSeconds>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{identity_pool_request_of, json};

    #[test]
    fn the_request_names_the_identity_the_logins_and_the_role() {
        let mut request =
            GetCredentialsForIdentity::new("us-east-1:0d4f", Logins::new().with("accounts.google.com", "t"));
        request.custom_role_arn = Some("arn:aws:iam::123456789012:role/Admin".into());
        assert_eq!(
            identity_pool_request_of(request),
            json(
                r#"{"IdentityId":"us-east-1:0d4f","Logins":{"accounts.google.com":"t"},
                    "CustomRoleArn":"arn:aws:iam::123456789012:role/Admin"}"#
            )
        );
    }
}
