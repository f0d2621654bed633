//! The session of a signed-in user: tokens, refresh, sign-out and storage.

mod change_devices;
mod claims;
pub(crate) mod completion;
mod keeper;
mod lifetime;
mod origin;
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

use crate::configuration::AppClient;
use crate::error::Error;
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::timestamp::Timestamp;

pub use change_devices::ChangeDevices;
pub use claims::{AccessTokenClaims, IdTokenClaims};
use lifetime::{Lifetime, TokenTimes};

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
/// A session is a plain value: it sends no requests, and does not refresh its tokens. [`plan`](Self::plan)
/// says whether the tokens are valid, and a [`Refresh`] creates a new session with new tokens. A serialized
/// session contains the tokens in plain text.
///
/// To send a request for the signed-in user, create a call that uses the session's access token:
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
    /// The URL of the endpoint at which the user signed in.
    endpoint: Option<String>,
    /// The time at which the tokens arrived, by the service's clock, or `None` if the lifetime of the tokens
    /// does not depend on this time.
    arrived_at: Option<Timestamp>,
    /// The lifetime of the tokens, which the session decodes only once.
    lifetime: Lifetime,
    is_revocable: bool,
    sub: Option<String>,
}

/// The next action for a session: use the tokens, refresh the tokens, or sign in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: tokens are valid, can be refreshed, or neither")]
pub enum Plan {
    /// The tokens are valid and can be used.
    Use,
    /// The tokens have expired or expire soon, and the session has a refresh token.
    Refresh,
    /// The tokens have expired, and there is no refresh token: the user must sign in again.
    SignIn,
}

impl Session {
    /// Creates a session from tokens that arrived at the local time `now`. `date` is the time in the `Date`
    /// header of the response that contained the tokens, if the response had this header.
    #[must_use]
    pub fn new(username: impl Into<String>, tokens: Tokens, now: Timestamp, date: Option<Timestamp>) -> Self {
        let claims = Claims::from_tokens(&tokens);
        Self::arrived(username.into(), tokens, claims, now, date)
    }

    /// Creates a session from tokens that arrived earlier. `clock_drift_seconds` is the number of seconds by
    /// which the local clock was ahead of the service's clock when the tokens arrived.
    #[must_use]
    pub fn with_clock_drift(username: impl Into<String>, tokens: Tokens, clock_drift_seconds: i64) -> Self {
        let claims = Claims::from_tokens(&tokens);
        Self::assemble(username.into(), tokens, claims, clock_drift_seconds, None)
    }

    /// Creates a session like [`new`](Self::new), but takes the user name from the tokens. If the tokens
    /// contain no user name, the session gets `fallback_username`.
    ///
    /// Fails if the tokens are for a user pool other than the app client's user pool.
    pub(crate) fn for_claimed_user(
        app_client: &AppClient,
        fallback_username: String,
        tokens: Tokens,
        now: Timestamp,
        date: Option<Timestamp>,
    ) -> Result<Self, Error> {
        let mut claims = Claims::from_tokens(&tokens);
        origin::require_user_pool(app_client, &claims)?;
        let username = claims.username.take().unwrap_or(fallback_username);
        Ok(Self::arrived(username, tokens, claims, now, date))
    }

    fn arrived(username: String, tokens: Tokens, claims: Claims, now: Timestamp, date: Option<Timestamp>) -> Self {
        let service_time = claims.times.service_time(now, date);
        let seconds = |time: Timestamp| i64::try_from(time.as_unix_seconds()).unwrap_or(i64::MAX);
        let clock_drift_seconds = seconds(now).saturating_sub(seconds(service_time));
        let arrived_at = Some(service_time).filter(|_| claims.times.needs_arrival());
        Self::assemble(username, tokens, claims, clock_drift_seconds, arrived_at)
    }

    fn assemble(
        username: String,
        tokens: Tokens,
        claims: Claims,
        clock_drift_seconds: i64,
        arrived_at: Option<Timestamp>,
    ) -> Self {
        let Claims { device_key, times, is_revocable, sub, .. } = claims;
        let lifetime = times.lifetime(arrived_at);
        Self {
            username,
            tokens,
            device_key,
            clock_drift_seconds,
            endpoint: None,
            arrived_at,
            lifetime,
            is_revocable,
            sub,
        }
    }

    /// Returns the next action for this session at the local time `now`. `margin` is the minimum time for
    /// which the tokens must stay valid.
    ///
    /// Tokens without an expiry are treated as expired. If the session has no refresh token, the method
    /// ignores the margin and returns [`Plan::Use`] until the tokens expire.
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
        !self.tokens.access_token.is_empty() && self.lifetime.contains(now, self.clock_drift_seconds, margin)
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

    /// Returns all tokens of the session.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Returns the access token. The token is an empty text if the session was imported from a storage
    /// without an access token: refresh such a session first.
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

    /// Returns the key of the remembered device that the tokens were issued to. A refresh must send this
    /// device key.
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

    /// Returns the expiry of the access token or of the ID token, whichever is earlier, by the service's
    /// clock. Returns `None` if neither expiry is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.lifetime.expires_at
    }

    /// Returns the expiry of the access token or of the ID token, whichever is earlier, by the local clock.
    /// Returns `None` if neither expiry is known.
    #[must_use]
    pub fn expires_at_local(&self) -> Option<Timestamp> {
        let drift_millis = self.clock_drift_seconds.saturating_mul(1000);
        let local = |time: Timestamp| time.as_unix_millis().saturating_add_signed(drift_millis);
        self.expires_at().map(|time| Timestamp::from_unix_millis(local(time)))
    }

    /// Returns whether the service can revoke the tokens. The revocation requires a refresh token, and the
    /// claim `origin_jti` in the access token.
    #[must_use]
    pub fn is_revocable(&self) -> bool {
        self.is_revocable && self.tokens.refresh_token.is_some()
    }

    /// Returns a new session with the tokens that a refresh returned. If the refresh returned no refresh
    /// token, the new session keeps the old refresh token. If the new access token contains no device key,
    /// the new session keeps the old device key.
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
    times: TokenTimes,
    is_revocable: bool,
    sub: Option<String>,
    /// The claim `iss` of the access token and of the ID token.
    issuers: [Option<String>; 2],
}

impl Claims {
    fn from_tokens(tokens: &Tokens) -> Self {
        let access = tokens.access_token.unverified_claims().unwrap_or_default();
        let id = tokens.id_token.as_ref().and_then(IdToken::unverified_claims).unwrap_or_default();
        Self {
            username: access.username.or(id.username).filter(|name| !name.is_empty()),
            device_key: access.device_key,
            times: TokenTimes::new(tokens, [access.iat, access.exp], [id.iat, id.exp]),
            // Without an access token, only the service knows whether the refresh token can be revoked.
            is_revocable: tokens.access_token.is_empty() || access.origin_jti.is_some_and(|id| !id.is_empty()),
            sub: access.sub.or(id.sub),
            issuers: [access.iss, id.iss],
        }
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
