//! ListUserSessions: lists the signed-in user's sessions, one page at a time.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserSessions.html>

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{Authorization, EpochSeconds, Operation, Paged, TokenAuthorized, next_token};
use crate::encoding::lenient;

/// A request for one page of the user's sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListUserSessions {
    /// The pagination token from the previous page, or `None` for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl ListUserSessions {
    /// Creates a request for the first page. Set the optional fields on the returned request.
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

    /// Returns `true`, because a retry only reads the same data again.
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

    fn page_token(&self) -> Option<&str> {
        self.next_token.as_deref()
    }
}

/// The response to ListUserSessions: one page of sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListUserSessionsResponse {
    /// The user's sessions with all app clients of the user pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "lenient::list")]
    pub sessions: Vec<SessionDescription>,
    /// The pagination token for the next page, or `None` on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub next_token: Option<String>,
}

/// A session of a user, as the service describes it.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserSessions.html>
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SessionDescription {
    /// The id of the session, which is the input of RevokeUserSession.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub session_id: Option<String>,
    /// The type of the session: a session with tokens, or a single sign-on session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::name")]
    pub session_type: Option<SessionType>,
    /// The id of the app client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub client_id: Option<String>,
    /// The time at which the session started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::time")]
    pub create_date: Option<EpochSeconds>,
    /// The time at which the session was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::time")]
    pub last_active_date: Option<EpochSeconds>,
    /// The type of the device on which the session is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub device_type: Option<String>,
    /// The IP address from which the session was last used.
    #[serde(default, rename = "LastIPAddress", skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub last_ip_address: Option<String>,
    /// The place from which the session was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub last_location: Option<SessionLocation>,
    /// The id of the session from which this session was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub origin_session_id: Option<String>,
    /// Whether this session is the session of the access token in the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::flag")]
    pub is_current_session: Option<bool>,
}

/// `Debug` prints only the type, the ids and the times of the session.
impl fmt::Debug for SessionDescription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SessionDescription")
            .field("session_id", &self.session_id)
            .field("session_type", &self.session_type)
            .field("client_id", &self.client_id)
            .field("create_date", &self.create_date)
            .field("last_active_date", &self.last_active_date)
            .finish_non_exhaustive()
    }
}

/// The place from which a session was last used. `Debug` does not print the place.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SessionLocation {
    /// The city from which the session was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub city: Option<String>,
    /// The country from which the session was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub country: Option<String>,
}

impl fmt::Debug for SessionLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionLocation").finish_non_exhaustive()
    }
}

/// The type of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum SessionType {
    /// A session that consists of tokens.
    Token,
    /// A single sign-on session in the hosted sign-in pages.
    Sso,
    /// A session type that this version of the crate does not know.
    #[serde(untagged)]
    Unknown(String),
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn the_first_page_is_requested() {
        assert_eq!(signed_in_request_of(ListUserSessions::new()), json(r#"{"AccessToken":"access.token"}"#));
    }

    #[test]
    fn debug_shows_neither_address_nor_place_nor_device() {
        let text = r#"{"Sessions":[{"SessionId":"s","LastIPAddress":"m4rk","DeviceType":"m4rk",
            "LastLocation":{"City":"m4rk","Country":"m4rk"}}]}"#;
        let response: ListUserSessionsResponse = serde_json::from_str(text).unwrap();
        let location = response.sessions[0].last_location.clone();
        assert_eq!(location.as_ref().and_then(|location| location.city.as_deref()), Some("m4rk"));
        assert!(!format!("{response:?} {location:?}").contains("m4rk"));
    }
}
