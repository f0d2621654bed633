//! AssociateSoftwareToken: a secret for an authenticator app, to set up one-time passwords.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AssociateSoftwareToken.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, Public, TokenAuthorized, either_token_or_session};
use crate::error::InvalidInput;
use crate::secret::{ChallengeSession, SecretCode};

/// Asks for a secret: for a signed-in user, or in a sign-in by its challenge session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssociateSoftwareToken {
    /// From the MFA_SETUP challenge; none for a signed-in user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
}

impl AssociateSoftwareToken {
    /// For the user whose access token goes along.
    #[must_use]
    pub fn new() -> Self {
        Self { session: None }
    }

    /// In a sign-in that has come to the MFA_SETUP challenge.
    #[must_use]
    pub fn in_sign_in(session: impl Into<ChallengeSession>) -> Self {
        Self { session: Some(session.into()) }
    }
}

impl Default for AssociateSoftwareToken {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation for AssociateSoftwareToken {
    type Response = AssociateSoftwareTokenResponse;

    const NAME: &'static str = "AssociateSoftwareToken";
    const AUTHORIZATION: Authorization = Authorization::InRequest;

    /// In a sign-in each one spends a challenge session; for a signed-in user the newer secret replaces the older.
    fn is_repeatable(&self) -> bool {
        self.session.is_none()
    }

    fn check(&self, has_access_token: bool) -> Result<(), InvalidInput> {
        either_token_or_session(has_access_token, self.session.as_ref())
    }
}

impl Public for AssociateSoftwareToken {}

impl TokenAuthorized for AssociateSoftwareToken {}

/// The secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssociateSoftwareTokenResponse {
    /// The secret, in base32. The authenticator app takes it, and VerifySoftwareToken confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_code: Option<SecretCode>,
    /// Carries the sign-in on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of, signed_in_request_of};

    #[test]
    fn a_secret_is_asked_for_a_signed_in_user() {
        assert_eq!(signed_in_request_of(AssociateSoftwareToken::new()), json(r#"{"AccessToken":"access.token"}"#));
    }

    #[test]
    fn a_secret_is_asked_in_a_sign_in() {
        assert_eq!(
            request_of(AssociateSoftwareToken::in_sign_in("challenge session")),
            json(r#"{"Session":"challenge session"}"#)
        );
    }

    #[test]
    fn neither_and_both_of_token_and_challenge_session_are_refused() {
        use crate::secret::AccessToken;
        use crate::test_support::{NOW, app_client, failed};
        use crate::{Call, Event, Flow};

        let token = AccessToken::from("access.token");
        let neither = Call::new(&app_client(), AssociateSoftwareToken::new()).step(NOW, Event::Start);
        let both = AssociateSoftwareToken::in_sign_in("challenge session");
        let both = Call::signed_in(&app_client(), &token, both).step(NOW, Event::Start);
        for step in [neither, both] {
            assert!(matches!(failed(step), crate::Error::InvalidInput(_)));
        }
    }
}
