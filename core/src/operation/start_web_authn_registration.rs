//! StartWebAuthnRegistration: returns the options with which an authenticator creates a passkey.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_StartWebAuthnRegistration.html>

use core::fmt;

use serde::{Deserialize, Serialize};

use serde_json::Value;

use super::{Authorization, Operation, TokenAuthorized};

/// A request to start the registration of a passkey.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct StartWebAuthnRegistration {}

impl StartWebAuthnRegistration {
    /// Creates the request, which has no fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for StartWebAuthnRegistration {
    type Response = StartWebAuthnRegistrationResponse;

    const NAME: &'static str = "StartWebAuthnRegistration";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// Returns `true`, because a retry only replaces the registration that the first attempt started.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for StartWebAuthnRegistration {}

/// The response to StartWebAuthnRegistration: the options for the authenticator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct StartWebAuthnRegistrationResponse {
    /// The PublicKeyCredentialCreationOptionsJSON for the authenticator (WebAuthn level 3, section 5.1.9),
    /// exactly as the service sent the options.
    pub credential_creation_options: Value,
}

/// `Debug` does not print the options, which contain the user's names.
impl fmt::Debug for StartWebAuthnRegistrationResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("StartWebAuthnRegistrationResponse").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_registration_is_started() {
        assert_eq!(signed_in_request_of(StartWebAuthnRegistration::new()), json(r#"{"AccessToken":"access.token"}"#));
    }
}
