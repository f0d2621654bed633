//! ChangePassword: replaces the signed-in user's password with a new one.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ChangePassword.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};
use crate::secret::Password;

/// A request to change the password of the signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ChangePassword {
    /// The current password, or `None` for a user who signs in without a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_password: Option<Password>,
    /// The new password.
    pub proposed_password: Password,
}

impl ChangePassword {
    /// Creates a request to change the password from `previous` to `proposed`.
    #[must_use]
    pub fn new(previous: impl Into<Password>, proposed: impl Into<Password>) -> Self {
        Self { previous_password: Some(previous.into()), proposed_password: proposed.into() }
    }
}

impl Operation for ChangePassword {
    type Response = ChangePasswordResponse;

    const NAME: &'static str = "ChangePassword";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: if the first attempt succeeded, the previous password is no longer valid, and the
    /// service counts a retry as a failed attempt.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for ChangePassword {}

/// The response to ChangePassword: the password has been changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ChangePasswordResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_new_password_is_sent() {
        assert_eq!(
            signed_in_request_of(ChangePassword::new("Very$ecur3", "M0re$ecure")),
            json(r#"{"AccessToken":"access.token","PreviousPassword":"Very$ecur3","ProposedPassword":"M0re$ecure"}"#)
        );
    }
}
