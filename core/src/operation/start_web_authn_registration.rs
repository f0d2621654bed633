//! StartWebAuthnRegistration: what an authenticator needs to make a passkey.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_StartWebAuthnRegistration.html>

use serde::{Deserialize, Serialize};

use serde_json::Value;

use super::{Authorization, Operation, TokenAuthorized};

/// Begins to register a passkey.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct StartWebAuthnRegistration {}

impl StartWebAuthnRegistration {
    /// The request, which has no members of its own.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for StartWebAuthnRegistration {
    type Response = StartWebAuthnRegistrationResponse;

    const NAME: &'static str = "StartWebAuthnRegistration";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// The newer registration replaces the older.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for StartWebAuthnRegistration {}

/// What to hand to the authenticator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct StartWebAuthnRegistrationResponse {
    /// PublicKeyCredentialCreationOptionsJSON (WebAuthn level 3, section 5.1.9), as it is.
    pub credential_creation_options: Value,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_registration_is_begun() {
        assert_eq!(signed_in_request_of(StartWebAuthnRegistration::new()), json(r#"{"AccessToken":"access.token"}"#));
    }
}
