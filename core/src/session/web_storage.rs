//! Imports and exports sessions and devices in the form in which the npm package amazon-cognito-identity-js
//! stores them in a browser.
//!
//! In the following keys, `P` is `CognitoIdentityServiceProvider.{client id}`. The package stores the name of
//! the last user under `P.LastAuthUser`. The package stores a session under `P.{user}.idToken`,
//! `P.{user}.accessToken`, `P.{user}.refreshToken` and `P.{user}.clockDrift`. The package stores a remembered
//! device under `P.{user}.deviceKey` and `P.{user}.deviceGroupKey`, and the device's password under
//! `P.{user}.randomPasswordKey`.
//!
//! The value `clockDrift` is the number of whole seconds by which the local clock was ahead of the service's
//! clock. Amplify v6 stores a different value as `clockDrift`: the number of milliseconds by which the
//! service's clock was ahead of the local clock. A program cannot distinguish these two kinds of values, so
//! do not import sessions that Amplify v6 has stored. This module neither reads nor changes the user data
//! that the package caches.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Claims, Session};
use crate::configuration::AppClient;
use crate::device::DeviceRecord;
use crate::secret::Parameter;
use crate::session::Tokens;

/// Returns the name of the user who signed in last, from the storage that `get` reads.
#[must_use]
pub fn last_user(app_client: &AppClient, get: impl Fn(&str) -> Option<String>) -> Option<String> {
    get(&format!("{}.LastAuthUser", prefix(app_client))).filter(|name| !name.is_empty())
}

/// Returns a user's session from the storage that `get` reads, or `None` if the storage contains neither an
/// access token nor a refresh token of the user. A clock drift that is not a whole number is read as 0. The
/// session includes the key of the remembered device, because a refresh must send this key.
///
/// `username` is the user name in the keys of the storage. The keys may contain the name that the user typed.
/// This name can differ from the canonical name. If the access token or the ID token can be decoded, the
/// returned session has the canonical name.
#[must_use]
pub fn import(app_client: &AppClient, username: &str, get: impl Fn(&str) -> Option<String>) -> Option<Session> {
    let get = user_entries(app_client, username, get);
    let (access_token, refresh_token) = (get("accessToken"), get("refreshToken"));
    if access_token.is_none() && refresh_token.is_none() {
        return None;
    }
    let mut tokens = Tokens::new(access_token.unwrap_or_default());
    tokens.id_token = get("idToken").map(Into::into);
    tokens.refresh_token = refresh_token.map(Into::into);
    let drift = get("clockDrift").and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(0);
    let mut claims = Claims::from_tokens(&tokens);
    let canonical = claims.username.take().unwrap_or_else(|| username.to_string());
    let session = Session::assemble(canonical, tokens, claims, drift, None);
    Some(match get("deviceKey") {
        Some(device_key) => session.with_device_key(device_key),
        None => session,
    })
}

/// Returns a user's remembered device from the storage that `get` reads, or `None` if a part of the device is
/// absent.
///
/// `username` is the user name in the keys of the storage, as for [`import`]. The returned record has the
/// canonical name, if the access token or the ID token can be decoded. If `username` differs from the
/// canonical name, store `username` as an alias, with
/// [`Devices::insert_alias`](crate::Devices::insert_alias).
#[must_use]
pub fn import_device(
    app_client: &AppClient,
    username: &str,
    get: impl Fn(&str) -> Option<String>,
) -> Option<DeviceRecord> {
    let get = user_entries(app_client, username, get);
    let mut tokens = Tokens::new(get("accessToken").unwrap_or_default());
    tokens.id_token = get("idToken").map(Into::into);
    let canonical = Claims::from_tokens(&tokens).username.unwrap_or_else(|| username.to_string());
    DeviceRecord::new(canonical, get("deviceKey")?, get("deviceGroupKey")?, get("randomPasswordKey")?).ok()
}

/// Returns this session as keys and values, which the caller writes into the storage. The keys contain the
/// canonical user name.
///
/// If the user pool remembers devices, write the result of [`export_device`] as well, because the package
/// cannot refresh the tokens of a remembered device without the device's keys.
#[must_use]
pub fn export(app_client: &AppClient, session: &Session) -> Vec<(String, Parameter)> {
    let prefix = prefix(app_client);
    let key = |name: &str| format!("{prefix}.{}.{name}", session.username());
    let id_token = session.id_token().map_or("", |token| token.expose());
    let refresh_token = session.refresh_token().map_or("", |token| token.expose());
    [
        (key("idToken"), id_token.into()),
        (key("accessToken"), session.access_token().expose().into()),
        (key("refreshToken"), refresh_token.into()),
        (key("clockDrift"), session.clock_drift_seconds().to_string().into()),
        (format!("{prefix}.LastAuthUser"), session.username().into()),
    ]
    .into()
}

/// Returns this device as keys and values, which the caller writes into the storage.
#[must_use]
pub fn export_device(app_client: &AppClient, record: &DeviceRecord) -> Vec<(String, Parameter)> {
    let key = |name: &str| format!("{}.{}.{name}", prefix(app_client), record.username());
    [
        (key("deviceKey"), record.device_key().into()),
        (key("deviceGroupKey"), record.device_group_key().into()),
        (key("randomPasswordKey"), record.password().expose().into()),
    ]
    .into()
}

/// Returns a function that reads this user's entries from the storage. The argument of the function is the
/// last part of the entry's key, such as `idToken`. The function returns `None` for an empty value.
fn user_entries(
    app_client: &AppClient,
    username: &str,
    get: impl Fn(&str) -> Option<String>,
) -> impl Fn(&str) -> Option<String> {
    let prefix = format!("{}.{username}", prefix(app_client));
    move |name| get(&format!("{prefix}.{name}")).filter(|text| !text.is_empty())
}

fn prefix(app_client: &AppClient) -> String {
    format!("CognitoIdentityServiceProvider.{}", app_client.client_id())
}
