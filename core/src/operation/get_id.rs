//! GetId: returns the identity of a user, or a new identity for a guest.
//!
//! <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetId.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, ForIdentityPool, Operation};
use crate::configuration::endpoint::Service;
use crate::encoding::lenient;
use crate::error::InvalidInput;
use crate::operation::Logins;

/// A request for the identity id of a user or of a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetId {
    /// The id of the identity pool.
    pub identity_pool_id: String,
    /// The id of the AWS account to which the identity pool belongs, 1 to 15 digits. The service does not
    /// need the account id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The user's logins, or an empty set for a guest. If there are several logins, the service links all of
    /// them to one identity.
    #[serde(default, skip_serializing_if = "Logins::is_empty")]
    pub logins: Logins,
}

impl GetId {
    /// Creates a request for the identity of these logins, or for a new identity if the set of logins is
    /// empty.
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

    /// Returns `true`, because a retry returns the same identity for the same user. For a guest, a retry
    /// creates another identity, and the identity in the lost response remains unused.
    fn is_repeatable(&self) -> bool {
        true
    }

    fn check(&self, _has_access_token: bool) -> Result<(), InvalidInput> {
        self.logins.check()
    }
}

impl ForIdentityPool for GetId {}

/// The response to GetId: the id of an identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GetIdResponse {
    /// The id of the identity, in the form `REGION:GUID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
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
