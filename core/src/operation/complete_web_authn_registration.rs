//! CompleteWebAuthnRegistration: registers a passkey that an authenticator has created.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CompleteWebAuthnRegistration.html>

use core::fmt;

use serde::{Deserialize, Serialize};

use serde_json::Value;

use super::{Authorization, Operation, TokenAuthorized};

/// A request to register a passkey.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CompleteWebAuthnRegistration {
    /// The authenticator's RegistrationResponseJSON (WebAuthn level 3, section 5.1.8), exactly as the
    /// authenticator returned the JSON object.
    pub credential: Value,
}

impl CompleteWebAuthnRegistration {
    /// Creates a request to register the passkey in this RegistrationResponseJSON.
    #[must_use]
    pub fn new(credential: Value) -> Self {
        Self { credential }
    }
}

/// `Debug` does not print the credential, which identifies the user.
impl fmt::Debug for CompleteWebAuthnRegistration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CompleteWebAuthnRegistration").finish_non_exhaustive()
    }
}

impl Operation for CompleteWebAuthnRegistration {
    type Response = CompleteWebAuthnRegistrationResponse;

    const NAME: &'static str = "CompleteWebAuthnRegistration";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: a registration can be completed only once, so a retry fails if the first attempt
    /// succeeded.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for CompleteWebAuthnRegistration {}

/// The response to CompleteWebAuthnRegistration: the passkey has been registered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CompleteWebAuthnRegistrationResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_credential_is_passed_through() {
        assert_eq!(
            signed_in_request_of(CompleteWebAuthnRegistration::new(json(
                r#"{"id":"x","response":{"transports":["usb"]}}"#
            ))),
            json(r#"{"AccessToken":"access.token","Credential":{"id":"x","response":{"transports":["usb"]}}}"#)
        );
    }
}
