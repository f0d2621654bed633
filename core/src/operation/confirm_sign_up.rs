//! ConfirmSignUp: confirms a registration with the code that was sent.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmSignUp.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Context, Operation, Public};
use crate::secret::{ChallengeSession, Parameter};

/// Confirms a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConfirmSignUp {
    /// The user's name or alias.
    pub username: String,
    /// The code that was sent.
    pub confirmation_code: Parameter,
    /// Takes an e-mail address or telephone number over from another user who has it as an alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_alias_creation: Option<bool>,
    /// From the answer to SignUp: the answer to this then has one to sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// For the pool's triggers and threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl ConfirmSignUp {
    /// Confirms this user with this code. The optional members are set on the value.
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

    /// The first of two would spend the code.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        Some(&self.username)
    }
}

impl Public for ConfirmSignUp {}

/// The user is confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConfirmSignUpResponse {
    /// Signs the user in, where the app client has choice-based sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
