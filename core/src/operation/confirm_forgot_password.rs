//! ConfirmForgotPassword: replaces a forgotten password. The request contains the code that the user
//! received.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmForgotPassword.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Context, Operation, Public};
use crate::secret::{Parameter, Password};

/// A request to replace a forgotten password with a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConfirmForgotPassword {
    /// The user name, or an alias of the user.
    pub username: String,
    /// The code that the service sent to the user.
    pub confirmation_code: Parameter,
    /// The new password.
    pub password: Password,
    /// Data for the user pool's Lambda triggers and for threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl ConfirmForgotPassword {
    /// Creates a request to set this user's password with this code. Set the optional fields on the returned
    /// request.
    #[must_use]
    pub fn new(
        username: impl Into<String>,
        confirmation_code: impl Into<Parameter>,
        password: impl Into<Password>,
    ) -> Self {
        Self {
            username: username.into(),
            confirmation_code: confirmation_code.into(),
            password: password.into(),
            context: Context::default(),
        }
    }
}

impl Operation for ConfirmForgotPassword {
    type Response = ConfirmForgotPasswordResponse;

    const NAME: &'static str = "ConfirmForgotPassword";
    const AUTHORIZATION: Authorization = Authorization::AppClient;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: a code can be used only once, so a retry fails if the first attempt succeeded.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        Some(&self.username)
    }
}

impl Public for ConfirmForgotPassword {}

/// The response to ConfirmForgotPassword: the new password has been set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConfirmForgotPasswordResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_new_password_is_set() {
        assert_eq!(
            request_of(ConfirmForgotPassword::new("alice", "123456", "M0re$ecure")),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","ConfirmationCode":"123456","Password":"M0re$ecure","Username":"alice",
                "SecretHash":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY="}"#
            )
        );
    }
}
