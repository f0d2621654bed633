//! GetId: the identity of a user, or a new one for a guest.
//!
//! <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetId.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, ForIdentityPool, Operation};
use crate::configuration::endpoint::Service;
use crate::error::InvalidInput;
use crate::operation::Logins;

/// Asks for an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetId {
    /// The identity pool.
    pub identity_pool_id: String,
    /// The AWS account that the pool is of, 1 to 15 digits. The service does without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Who the user is; nobody for a guest. Several are linked to one identity.
    #[serde(default, skip_serializing_if = "Logins::is_empty")]
    pub logins: Logins,
}

impl GetId {
    /// Asks for the identity of these logins, or for a new one if there are none.
    #[must_use]
    pub fn new(identity_pool_id: impl Into<String>, logins: Logins) -> Self {
        Self { identity_pool_id: identity_pool_id.into(), account_id: None, logins }
    }
}

impl Operation for GetId {
    type Response = GetIdResponse;

    const NAME: &'static str = "GetId";
    const SERVICE: Service = Service::IdentityPools;
    const AUTHORIZATION: Authorization = Authorization::InRequest;

    /// A user's identity is the same each time. That of a guest whose answer was lost is one more that nobody uses.
    fn is_repeatable(&self) -> bool {
        true
    }

    fn check(&self, _has_access_token: bool) -> Result<(), InvalidInput> {
        self.logins.check()
    }
}

impl ForIdentityPool for GetId {}

/// The identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetIdResponse {
    /// `REGION:GUID`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{identity_pool_request_of, json};

    #[test]
    fn a_guest_has_no_logins() {
        assert_eq!(
            identity_pool_request_of(GetId::new("us-east-1:0d4f", Logins::new())),
            json(r#"{"IdentityPoolId":"us-east-1:0d4f"}"#)
        );
    }
}
