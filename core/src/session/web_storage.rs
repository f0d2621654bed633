//! The key layout of amazon-cognito-identity-js, in which browsers keep sessions in their local storage.
//!
//! With `P = CognitoIdentityServiceProvider.{client id}`: `P.LastAuthUser`, and `P.{user}.` followed by `idToken`,
//! `accessToken`, `refreshToken` and `clockDrift`; of a remembered device by `deviceKey`, `deviceGroupKey` and
//! `randomPasswordKey`, which is its password. The drift is the package's: whole seconds by which the local clock was
//! ahead. (Amplify v6 writes something else under the same key, the milliseconds by which the service was ahead. The two
//! cannot be told apart: do not import what Amplify has written.) The package's cached user data are not touched.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Claims, Session};
use crate::configuration::AppClient;
use crate::device::DeviceRecord;
use crate::secret::{AccessToken, Parameter};
use crate::session::Tokens;

/// The name of the user who signed in last, by the storage that `get` reads.
#[must_use]
pub fn last_user(app_client: &AppClient, get: impl Fn(&str) -> Option<String>) -> Option<String> {
    get(&format!("{}.LastAuthUser", prefix(app_client))).filter(|name| !name.is_empty())
}

/// The session of a user in the storage that `get` reads; none if it has no access token. A drift that is no whole number
/// is taken to be 0. The key of a remembered device comes along, since a refresh must name it.
///
/// `username` is the name in the storage, which is what was typed after some sign-ins of the package's. The session goes by
/// the canonical name, if the access token can be read.
#[must_use]
pub fn import(app_client: &AppClient, username: &str, get: impl Fn(&str) -> Option<String>) -> Option<Session> {
    let get = entries_of(app_client, username, get);
    let mut tokens = Tokens::new(get("accessToken")?);
    tokens.id_token = get("idToken").map(Into::into);
    tokens.refresh_token = get("refreshToken").map(Into::into);
    let drift = get("clockDrift").and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(0);
    let mut claims = Claims::from_tokens(&tokens);
    let canonical = claims.username.take().unwrap_or_else(|| username.to_string());
    let session = Session::assemble(canonical, tokens, claims, drift);
    Some(match get("deviceKey") {
        Some(device_key) => session.with_device_key(device_key),
        None => session,
    })
}

/// The remembered device of a user in the storage that `get` reads; none if it is not whole.
///
/// `username` is the name in the storage, as for [`import`]. The record goes by the canonical name, if the access token can
/// be read; the other is an alias to keep with it.
#[must_use]
pub fn import_device(
    app_client: &AppClient,
    username: &str,
    get: impl Fn(&str) -> Option<String>,
) -> Option<DeviceRecord> {
    let get = entries_of(app_client, username, get);
    let claims = get("accessToken").and_then(|token| AccessToken::from(token).unverified_claims());
    let canonical = claims.and_then(|claims| claims.username).filter(|name| !name.is_empty());
    let canonical = canonical.unwrap_or_else(|| username.to_string());
    DeviceRecord::new(canonical, get("deviceKey")?, get("deviceGroupKey")?, get("randomPasswordKey")?).ok()
}

/// What to write into the storage for this session, under its canonical user name: keys with their values.
///
/// Where the pool remembers devices [`export_device`] goes with it: the package cannot refresh the tokens of a remembered
/// device without.
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

/// What to write into the storage for this device: keys with their values.
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

/// What the storage has for a user, by the last part of the key.
fn entries_of(
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
