//! ForgotPassword: sends the user a code for setting a new password.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ForgotPassword.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, CodeDeliveryDetails, Context, Operation, Public};
use crate::encoding::lenient;

/// A request to send the user a code for setting a new password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ForgotPassword {
    /// The user name, or an alias of the user.
    pub username: String,
    /// Data for the user pool's Lambda triggers and for threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl ForgotPassword {
    /// Creates a request to send this user a code. Set the optional fields on the returned request.
    #[must_use]
    pub fn new(username: impl Into<String>) -> Self {
        Self { username: username.into(), context: Context::default() }
    }
}

impl Operation for ForgotPassword {
    type Response = ForgotPasswordResponse;

    const NAME: &'static str = "ForgotPassword";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// Returns `false`, because a retry would send the user another message. After too many messages, the
    /// service rejects further requests for hours.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        Some(&self.username)
    }
}

impl Public for ForgotPassword {}

/// The response to ForgotPassword: the service has sent the code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ForgotPasswordResponse {
    /// Where and how the service sent the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_code_is_requested() {
        assert_eq!(
            request_of(ForgotPassword::new("alice")),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","Username":"alice","SecretHash":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY="}"#
            )
        );
    }
}
