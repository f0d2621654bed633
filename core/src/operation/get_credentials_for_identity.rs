//! GetCredentialsForIdentity: temporary AWS credentials for an identity, in the enhanced flow.
//!
//! <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetCredentialsForIdentity.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, EpochSeconds, ForIdentityPool, Operation};
use crate::configuration::endpoint::Service;
use crate::error::InvalidInput;
use crate::operation::Logins;
use crate::secret::{SecretAccessKey, SessionToken};

/// Asks for credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetCredentialsForIdentity {
    /// `REGION:GUID`
    pub identity_id: String,
    /// Who the user is; nobody for a guest.
    #[serde(default, skip_serializing_if = "Logins::is_empty")]
    pub logins: Logins,
    /// One of the roles that the login token names, where it names several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_role_arn: Option<String>,
}

impl GetCredentialsForIdentity {
    /// Asks for credentials of this identity. The role is set on the value.
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

    /// Each one gives credentials of its own.
    fn is_repeatable(&self) -> bool {
        true
    }

    fn check(&self, _has_access_token: bool) -> Result<(), InvalidInput> {
        self.logins.check()
    }
}

impl ForIdentityPool for GetCredentialsForIdentity {}

/// The credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetCredentialsForIdentityResponse {
    /// Whose they are. It may be another identity than the one that was asked for: a guest who signs in, and whose logins
    /// have an identity already, gets that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_id: Option<String>,
    /// The credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<IdentityCredentials>,
}

/// Credentials as identity pools give them.
///
/// <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_Credentials.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct IdentityCredentials {
    /// The public half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// The secret half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<SecretAccessKey>,
    /// What goes along with every request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_token: Option<SessionToken>,
    /// When they expire, by the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
