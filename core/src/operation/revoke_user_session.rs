//! RevokeUserSession: ends another session of the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeUserSession.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, RevokeAssociatedSessions, TokenAuthorized};

/// A request to end another session of the signed-in user. The request cannot end the session of the access
/// token that authorizes the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RevokeUserSession {
    /// The id of the session, from ListUserSessions.
    pub session_id: String,
    /// Whether the request also ends the sessions that are linked to the requested session. By default, the
    /// request does not end linked sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_associated_sessions: Option<RevokeAssociatedSessions>,
}

impl RevokeUserSession {
    /// Creates a request to end the session with this id. Set the optional field on the returned request.
    #[must_use]
    pub fn new(session_id: impl Into<String>) -> Self {
        Self { session_id: session_id.into(), revoke_associated_sessions: None }
    }
}

impl Operation for RevokeUserSession {
    type Response = RevokeUserSessionResponse;

    const NAME: &'static str = "RevokeUserSession";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `false`: if the first attempt ended the session, the service rejects a retry because the
    /// session no longer exists.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for RevokeUserSession {}

/// The response to RevokeUserSession: the session has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RevokeUserSessionResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn a_session_is_ended_by_its_id() {
        assert_eq!(
            signed_in_request_of(RevokeUserSession::new("session")),
            json(r#"{"AccessToken":"access.token","SessionId":"session"}"#)
        );
    }
}
