//! SignUp: registers a user, who then confirms an e-mail address or a phone number.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Attribute, Authorization, CodeDeliveryDetails, Context, Operation, Public};
use crate::encoding::lenient;
use crate::secret::{ChallengeSession, Password};

/// A request to register a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SignUp {
    /// The user name, or an alias if the user pool accepts aliases as user names.
    pub username: String,
    /// The user's password, or `None` if the user pool lets users sign in without a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// The attributes of the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_attributes: Vec<Attribute>,
    /// Data for the user pool's pre-sign-up trigger. The service does not store validation data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validation_data: Vec<Attribute>,
    /// Data for the user pool's Lambda triggers and for threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl SignUp {
    /// Creates a request to register this user with this password. Set the optional fields on the returned
    /// request.
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

    /// Returns `false`: if the first attempt registered the user, the service rejects a retry because the
    /// user name is taken.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        Some(&self.username)
    }
}

impl Public for SignUp {}

/// The response to SignUp: the registered user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SignUpResponse {
    /// Whether the user is already confirmed and can sign in.
    pub user_confirmed: bool,
    /// The `sub` of the user, which never changes.
    pub user_sub: String,
    /// Where and how the service sent a confirmation code, or `None` if the service sent no code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub code_delivery_details: Option<CodeDeliveryDetails>,
    /// The session with which the user can sign in after the confirmation, or `None` if the app client does
    /// not have choice-based sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
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
