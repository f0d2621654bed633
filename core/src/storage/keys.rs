//! The keys of all records that this crate stores. One module defines all keys, so that no two records have
//! the same key.

use alloc::format;
use alloc::string::String;

use crate::configuration::{AppClient, IdentityPool};
use crate::encoding::percent;
use crate::storage::Record;

/// Returns the key under which a user's session is stored. The key contains the user pool id, the client id
/// and the user name, so that no two sessions have the same key. The key contains only letters, digits, `-`,
/// `_`, `+`, `%` and `/`.
#[must_use]
pub fn session_key(app_client: &AppClient, username: &str) -> String {
    format!("{}/{}/{}", app_client.user_pool_id(), app_client.client_id(), percent::encode(username, percent::FORM))
}

/// Returns the key under which the name of the last user is stored. The last user is the user who signed in
/// most recently. At its next start, the program can look for the session of this user.
#[must_use]
pub fn last_user_key(app_client: &AppClient) -> String {
    format!("{}/{}", app_client.user_pool_id(), app_client.client_id())
}

/// Reads the name of the last user from the record under [`last_user_key`]. Returns `None` if the record is
/// invalid.
#[must_use]
pub fn last_username(record: &Record) -> Option<String> {
    String::from_utf8(record.as_bytes().to_vec()).ok()
}

/// Returns the name of the user whose session is stored under this key, or `None` if the key is not a session
/// key of this app client.
#[must_use]
pub fn username_of_key(app_client: &AppClient, key: &str) -> Option<String> {
    let username = percent::decode(key.strip_prefix(&last_user_key(app_client))?.strip_prefix('/')?)?;
    (session_key(app_client, &username) == key).then_some(username)
}

/// Returns the key under which the devices of an app client are stored. This key never equals the key of a
/// session.
#[must_use]
pub fn devices_key(app_client: &AppClient) -> String {
    format!("{}//devices", last_user_key(app_client))
}

/// Returns the key under which the identity id of this user is stored. If `user` is `None`, returns the key
/// under which the guest's identity id is stored. The key contains only letters, digits, `-`, `_`, `%` and
/// `/`, and never equals the key of a session or of devices.
#[must_use]
pub fn identity_key(identity_pool: &IdentityPool, user: Option<&str>) -> String {
    let encode = |text: &str| percent::encode(text, percent::FORM);
    let pool = encode(identity_pool.id().as_str());
    let key = user.map_or_else(|| format!("{pool}//guest"), |user| format!("{pool}/{}", encode(user)));
    identity_pool.custom_endpoint().map_or_else(|| key.clone(), |url| format!("{key}//{}", encode(url)))
}
