//! The keys under which everything is stored, defined in one place so that no two keys collide.

use alloc::format;
use alloc::string::String;

use crate::configuration::{AppClient, IdentityPool};
use crate::encoding::percent;
use crate::storage::Record;

/// Returns the key under which a user's session is stored. The key contains the user pool, the app client and
/// the user name, so that no two sessions have the same key. The key contains only letters, digits, `-`, `_`,
/// `+`, `%` and `/`.
#[must_use]
pub fn session_key(app_client: &AppClient, username: &str) -> String {
    format!("{}/{}/{}", app_client.user_pool_id(), app_client.client_id(), percent::encode(username, percent::FORM))
}

/// Returns the key under which the name of the user who signed in last is stored. The name is only a hint,
/// which the program can use at its next start.
#[must_use]
pub fn last_user_key(app_client: &AppClient) -> String {
    format!("{}/{}", app_client.user_pool_id(), app_client.client_id())
}

/// Returns the name of the user who signed in last, from the record under [`last_user_key`], or `None` if the
/// record is invalid.
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

/// Returns the key under which the devices of an app client are stored. The devices' key never equals a
/// session key.
#[must_use]
pub fn devices_key(app_client: &AppClient) -> String {
    format!("{}//devices", last_user_key(app_client))
}

/// Returns the key under which the identity id of a user or of the guest is stored. The key contains only
/// letters, digits, `-`, `_`, `%` and `/`, and never equals the key of a session or of devices.
///
/// The key contains the endpoint of the identity pool, unless that is one of AWS's own endpoints: another
/// endpoint neither gets nor replaces the identity id.
#[must_use]
pub fn identity_key(identity_pool: &IdentityPool, user: Option<&str>) -> String {
    let encode = |text: &str| percent::encode(text, percent::FORM);
    let pool = encode(identity_pool.id().as_str());
    let key = user.map_or_else(|| format!("{pool}//guest"), |user| format!("{pool}/{}", encode(user)));
    identity_pool.custom_endpoint().map_or_else(|| key.clone(), |url| format!("{key}//{}", encode(url)))
}
