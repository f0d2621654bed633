//! A signed-in user's session: the tokens, their expiry, refresh, sign-out and storage.

mod change_devices;
mod claims;
pub(crate) mod completion;
mod keeper;
mod refresh;
mod session_call;
mod sign_out;
mod signed_in;
mod stored;
#[cfg(test)]
mod tests;
mod tokens;
pub mod web_storage;

use alloc::string::{String, ToString};
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::timestamp::Timestamp;

pub use change_devices::ChangeDevices;
pub use claims::{AccessTokenClaims, IdTokenClaims};
pub use keeper::{
    KeptSession, SessionEvent, SessionEventKind, SessionKeeper, SessionOutcome, SessionSettings, SessionTask,
};
pub use refresh::Refresh;
pub use session_call::{Pages, SessionCall};
pub use sign_out::{RemoteSignOut, SignOut, SignOutScope, SignedOut};
pub use signed_in::SignedIn;
pub use tokens::Tokens;

/// A signed-in user's name and tokens.
///
/// A session is a plain value: nothing in it changes by itself. [`plan`](Self::plan) says whether the tokens
/// can be used, and a [`Refresh`] creates the next session from this one. Serialized as JSON, a session
/// contains its tokens in plain text.
///
/// A call for the signed-in user takes the access token from the session:
///
/// ```
/// # use cognito_core::{AppClient, Call, Session, operation::GetUser};
/// # fn get_user(app_client: &AppClient, session: &Session) -> Call<GetUser> {
/// Call::signed_in(app_client, session, GetUser::new())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub struct Session {
    username: String,
    tokens: Tokens,
    pub(crate) device_key: Option<String>,
    clock_drift_seconds: i64,
    /// The earliest expiry of the tokens, by the service's clock, or `None` if no token says when it expires.
    /// It is decoded only once.
    expires_at: Option<Timestamp>,
    is_revocable: bool,
    sub: Option<String>,
}

/// The next action for a session's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: tokens are valid, can be refreshed, or neither")]
pub enum Plan {
    /// The tokens are valid and can be used.
    Use,
    /// The tokens have expired or expire soon, and there is a refresh token.
    Refresh,
    /// The tokens have expired, and there is no refresh token: the user must sign in.
    SignIn,
}

impl Session {
    /// Creates a session from tokens that arrived at the local time `now`. `date` is the `Date` header of the
    /// response, if the response had one.
    #[must_use]
    pub fn new(username: impl Into<String>, tokens: Tokens, now: Timestamp, date: Option<Timestamp>) -> Self {
        let claims = Claims::from_tokens(&tokens);
        let clock_drift_seconds = claims.clock_drift_seconds(now, date);
        Self::assemble(username.into(), tokens, claims, clock_drift_seconds)
    }

    /// Creates a session from tokens that arrived earlier, when the local clock was `clock_drift_seconds`
    /// seconds ahead of the service's clock.
    #[must_use]
    pub fn with_clock_drift(username: impl Into<String>, tokens: Tokens, clock_drift_seconds: i64) -> Self {
        let claims = Claims::from_tokens(&tokens);
        Self::assemble(username.into(), tokens, claims, clock_drift_seconds)
    }

    /// Creates a session as [`new`](Self::new) does, with the user name in the access token, or with
    /// `fallback_username` if the token names no user.
    pub(crate) fn for_claimed_user(
        fallback_username: String,
        tokens: Tokens,
        now: Timestamp,
        date: Option<Timestamp>,
    ) -> Self {
        let mut claims = Claims::from_tokens(&tokens);
        let clock_drift_seconds = claims.clock_drift_seconds(now, date);
        let username = claims.username.take().unwrap_or(fallback_username);
        Self::assemble(username, tokens, claims, clock_drift_seconds)
    }

    fn assemble(username: String, tokens: Tokens, claims: Claims, clock_drift_seconds: i64) -> Self {
        let Claims { device_key, expires_at, is_revocable, sub, .. } = claims;
        Self { username, tokens, device_key, clock_drift_seconds, expires_at, is_revocable, sub }
    }

    /// Returns what to do with the tokens at the local time `now`, if they must stay valid for at least
    /// `margin`.
    ///
    /// Tokens that do not say when they expire count as expired. A session without a refresh token is used
    /// until its tokens really expire.
    #[must_use]
    pub fn plan(&self, now: Timestamp, margin: Duration) -> Plan {
        if self.is_valid_for(now, margin) {
            Plan::Use
        } else if self.tokens.refresh_token.is_some() {
            Plan::Refresh
        } else if self.is_valid_for(now, Duration::ZERO) {
            Plan::Use
        } else {
            Plan::SignIn
        }
    }

