//! RevokeUserSession: ends another session of the signed-in user.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeUserSession.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, RevokeAssociatedSessions, TokenAuthorized};

/// Ends a session, but not the one of the access token that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RevokeUserSession {
    /// From ListUserSessions.
    pub session_id: String,
    /// Whether sessions that came from it end too; the service's default is that they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_associated_sessions: Option<RevokeAssociatedSessions>,
}

impl RevokeUserSession {
    /// Ends the session of this id. The optional member is set on the value.
    #[must_use]
    pub fn new(session_id: impl Into<String>) -> Self {
        Self { session_id: session_id.into(), revoke_associated_sessions: None }
    }
}

impl Operation for RevokeUserSession {
    type Response = RevokeUserSessionResponse;

    const NAME: &'static str = "RevokeUserSession";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// The second of two would be told that there is no such session.
    fn is_repeatable(&self) -> bool {
        false
    }
}

impl TokenAuthorized for RevokeUserSession {}

/// The session is over.
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
