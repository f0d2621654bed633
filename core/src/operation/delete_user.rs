//! DeleteUser: deletes the signed-in user for good.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUser.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// Deletes the user whose access token goes along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DeleteUser {}

impl DeleteUser {
    /// The request, which has no members of its own.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for DeleteUser {
    type Response = DeleteUserResponse;

    const NAME: &'static str = "DeleteUser";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// The second of two would be told that there is no such user.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for DeleteUser {}

/// The user is deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DeleteUserResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn the_user_is_deleted() {
        assert_eq!(signed_in_request_of(DeleteUser::new()), json(r#"{"AccessToken":"access.token"}"#));
    }
}
