//! SignUp: registers a user, who then confirms an e-mail address or a telephone number.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Attribute, Authorization, CodeDeliveryDetails, Context, Operation, Public};
use crate::secret::{ChallengeSession, Password};

/// Registers a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SignUp {
    /// The user's name, or an alias where the pool takes aliases for names.
    pub username: String,
    /// The user's password; none where the pool lets users sign in without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// The user's attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_attributes: Vec<Attribute>,
    /// For the pool's pre-sign-up trigger; not stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validation_data: Vec<Attribute>,
    /// For the pool's triggers and threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl SignUp {
    /// Registers this user with this password. The optional members are set on the value.
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<Password>) -> Self {
        Self {
            username: username.into(),
            password: Some(password.into()),
            user_attributes: Vec::new(),
            validation_data: Vec::new(),
            context: Context::default(),
        }
    }
}

impl Operation for SignUp {
    type Response = SignUpResponse;

    const NAME: &'static str = "SignUp";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// The first of two would take the name, and the second be told that it is taken.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        Some(&self.username)
    }
}

impl Public for SignUp {}

/// What became of the registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SignUpResponse {
    /// Whether the user may sign in already.
    pub user_confirmed: bool,
    /// The user's `sub`, which never changes.
    pub user_sub: String,
    /// Where the confirmation code was sent, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
    /// Signs the user in after the confirmation, where the app client has choice-based sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn a_sign_up_is_sent_and_read() {
        let mut sign_up = SignUp::new("alice", "Very$ecur3");
        sign_up.user_attributes.push(Attribute::new("email", "alice@example.com"));
        assert_eq!(
            request_of(sign_up),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","Password":"Very$ecur3","Username":"alice",
                "SecretHash":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY=",
                "UserAttributes":[{"Name":"email","Value":"alice@example.com"}]}"#
            )
        );
        let response: SignUpResponse = serde_json::from_str(
            r#"{"UserConfirmed":false,"UserSub":"0d4f1c2e","Session":null,"NewMember":1,
                "CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"a***@e***"}}"#,
        )
        .unwrap();
        assert_eq!(
            response.code_delivery_details.unwrap().delivery_medium,
            Some(crate::operation::DeliveryMedium::Email)
        );
    }
}
