//! VerifySoftwareToken: confirms an authenticator app with a code that the app shows.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifySoftwareToken.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, Public, TokenAuthorized, either_token_or_session};
use crate::encoding::lenient;
use crate::error::InvalidInput;
use crate::secret::{ChallengeSession, Parameter};

/// A request to confirm an authenticator app, either for a signed-in user or during a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct VerifySoftwareToken {
    /// The six-digit code that the authenticator app shows.
    pub user_code: Parameter,
    /// The challenge session from AssociateSoftwareToken, or `None` for a signed-in user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// A human-readable name of the authenticator app, or of the device on which the app runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friendly_device_name: Option<String>,
}

impl VerifySoftwareToken {
    /// Creates a request for a signed-in user. Call the operation with
    /// [`Call::signed_in`](crate::Call::signed_in). Set the optional fields on the returned request.
    #[must_use]
    pub fn new(user_code: impl Into<Parameter>) -> Self {
        Self { user_code: user_code.into(), session: None, friendly_device_name: None }
    }

    /// Creates a request for a sign-in, with the challenge session from AssociateSoftwareToken.
    #[must_use]
    pub fn in_sign_in(session: impl Into<ChallengeSession>, user_code: impl Into<Parameter>) -> Self {
        Self { session: Some(session.into()), ..Self::new(user_code) }
    }
}

impl Operation for VerifySoftwareToken {
    type Response = VerifySoftwareTokenResponse;

    const NAME: &'static str = "VerifySoftwareToken";
    const AUTHORIZATION: Authorization = Authorization::InRequest;

    /// Returns `false`: a code can be used only once. During a sign-in, the first attempt also spends the
    /// challenge session.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn check(&self, has_access_token: bool) -> Result<(), InvalidInput> {
        either_token_or_session(has_access_token, self.session.as_ref())
    }
}

impl Public for VerifySoftwareToken {}

impl TokenAuthorized for VerifySoftwareToken {}

/// The response to VerifySoftwareToken: whether the code was correct.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct VerifySoftwareTokenResponse {
    /// Whether the code was correct. If the code is wrong, the service may still send a successful HTTP
    /// response, with the status [`Error`](SoftwareTokenStatus::Error).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<SoftwareTokenStatus>,
    /// The challenge session with which the sign-in continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub session: Option<ChallengeSession>,
}

/// Whether the code of an authenticator app was correct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum SoftwareTokenStatus {
    /// The code was correct.
    Success,
    /// The code was wrong.
    Error,
    /// A status that this version of the crate does not know.
    #[serde(untagged)]
    Unknown(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of, signed_in_request_of};

    #[test]
    fn a_code_is_sent_for_a_signed_in_user() {
        assert_eq!(
            signed_in_request_of(VerifySoftwareToken::new("123456")),
            json(r#"{"AccessToken":"access.token","UserCode":"123456"}"#)
        );
    }

    #[test]
    fn a_code_is_sent_in_a_sign_in() {
        assert_eq!(
            request_of(VerifySoftwareToken::in_sign_in("challenge session", "123456")),
            json(r#"{"Session":"challenge session","UserCode":"123456"}"#)
        );
    }
}
