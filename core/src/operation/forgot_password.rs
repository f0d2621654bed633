//! ForgotPassword: sends a code to set a new password with.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgotPassword.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, CodeDeliveryDetails, Context, Operation, Public};

/// Sends a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ForgotPassword {
    /// The user's name or alias.
    pub username: String,
    /// For the pool's triggers and threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl ForgotPassword {
    /// Sends this user a code. The optional members are set on the value.
    #[must_use]
    pub fn new(username: impl Into<String>) -> Self {
        Self { username: username.into(), context: Context::default() }
    }
}

impl Operation for ForgotPassword {
    type Response = ForgotPasswordResponse;

    const NAME: &'static str = "ForgotPassword";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// Each one sends a message, and counts towards a limit of hours.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        Some(&self.username)
    }
}

impl Public for ForgotPassword {}

/// The code is on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ForgotPasswordResponse {
    /// Where the code was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_code_is_asked_for() {
        assert_eq!(
            request_of(ForgotPassword::new("alice")),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","Username":"alice","SecretHash":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY="}"#
            )
        );
    }
}