    fn is_valid_for(&self, now: Timestamp, margin: Duration) -> bool {
        // Web storage may contain an ID token without an access token.
        if self.tokens.access_token.is_empty() {
            return false;
        }
        let drift_millis = self.clock_drift_seconds.saturating_mul(1000);
        let service_millis = i128::from(now.as_unix_millis()) - i128::from(drift_millis);
        let margin_millis = i128::try_from(margin.as_millis()).unwrap_or(i128::MAX / 2);
        self.expires_at.is_some_and(|expiry| service_millis + margin_millis < i128::from(expiry.as_unix_millis()))
    }

    /// Returns the canonical user name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns the user's `sub`, which never changes, or `None` if neither the access token nor the ID token
    /// can be decoded.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.sub.as_deref()
    }

    /// Returns all tokens.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Returns the access token. The text is empty if the session was imported from a storage without an
    /// access token: refresh such a session first.
    #[must_use]
    pub fn access_token(&self) -> &AccessToken {
        &self.tokens.access_token
    }

    /// Returns the ID token, if the sign-in returned one.
    #[must_use]
    pub fn id_token(&self) -> Option<&IdToken> {
        self.tokens.id_token.as_ref()
    }

    /// Returns the refresh token, if the sign-in returned one.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.tokens.refresh_token.as_ref()
    }

    /// Returns the key of the remembered device that the tokens were issued to. A refresh must name that
    /// device.
    #[must_use]
    pub fn device_key(&self) -> Option<&str> {
        self.device_key.as_deref()
    }

    /// Sets the key of the remembered device that the tokens were issued to.
    #[must_use]
    pub fn with_device_key(mut self, device_key: impl Into<String>) -> Self {
        self.device_key = Some(device_key.into());
        self
    }

    /// Returns the number of seconds by which the local clock was ahead of the service's clock when the
    /// tokens arrived.
    #[must_use]
    pub fn clock_drift_seconds(&self) -> i64 {
        self.clock_drift_seconds
    }

    /// Returns the time at which the first of the tokens expires, by the service's clock, or `None` if no
    /// token says when it expires.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Returns whether the service can revoke the tokens: there is a refresh token, and the access token has
    /// the claim `origin_jti`.
    #[must_use]
    pub fn is_revocable(&self) -> bool {
        self.is_revocable && self.tokens.refresh_token.is_some()
    }

    /// Returns the next session, with the tokens of a refresh. The session keeps its refresh token and its
    /// device key if the refresh returned no new ones.
    pub(crate) fn renewed(&self, mut tokens: Tokens, now: Timestamp, date: Option<Timestamp>) -> Self {
        if tokens.refresh_token.is_none() {
            tokens.refresh_token.clone_from(&self.tokens.refresh_token);
        }
        let mut session = Self::new(self.username.to_string(), tokens, now, date);
        if session.device_key.is_none() {
            session.device_key.clone_from(&self.device_key);
        }
        session
    }
}

/// The claims that a session reads from its tokens.
struct Claims {
    /// The canonical user name, which is never empty.
    username: Option<String>,
    device_key: Option<String>,
    expires_at: Option<Timestamp>,
    /// The time of issue, in seconds since the Unix epoch.
    issued_at: Option<u64>,
    is_revocable: bool,
    sub: Option<String>,
}

impl Claims {
    fn from_tokens(tokens: &Tokens) -> Self {
        let access = tokens.access_token.unverified_claims().unwrap_or_default();
        let id = tokens.id_token.as_ref().and_then(IdToken::unverified_claims).unwrap_or_default();
        Self {
            username: access.username.or(id.username).filter(|name| !name.is_empty()),
            device_key: access.device_key,
            expires_at: access.exp.into_iter().chain(id.exp).min().map(Timestamp::from_unix_seconds),
            issued_at: access.iat.into_iter().chain(id.iat).min(),
            // Only the service knows whether it can revoke a refresh token that came without an access token.
            is_revocable: tokens.access_token.is_empty() || access.origin_jti.is_some_and(|id| !id.is_empty()),
            sub: access.sub.or(id.sub),
        }
    }

    /// Returns the number of seconds by which the local clock is ahead of the service's clock. The service's
    /// time is the `Date` header, or else the time at which the tokens were issued.
    fn clock_drift_seconds(&self, now: Timestamp, date: Option<Timestamp>) -> i64 {
        let service = date.map(Timestamp::as_unix_seconds).or(self.issued_at);
        service.map_or(0, |service| now.as_unix_seconds().cast_signed().saturating_sub(service.cast_signed()))
    }
}

impl AsRef<AccessToken> for Session {
    fn as_ref(&self) -> &AccessToken {
        self.access_token()
    }
}

impl AsRef<Self> for AccessToken {
    fn as_ref(&self) -> &Self {
        self
    }
}
