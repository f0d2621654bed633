//! The keys of everything that is stored, side by side, so that none can take another's place.

use alloc::format;
use alloc::string::String;

use crate::configuration::{AppClient, IdentityPool};
use crate::encoding::percent;
use crate::storage::Record;

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

/// The user who signed in last, by the record under [`last_user_key`]; `None` if the record is invalid.
#[must_use]
pub fn last_username(record: &Record) -> Option<String> {
    String::from_utf8(record.as_bytes().to_vec()).ok()
}

/// The user whose session is under this key; none if the key is another's.
#[must_use]
pub fn username_of_key(app_client: &AppClient, key: &str) -> Option<String> {
    let username = percent::decode(key.strip_prefix(&last_user_key(app_client))?.strip_prefix('/')?)?;
    (session_key(app_client, &username) == key).then_some(username)
}

/// The key under which an app client's devices are stored. No user's session has it.
#[must_use]
pub fn devices_key(app_client: &AppClient) -> String {
    format!("{}//devices", last_user_key(app_client))
}

/// The key under which the identity id of a user is stored, or that of a guest: of letters, digits, `-`, `_`, `%` and `/`
/// only. No session and no device has it.
#[must_use]
pub fn identity_key(identity_pool: &IdentityPool, user: Option<&str>) -> String {
    let pool = percent::encode(identity_pool.id().as_str());
    user.map_or_else(|| format!("{pool}//guest"), |user| format!("{pool}/{}", percent::encode(user)))
}
