//! UnlinkIdentity: removes logins from an identity.
//!
//! <https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_UnlinkIdentity.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, ForIdentityPool, Operation};
use crate::configuration::endpoint::Service;
use crate::error::InvalidInput;
use crate::operation::Logins;

/// A request to remove logins from an identity. When a user next signs in with a removed login, the identity
/// pool creates a new identity for the login. After the last login of an identity is removed, no user can use
/// the identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct UnlinkIdentity {
    /// The id of the identity, in the form `REGION:GUID`.
    pub identity_id: String,
    /// The logins of the user.
    pub logins: Logins,
    /// The names of the providers whose logins the service removes.
    pub logins_to_remove: Vec<String>,
}

impl UnlinkIdentity {
    /// Creates a request to remove the logins of these providers.
    #[must_use]
    pub fn new<Provider: Into<String>>(
        identity_id: impl Into<String>,
        logins: Logins,
        logins_to_remove: impl IntoIterator<Item = Provider>,
    ) -> Self {
        let logins_to_remove = logins_to_remove.into_iter().map(Into::into).collect();
        Self { identity_id: identity_id.into(), logins, logins_to_remove }
    }
}

impl Operation for UnlinkIdentity {
    type Response = UnlinkIdentityResponse;

    const NAME: &'static str = "UnlinkIdentity";
    const SERVICE: Service = Service::IdentityPools;
    const AUTHORIZATION: Authorization = Authorization::InRequest;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: if the first attempt succeeded, the removed logins no longer belong to the identity,
    /// and the service rejects a retry.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn check(&self, _has_access_token: bool) -> Result<(), InvalidInput> {
        self.logins.check()
    }
}

impl ForIdentityPool for UnlinkIdentity {}

/// The response to UnlinkIdentity: the logins have been removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnlinkIdentityResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{identity_pool_request_of, json};

    #[test]
    fn the_request_names_the_logins_to_remove() {
        let logins = Logins::new().with("www.amazon.com", "t");
        assert_eq!(
            identity_pool_request_of(UnlinkIdentity::new("us-east-1:0d4f", logins, ["www.amazon.com"])),
            json(
                r#"{"IdentityId":"us-east-1:0d4f","Logins":{"www.amazon.com":"t"},
                    "LoginsToRemove":["www.amazon.com"]}"#
            )
        );
    }
}
