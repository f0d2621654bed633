//! VerifySoftwareToken: confirms an authenticator app with its first code.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerifySoftwareToken.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, Public, TokenAuthorized, either_token_or_session};
use crate::error::InvalidInput;
use crate::secret::{ChallengeSession, Parameter};

/// Confirms an authenticator app: for a signed-in user, or in a sign-in by its challenge session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct VerifySoftwareToken {
    /// The code that the app shows, 6 digits.
    pub user_code: Parameter,
    /// From AssociateSoftwareToken in a sign-in; none for a signed-in user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// A name for the app or its device, for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friendly_device_name: Option<String>,
}

impl VerifySoftwareToken {
    /// For the user whose access token goes along. The optional members are set on the value.
    #[must_use]
    pub fn new(user_code: impl Into<Parameter>) -> Self {
        Self { user_code: user_code.into(), session: None, friendly_device_name: None }
    }

    /// In a sign-in, with the challenge session that AssociateSoftwareToken gave.
    #[must_use]
    pub fn in_sign_in(session: impl Into<ChallengeSession>, user_code: impl Into<Parameter>) -> Self {
        Self { session: Some(session.into()), ..Self::new(user_code) }
    }
}

impl Operation for VerifySoftwareToken {
    type Response = VerifySoftwareTokenResponse;

    const NAME: &'static str = "VerifySoftwareToken";
    const AUTHORIZATION: Authorization = Authorization::InRequest;

    /// A code is good once, and in a sign-in the first of two spends the challenge session.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn check(&self, has_access_token: bool) -> Result<(), InvalidInput> {
        either_token_or_session(has_access_token, self.session.as_ref())
    }
}

impl Public for VerifySoftwareToken {}

impl TokenAuthorized for VerifySoftwareToken {}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct VerifySoftwareTokenResponse {
    /// Whether the code was right. [`Error`](SoftwareTokenStatus::Error) comes without an error of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<SoftwareTokenStatus>,
    /// Carries the sign-in on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
}

/// Whether the code was right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum SoftwareTokenStatus {
    /// It was.
    Success,
    /// It was not.
    Error,
    /// One that this version does not know.
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
