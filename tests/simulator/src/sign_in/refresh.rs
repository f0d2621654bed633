//! REFRESH_TOKEN_AUTH, and the creation of access and ID tokens for every sign-in and refresh.

use cognito_core::Timestamp;
use serde_json::{Map, Value, json};

use super::{Parameters, check_status, issue, later};
use crate::client::Client;
use crate::device::no_device;
use crate::failure::Failure;
use crate::jwt;
use crate::pool::Pool;
use crate::secret_hash;
use crate::simulator::Simulator;
use crate::tokens::{Family, Kind};
use crate::user::User;

pub(crate) fn begin(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    parameters: &Parameters,
) -> Result<Value, Failure> {
    let token = parameters.required("REFRESH_TOKEN")?;
    let (id, family) = simulator.tokens.refresh(token, client, now)?;
    let (id, family) = (id.to_owned(), family.clone());
    let pool = simulator.pools.get(&family.pool_id)?;
    let user = pool.user_by_sub(&family.sub).ok_or_else(|| Failure::not_authorized("Invalid Refresh Token."))?;
    // REFRESH_TOKEN_AUTH has no USERNAME. The secret hash is computed over the canonical user name.
    secret_hash::check(client, &user.username, parameters.optional("SECRET_HASH"))?;
    check_status(user)?;
    check_device(pool, user, &family, parameters.device_key())?;
    let result = new_tokens(simulator, now, client, &id, &family)?;
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
}

/// Returns the response of GetTokensFromRefreshToken, with new tokens for a refresh token.
///
/// With rotation, the response also contains a new refresh token. The new refresh token expires when the
/// first refresh token of the sign-in would have expired.
pub(crate) fn renew(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    token: &str,
    device_key: Option<&str>,
) -> Result<Value, Failure> {
    let (id, family) = match simulator.tokens.refresh(token, client, now) {
        Ok((id, family)) => (id.to_owned(), family.clone()),
        Err(failure) => {
            revoke_reused(simulator, client, token, &failure);
            return Err(failure);
        }
    };
    let pool = simulator.pools.get(&family.pool_id)?;
    let user = pool.user_by_sub(&family.sub).ok_or_else(|| Failure::not_authorized("Invalid Refresh Token."))?;
    check_status(user)?;
    check_device(pool, user, &family, device_key)?;
    let mut result = new_tokens(simulator, now, client, &id, &family)?;
    if let Some(rotation) = client.config.refresh_token_rotation {
        let next = issue::refresh_token(simulator);
        simulator.tokens.rotate(token, later(now, rotation.retry_grace_period_seconds));
        simulator.tokens.add(&next, Kind::Refresh, &id, family.ends);
        if let Some(members) = result.as_object_mut() {
            members.insert("RefreshToken".to_owned(), json!(next));
        }
    }
    Ok(json!({ "AuthenticationResult": result }))
}

/// Rejects a refresh that does not contain the device key of its sign-in, or whose device is no longer
/// confirmed.
///
/// A pool that does not track devices ignores the device key.
fn check_device(pool: &Pool, user: &User, family: &Family, given: Option<&str>) -> Result<(), Failure> {
    let Some(key) = family.device_key.as_deref().filter(|_| pool.config.device_configuration.is_some()) else {
        return Ok(());
    };
    if given.is_some_and(|given| user.devices.was_forgotten(given)) {
        return Err(no_device());
    }
    if given != Some(key) || user.devices.find(key).is_err() {
        return Err(Failure::not_authorized("Invalid Refresh Token."));
    }
    Ok(())
}

/// Revokes all tokens of a sign-in if its rotated refresh token is used again and the app client's settings
/// say so.
fn revoke_reused(simulator: &mut Simulator, client: &Client, token: &str, failure: &Failure) {
    let revokes = client.config.refresh_token_rotation.is_some_and(|rotation| rotation.reuse_revokes_family);
    if !revokes || failure.name() != "RefreshTokenReuseException" {
        return;
    }
    if let Some((_, family)) = simulator.tokens.issued_mut(token) {
        family.revoked = true;
    }
}

/// Returns a new access token and ID token, as the API's `AuthenticationResultType` without a refresh token.
pub(super) fn new_tokens(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    family_id: &str,
    family: &Family,
) -> Result<Value, Failure> {
    let event_id = simulator.random.uuid();
    let (access_id, id_id) = (simulator.random.uuid(), simulator.random.uuid());
    let (access_seconds, id_seconds) =
        (client.config.access_token_validity.seconds(), client.config.id_token_validity.seconds());
    let access = claims(simulator, now, family_id, family, [&event_id, &access_id], access_seconds, access_claims)?;
    let id = claims(simulator, now, family_id, family, [&event_id, &id_id], id_seconds, id_claims)?;
    let (access, id) = (jwt::sign(&access)?, jwt::sign(&id)?);
    simulator.tokens.touch(family_id, now);
    simulator.tokens.add(&access, Kind::Access, family_id, later(now, access_seconds));
    simulator.tokens.add(&id, Kind::Id, family_id, later(now, id_seconds));
    Ok(json!({ "AccessToken": access, "ExpiresIn": access_seconds, "IdToken": id, "TokenType": "Bearer" }))
}

type Claims = Map<String, Value>;

/// Returns the claims that access and ID tokens have in common, and the claims that `add_own` adds.
fn claims(
    simulator: &Simulator,
    now: Timestamp,
    family_id: &str,
    family: &Family,
    [event_id, id]: [&str; 2],
    seconds: u64,
    add_own: fn(&mut Claims, &User, &Family),
) -> Result<Value, Failure> {
    let client = simulator.client(&family.client_id)?;
    let pool = simulator.pools.get(&family.pool_id)?;
    let user = pool.user_by_sub(&family.sub).ok_or_else(Failure::user_not_found)?;
    let mut claims = Claims::new();
    add_own(&mut claims, user, family);
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("sub", json!(user.sub));
    set("iss", json!(pool.issuer()));
    set("event_id", json!(event_id));
    set("auth_time", json!(family.auth_time));
    set("iat", json!(now.as_unix_seconds()));
    set("exp", json!(now.as_unix_seconds().saturating_add(seconds)));
    set("jti", json!(id));
    if client.config.enable_token_revocation {
        set("origin_jti", json!(family_id));
    }
    Ok(Value::Object(claims))
}

fn access_claims(claims: &mut Claims, user: &User, family: &Family) {
    let mut set = |name: &str, value: &str| claims.insert(name.to_owned(), json!(value));
    set("token_use", "access");
    set("scope", "aws.cognito.signin.user.admin");
    set("client_id", &family.client_id);
    set("username", &user.username);
    if let Some(key) = &family.device_key {
        set("device_key", key);
    }
}

fn id_claims(claims: &mut Claims, user: &User, family: &Family) {
    for (name, value) in &user.attributes {
        let flag = name.ends_with("_verified");
        claims.insert(name.clone(), if flag { json!(value == "true") } else { json!(value) });
    }
    let mut set = |name: &str, value: &str| claims.insert(name.to_owned(), json!(value));
    set("token_use", "id");
    set("aud", &family.client_id);
    set("cognito:username", &user.username);
}
