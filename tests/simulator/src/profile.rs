//! Changes to a user's attributes, by the user or by an administrator.

use cognito_core::Timestamp;
use serde_json::Value;

use crate::attribute::Update;
use crate::delivery::{self, Address, EMAIL, PHONE};
use crate::failure::Failure;
use crate::message::{Message, Purpose};
use crate::pool::Pool;
use crate::random::Random;

/// Changes a user's attributes, and returns the API's `CodeDeliveryDetailsList`.
///
/// If the pool verifies addresses automatically, a code is sent to each new address.
pub(crate) fn update(
    pool: &mut Pool,
    username: &str,
    update: Update,
    now: Timestamp,
    random: &mut Random,
    messages: &mut Vec<Message>,
) -> Result<Vec<Value>, Failure> {
    let changed = apply(pool, username, update, now)?;
    let verifies = pool.config.auto_verified_attributes.clone();
    let user = pool.user_mut(username).ok_or_else(Failure::user_not_found)?;
    let mut sent = Vec::new();
    for address in changed {
        let needs_code = verifies.iter().any(|name| name == address.attribute) && !user.is_verified(address.attribute);
        if needs_code {
            sent.push(delivery::send_code(user, address, Purpose::VerifyAttribute, now, random, messages));
        }
    }
    Ok(sent)
}

/// Changes a user's attributes, and returns the addresses that are new.
///
/// A new address is not verified, unless the update marks it as verified.
pub(crate) fn apply(pool: &mut Pool, username: &str, update: Update, now: Timestamp) -> Result<Vec<Address>, Failure> {
    check_aliases(pool, username, &update)?;
    let user = pool.user_mut(username).ok_or_else(Failure::user_not_found)?;
    let changes = |name: &str| update.set.get(name).is_some_and(|value| user.attributes.get(name) != Some(value));
    let changed: Vec<_> = [EMAIL, PHONE].into_iter().filter(|address| changes(address.attribute)).collect();
    for address in &changed {
        user.set_verified(address.attribute, false);
    }
    user.attributes.extend(update.set);
    update.removed.iter().for_each(|name| user.remove_attribute(name));
    user.modified = now;
    Ok(changed)
}

/// Rejects an update to a value that is already the user name or an alias of another user.
///
/// An alias is checked only if the update marks the alias as verified, or if the alias needs no verification.
fn check_aliases(pool: &mut Pool, username: &str, update: &Update) -> Result<(), Failure> {
    let says_verified = |name: &str| update.set.get(&format!("{name}_verified")).is_some_and(|value| value == "true");
    for (name, value) in &update.set {
        let is_username = pool.config.username_attributes.contains(name);
        if is_username || name == "preferred_username" || says_verified(name) {
            pool.take_alias(username, name, Some(value), false)?;
        }
    }
    Ok(())
}
