//! The stored form of a session.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Claims, Session, Tokens};
use crate::encoding::json;
use crate::error::Error;
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::storage::Record;
use crate::timestamp::Timestamp;

impl Session {
    /// Encodes the session as a record for the store.
    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new(json::to_vec(self).expect("a session consists of strings and numbers"))
    }

    /// Reads a session from a record that this version or an earlier version of this crate stored. Unknown
    /// members of the record are ignored.
    ///
    /// # Errors
    /// [`Error::Store`] if the record does not hold a session, or if a later version of this crate stored the
    /// record.
    pub fn from_record(record: &Record) -> Result<Self, Error> {
        record.read("stored session")
    }
}

/// The stored form of a session. Increase the version number with each change that an older version of this
/// crate would misread.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    version: u32,
    username: String,
    access_token: AccessToken,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<IdToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<RefreshToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_in: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device_key: Option<String>,
    #[serde(default)]
    clock_drift_seconds: i64,
    /// The URL of the endpoint at which the user signed in, or `None` if the endpoint is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// The time at which the tokens arrived, in seconds since the Unix epoch, by the service's clock, or
    /// `None` if the lifetime of the tokens does not depend on this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arrived_at: Option<u64>,
}

const VERSION: u32 = 1;

impl From<Session> for Stored {
    fn from(session: Session) -> Self {
        let Session { username, tokens, device_key, clock_drift_seconds, endpoint, arrived_at, .. } = session;
        let Tokens { access_token, id_token, refresh_token, expires_in } = tokens;
        Self {
            version: VERSION,
            username,
            access_token,
            id_token,
            refresh_token,
            expires_in,
            device_key,
            clock_drift_seconds,
            endpoint,
            arrived_at: arrived_at.map(Timestamp::as_unix_seconds),
        }
    }
}

impl TryFrom<Stored> for Session {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        if stored.version != VERSION {
            return Err("the session was stored by another version");
        }
        let Stored { access_token, id_token, refresh_token, expires_in, .. } = stored;
        let tokens = Tokens { access_token, id_token, refresh_token, expires_in };
        let (claims, drift) = (Claims::from_tokens(&tokens), stored.clock_drift_seconds);
        let arrived_at = stored.arrived_at.map(Timestamp::from_unix_seconds);
        let mut session = Self::assemble(stored.username, tokens, claims, drift, arrived_at);
        session.endpoint = stored.endpoint;
        Ok(match stored.device_key {
            Some(device_key) => session.with_device_key(device_key),
            None => session,
        })
    }
}
