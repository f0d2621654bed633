//! ListUserSessions: the signed-in user's sessions, a page at a time.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserSessions.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, EpochSeconds, Operation, Paged, TokenAuthorized, next_token, null_is_default};

/// Asks for a page of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListUserSessions {
    /// From the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl ListUserSessions {
    /// Asks for the first page. The member is set on the value.
    #[must_use]
    pub fn new() -> Self {
        Self { next_token: None }
    }
}

impl Default for ListUserSessions {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation for ListUserSessions {
    type Response = ListUserSessionsResponse;

    const NAME: &'static str = "ListUserSessions";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// It only reads.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for ListUserSessions {}

impl Paged for ListUserSessions {
    fn next_page(&self, page: &Self::Response) -> Option<Self> {
        let token = next_token(self.next_token.as_ref(), page.next_token.as_ref())?;
        Some(Self { next_token: Some(token) })
    }
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListUserSessionsResponse {
    /// The sessions, of every app client of the pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_default")]
    pub sessions: Vec<SessionDescription>,
    /// For the next page; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A session as the service keeps it.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserSessions.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SessionDescription {
    /// Its id, for RevokeUserSession.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Whether it is one of tokens or of single sign-on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_type: Option<SessionType>,
    /// The app client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_date: Option<EpochSeconds>,
    /// When it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_active_date: Option<EpochSeconds>,
    /// The kind of device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<String>,
    /// The address that it was last used from.
    #[serde(default, rename = "LastIPAddress", skip_serializing_if = "Option::is_none")]
    pub last_ip_address: Option<String>,
    /// Where that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_location: Option<SessionLocation>,
    /// The session that this one came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_session_id: Option<String>,
    /// Whether it is the one of the access token that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_current_session: Option<bool>,
}

/// Where a session was last used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SessionLocation {
    /// The city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// What kind of session it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum SessionType {
    /// One of tokens.
    Token,
    /// One of single sign-on, in the hosted pages.
    Sso,
    /// One that this version does not know.
    #[serde(untagged)]
    Unknown(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn the_first_page_is_asked_for() {
        assert_eq!(signed_in_request_of(ListUserSessions::new()), json(r#"{"AccessToken":"access.token"}"#));
    }
}
