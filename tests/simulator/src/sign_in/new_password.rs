//! NEW_PASSWORD_REQUIRED: a user replaces a temporary password, and sets required attributes that are absent.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::session::{Answer, Kind, send_challenge, unknown_session};
use super::{Progress, later};
use crate::attribute::{Update, Writer, accept_pairs};
use crate::client::Client;
use crate::failure::Failure;
use crate::pool::Pool;
use crate::profile;
use crate::simulator::Simulator;
use crate::user::{User, UserStatus};

/// The prefix of attribute names in the challenge and in its answer.
const PREFIX: &str = "userAttributes.";

/// Rejects an expired temporary password.
pub(super) fn check_age(pool: &Pool, user: &User, now: Timestamp) -> Result<(), Failure> {
    let days = pool.config.password_policy.temporary_password_validity_days;
    if now < later(user.password_set, days.saturating_mul(86_400)) {
        return Ok(());
    }
    Err(Failure::not_authorized("Temporary password has expired and must be reset by an administrator."))
}

pub(super) fn ask(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
) -> Result<Value, Failure> {
    let pool = simulator.pools.get(&client.pool_id)?;
    let user = pool.user(&progress.username).ok_or_else(Failure::incorrect)?;
    let required: Vec<_> = missing(pool, user).map(|name| format!("{PREFIX}{name}")).collect();
    let parameters = json!({
        "USER_ID_FOR_SRP": user.username,
        "requiredAttributes": json!(required).to_string(),
        "userAttributes": json!(user.attributes).to_string(),
    });
    send_challenge(simulator, now, client, progress, Kind::NewPassword, parameters)
}

/// Returns the names of the required attributes that the user does not have.
fn missing<'pool>(pool: &'pool Pool, user: &'pool User) -> impl Iterator<Item = &'pool String> {
    pool.config.required_attributes.iter().filter(|name| !user.attributes.contains_key(*name))
}

/// Sets the new password that an answer contains.
///
/// An invalid answer changes nothing, and the client can answer again.
pub(super) fn answer(simulator: &mut Simulator, answer: Answer<'_>) -> Result<Value, Failure> {
    let password = answer.responses.required("NEW_PASSWORD")?;
    let Simulator { pools, random, messages, .. } = simulator;
    let pool = pools.get_mut(&answer.client.pool_id)?;
    pool.config.password_policy.check(password)?;
    let username = answer.progress.username.clone();
    let user = pool.user(&username).ok_or_else(Failure::incorrect)?;
    // Another sign-in may have set a permanent password in the meantime. A sign-in with the temporary
    // password must not replace the permanent password.
    if user.status != UserStatus::ForceChangePassword {
        return Err(unknown_session());
    }
    let set = accept(pool, user, answer.responses.prefixed(PREFIX))?;
    if !set.is_empty() {
        let update = Update { set, removed: Vec::new() };
        profile::update(pool, &username, update, answer.now, random, messages)?;
    }
    let group = pool.group().to_owned();
    let user = pool.user_mut(&username).ok_or_else(Failure::incorrect)?;
    user.set_password(&group, password, random, answer.now);
    user.status = UserStatus::Confirmed;
    answer.accept(simulator)
}

fn accept(pool: &Pool, user: &User, given: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Failure> {
    let given = accept_pairs(given, &pool.config, Writer::Client)?;
    if let Some(name) = given.keys().find(|name| user.attributes.contains_key(*name)) {
        return Err(Failure::not_authorized(format!("Cannot modify an already provided {name}")));
    }
    let lacks = |name: &&String| given.get(*name).is_none_or(String::is_empty);
    if let Some(name) = missing(pool, user).find(lacks) {
        return Err(Failure::invalid_parameter(format!("Invalid attributes given, {name} is missing")));
    }
    Ok(given)
}
