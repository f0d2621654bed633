//! ConfirmSignUp: confirms a registration with the code that the user received.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmSignUp.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Context, Operation, Public};
use crate::encoding::lenient;
use crate::secret::{ChallengeSession, Parameter};

/// A request to confirm a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConfirmSignUp {
    /// The user name, or an alias of the user.
    pub username: String,
    /// The code that the service sent to the user.
    pub confirmation_code: Parameter,
    /// Whether the user takes over an alias (an e-mail address or a phone number) that already belongs to
    /// another user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_alias_creation: Option<bool>,
    /// The session from the response to SignUp. If the request contains a session, the response contains
    /// another session, with which the user can sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// Data for the user pool's Lambda triggers and for threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl ConfirmSignUp {
    /// Creates a request to confirm this user with this code. Set the optional fields on the returned
    /// request.
    #[must_use]
    pub fn new(username: impl Into<String>, confirmation_code: impl Into<Parameter>) -> Self {
        Self {
            username: username.into(),
            confirmation_code: confirmation_code.into(),
            force_alias_creation: None,
            session: None,
            context: Context::default(),
        }
    }
}

impl Operation for ConfirmSignUp {
    type Response = ConfirmSignUpResponse;

    const NAME: &'static str = "ConfirmSignUp";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// Returns `false`: a code can be used only once, so a retry fails if the first attempt succeeded.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        Some(&self.username)
    }
}

impl Public for ConfirmSignUp {}

/// The response to ConfirmSignUp: the user has been confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConfirmSignUpResponse {
    /// The session with which the user can sign in, or `None` if the app client does not have choice-based
    /// sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub session: Option<ChallengeSession>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_confirmation_is_sent() {
        assert_eq!(
            request_of(ConfirmSignUp::new("alice", "123456")),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","ConfirmationCode":"123456","Username":"alice",
                "SecretHash":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY="}"#
            )
        );
    }
}
