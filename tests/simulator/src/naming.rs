//! The choice of a canonical name for a new user.

use alloc::collections::BTreeMap;

use crate::attribute::{is_email, is_phone_number};
use crate::failure::Failure;
use crate::pool::Pool;
use crate::random::Random;

/// The canonical user name and the `sub` of a new user.
pub(crate) struct NewName {
    pub(crate) username: String,
    pub(crate) sub: String,
}

/// Chooses the canonical name of a new user.
///
/// In a pool with `UsernameAttributes`, the typed name becomes an attribute, and the canonical name is the
/// `sub`. `taken` is the error text for a name that already exists.
pub(crate) fn name_user(
    pool: &Pool,
    typed: &str,
    attributes: &mut BTreeMap<String, String>,
    taken: &'static str,
    random: &mut Random,
) -> Result<NewName, Failure> {
    let sub = random.uuid();
    if pool.config.username_attributes.is_empty() {
        check_plain_name(pool, typed)?;
        // The name must not be the alias of another user. A preferred user name can look like any name.
        if pool.find(typed).is_some() {
            return Err(Failure::new("UsernameExistsException", taken));
        }
        return Ok(NewName { username: typed.to_owned(), sub });
    }
    attributes.insert(attribute_of(pool, typed)?.to_owned(), typed.to_owned());
    for attribute in &pool.config.username_attributes {
        if attributes.get(attribute).is_some_and(|value| pool.find(value).is_some()) {
            let text = format!("An account with the given {attribute} already exists.");
            return Err(Failure::new("UsernameExistsException", text));
        }
    }
    Ok(NewName { username: sub.clone(), sub })
}

/// Rejects a user name that looks like an alias, since it could be the alias of another user.
fn check_plain_name(pool: &Pool, typed: &str) -> Result<(), Failure> {
    let alias = |name: &str| pool.config.alias_attributes.iter().any(|alias| alias == name);
    let invalid = |what: &str, alias: &str| {
        Failure::invalid_parameter(format!(
            "Username cannot be of {what} format, since user pool is configured for {alias} alias."
        ))
    };
    if alias("email") && is_email(typed) {
        return Err(invalid("email", "email"));
    }
    if alias("phone_number") && is_phone_number(typed) {
        return Err(invalid("phone number", "phone number"));
    }
    Ok(())
}

fn attribute_of(pool: &Pool, typed: &str) -> Result<&'static str, Failure> {
    let allows = |name: &str| pool.config.username_attributes.iter().any(|attribute| attribute == name);
    match (allows("email"), allows("phone_number")) {
        (true, _) if is_email(typed) => Ok("email"),
        (_, true) if is_phone_number(typed) => Ok("phone_number"),
        (true, true) => Err(Failure::invalid_parameter("Username should be either an email or a phone number.")),
        (_, true) => Err(Failure::invalid_parameter("Username should be a phone number.")),
        _ => Err(Failure::invalid_parameter("Username should be an email.")),
    }
}
