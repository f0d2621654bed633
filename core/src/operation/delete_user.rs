//! DeleteUser: permanently deletes the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeleteUser.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// A request to permanently delete the signed-in user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DeleteUser {}

impl DeleteUser {
    /// Creates the request, which has no fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Operation for DeleteUser {
    type Response = DeleteUserResponse;

    const NAME: &'static str = "DeleteUser";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: if the first attempt deleted the user, the service rejects a retry because the user
    /// no longer exists.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for DeleteUser {}

/// The response to DeleteUser: the user has been deleted.
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
