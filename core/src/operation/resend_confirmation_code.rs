//! ResendConfirmationCode: sends the code of a registration again.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResendConfirmationCode.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, CodeDeliveryDetails, Context, Operation, Public};

/// Sends another confirmation code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ResendConfirmationCode {
    /// The user's name or alias.
    pub username: String,
    /// For the pool's triggers and threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl ResendConfirmationCode {
    /// Sends this user another code. The optional members are set on the value.
    #[must_use]
    pub fn new(username: impl Into<String>) -> Self {
        Self { username: username.into(), context: Context::default() }
    }
}

impl Operation for ResendConfirmationCode {
    type Response = ResendConfirmationCodeResponse;

    const NAME: &'static str = "ResendConfirmationCode";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// Each one sends a message, and counts towards a limit of hours.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        Some(&self.username)
    }
}

impl Public for ResendConfirmationCode {}

/// The code is on its way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ResendConfirmationCodeResponse {
    /// Where it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn another_code_is_asked_for() {
        let mut resend = ResendConfirmationCode::new("alice");
        resend.context.client_metadata.insert("locale".into(), "de".into());
        assert_eq!(
            request_of(resend),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","Username":"alice","ClientMetadata":{"locale":"de"},
                "SecretHash":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY="}"#
            )
        );
    }
}
