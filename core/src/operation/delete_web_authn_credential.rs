//! DeleteWebAuthnCredential: deletes a passkey of the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteWebAuthnCredential.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// A request to delete a passkey of the signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DeleteWebAuthnCredential {
    /// The id of the passkey, from ListWebAuthnCredentials.
    pub credential_id: String,
}

impl DeleteWebAuthnCredential {
    /// Creates a request to delete the passkey with this id.
    #[must_use]
    pub fn new(credential_id: impl Into<String>) -> Self {
        Self { credential_id: credential_id.into() }
    }
}

impl Operation for DeleteWebAuthnCredential {
    type Response = DeleteWebAuthnCredentialResponse;

    const NAME: &'static str = "DeleteWebAuthnCredential";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: if the first attempt deleted the passkey, the service rejects a retry because the
    /// passkey no longer exists.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for DeleteWebAuthnCredential {}

/// The response to DeleteWebAuthnCredential: the passkey has been deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DeleteWebAuthnCredentialResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_passkey_is_deleted_by_its_id() {
        assert_eq!(
            signed_in_request_of(DeleteWebAuthnCredential::new("credential")),
            json(r#"{"AccessToken":"access.token","CredentialId":"credential"}"#)
        );
    }
}
