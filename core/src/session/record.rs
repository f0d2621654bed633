//! A session as it is stored. A store moves bytes under a key and knows nothing of either.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Session;
use crate::app_client::AppClient;
use crate::error::Error;
use crate::json;
use crate::percent;
use crate::secret::{AccessToken, IdToken, RefreshToken};
use crate::tokens::Tokens;

/// A stored session, or another thing that a store keeps: bytes that may be secret. `Debug` shows their number only.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(Zeroizing<Vec<u8>>);

impl Record {
    /// Takes bytes over, as they were stored.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be stored where nobody else can read them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What the record holds, in the words for it.
    pub(crate) fn read<T: DeserializeOwned>(&self, what: &str) -> Result<T, Error> {
        serde_json::from_slice(self.as_bytes()).map_err(|error| {
            // The parser's own message may quote a secret.
            let problem = if error.is_data() { "not of this version" } else { "not JSON" };
            Error::store(format!("{what}: {problem} (line {}, column {})", error.line(), error.column()))
        })
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Record({} bytes)", self.0.len())
    }
}

impl Session {
    /// The session as a record.
    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new(json::to_vec(self).expect("a session is of texts and numbers"))
    }

    /// The session in a record of this or an earlier version. Members that this version does not know are ignored.
    ///
    /// # Errors
    /// [`Error::Store`] when the record is none of a session, or one of a later version.
    pub fn from_record(record: &Record) -> Result<Self, Error> {
        record.read("stored session")
    }
}

/// The stored form. The version goes up when an older reader would go wrong.
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
}

const VERSION: u32 = 1;

impl From<Session> for Stored {
    fn from(session: Session) -> Self {
        let Session { username, tokens, device_key, clock_drift_seconds, .. } = session;
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
        let session = Self::with_clock_drift(stored.username, tokens, stored.clock_drift_seconds);
        Ok(match stored.device_key {
            Some(device_key) => session.with_device_key(device_key),
            None => session,
        })
    }
}

/// The key under which a user's session is stored: pool, app client and user, so that none can take another's place.
/// It is of letters, digits, `-`, `_`, `+`, `%` and `/` only.
#[must_use]
pub fn session_key(app_client: &AppClient, username: &str) -> String {
    format!("{}/{}/{}", app_client.user_pool_id(), app_client.client_id(), percent::encode(username))
}

/// The key under which the name of the user who signed in last is stored. It is a hint for the next start, no more.
#[must_use]
pub fn last_user_key(app_client: &AppClient) -> String {
    format!("{}/{}", app_client.user_pool_id(), app_client.client_id())
}

/// The user whose session is under this key; none if the key is another's.
#[must_use]
pub fn username_of_key(app_client: &AppClient, key: &str) -> Option<String> {
    let username = percent::decode(key.strip_prefix(&last_user_key(app_client))?.strip_prefix('/')?)?;
    (session_key(app_client, &username) == key).then_some(username)
}
