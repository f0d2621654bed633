//! AssociateSoftwareToken: returns a secret with which an authenticator app generates one-time passwords.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AssociateSoftwareToken.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, Public, TokenAuthorized, either_token_or_session};
use crate::encoding::lenient;
use crate::error::InvalidInput;
use crate::secret::{ChallengeSession, SecretCode};

/// A request for the secret of an authenticator app, either for a signed-in user or during a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssociateSoftwareToken {
    /// The challenge session of the MFA_SETUP challenge, or `None` for a signed-in user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
}

impl AssociateSoftwareToken {
    /// Creates a request for a signed-in user. Call the operation with
    /// [`Call::signed_in`](crate::Call::signed_in).
    #[must_use]
    pub fn new() -> Self {
        Self { session: None }
    }

    /// Creates a request for a sign-in that has reached the MFA_SETUP challenge.
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

    /// Returns `true` for a signed-in user, because a retry only replaces the secret from the first attempt.
    /// Returns `false` during a sign-in, because the first attempt may have spent the challenge session.
    fn is_repeatable(&self) -> bool {
        self.session.is_none()
    }

    fn check(&self, has_access_token: bool) -> Result<(), InvalidInput> {
        either_token_or_session(has_access_token, self.session.as_ref())
    }
}

impl Public for AssociateSoftwareToken {}

impl TokenAuthorized for AssociateSoftwareToken {}

/// The response to AssociateSoftwareToken: the secret of an authenticator app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AssociateSoftwareTokenResponse {
    /// The secret of the authenticator app, in base32. The user enters the secret in the app. After that,
    /// VerifySoftwareToken confirms the app with a code that the app shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub secret_code: Option<SecretCode>,
    /// The challenge session with which the sign-in continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub session: Option<ChallengeSession>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of, signed_in_request_of};

    #[test]
    fn a_secret_is_requested_for_a_signed_in_user() {
        assert_eq!(signed_in_request_of(AssociateSoftwareToken::new()), json(r#"{"AccessToken":"access.token"}"#));
    }

    #[test]
    fn a_secret_is_requested_during_a_sign_in() {
        assert_eq!(
            request_of(AssociateSoftwareToken::in_sign_in("challenge session")),
            json(r#"{"Session":"challenge session"}"#)
        );
    }

    #[test]
    fn either_an_access_token_or_a_session_is_required() {
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
