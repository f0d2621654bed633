//! Checks of the user attributes that a request sets or removes.

use alloc::collections::BTreeMap;

use serde::Deserialize;

use crate::failure::Failure;
use crate::pool_config::PoolConfig;

/// The API's `AttributeType`: the name and the value of a user attribute.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    name: Option<String>,
    value: Option<String>,
}

pub(crate) const STANDARD: [&str; 21] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "identities",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "updated_at",
    "website",
    "zoneinfo",
];

/// The kind of caller that writes an attribute. A client may not mark an address as verified.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Writer {
    Client,
    Administrator,
}

/// Returns the attributes by name, or an error if the pool's schema rejects one of them.
pub(crate) fn accept(
    attributes: Option<Vec<Attribute>>,
    pool: &PoolConfig,
    writer: Writer,
) -> Result<BTreeMap<String, String>, Failure> {
    let named = |attribute: Attribute| {
        let name = attribute.name.ok_or_else(|| Failure::missing_parameter("Name"))?;
        Ok((name, attribute.value.unwrap_or_default()))
    };
    let pairs = attributes.unwrap_or_default().into_iter().map(named).collect::<Result<_, Failure>>()?;
    accept_pairs(pairs, pool, writer)
}

/// Returns `attributes` unchanged, or an error if the pool's schema rejects one of them.
pub(crate) fn accept_pairs(
    attributes: BTreeMap<String, String>,
    pool: &PoolConfig,
    writer: Writer,
) -> Result<BTreeMap<String, String>, Failure> {
    attributes.iter().try_for_each(|(name, value)| check(name, value, pool, writer))?;
    Ok(attributes)
}

fn check_name(name: &str, pool: &PoolConfig, writer: Writer) -> Result<(), Failure> {
    let custom =
        name.strip_prefix("custom:").is_some_and(|name| pool.custom_attributes.iter().any(|known| known == name));
    if !custom && !STANDARD.contains(&name) {
        return Err(schema(name, "Attribute does not exist in the schema."));
    }
    let guarded = matches!(name, "sub" | "identities") || (name.ends_with("_verified") && writer == Writer::Client);
    if guarded {
        return Err(Failure::not_authorized("A client attempted to write unauthorized attribute"));
    }
    Ok(())
}

fn check(name: &str, value: &str, pool: &PoolConfig, writer: Writer) -> Result<(), Failure> {
    check_name(name, pool, writer)?;
    if value.chars().count() > 2048 {
        return Err(schema(name, "String must be no longer than 2048 characters"));
    }
    match name {
        "email" if !is_email(value) => Err(Failure::invalid_parameter("Invalid email address format.")),
        "phone_number" if !is_phone_number(value) => Err(Failure::invalid_parameter("Invalid phone number format.")),
        _ => Ok(()),
    }
}

/// An update of a user's attributes.
pub(crate) struct Update {
    /// The new values by attribute name.
    pub(crate) set: BTreeMap<String, String>,
    /// The names of the attributes to remove.
    pub(crate) removed: Vec<String>,
}

/// Converts a list of attributes to an update. An attribute with an empty or absent value is removed.
pub(crate) fn accept_update(attributes: Vec<Attribute>, pool: &PoolConfig, writer: Writer) -> Result<Update, Failure> {
    let is_blank = |attribute: &Attribute| attribute.value.as_deref().unwrap_or_default().is_empty();
    let (blank, given): (Vec<_>, Vec<_>) = attributes.into_iter().partition(is_blank);
    let set = accept(Some(given), pool, writer)?;
    set.keys().try_for_each(|name| check_mutable(name, pool))?;
    let missing = || Failure::missing_parameter("Name");
    let names = blank.into_iter().map(|attribute| attribute.name.ok_or_else(missing)).collect::<Result<_, _>>()?;
    Ok(Update { set, removed: accept_removal(names, pool, writer)? })
}

/// Returns `names` unchanged, or an error if one of these attributes cannot be removed.
pub(crate) fn accept_removal(names: Vec<String>, pool: &PoolConfig, writer: Writer) -> Result<Vec<String>, Failure> {
    for name in &names {
        check_name(name, pool, writer)?;
        check_mutable(name, pool)?;
        if pool.required_attributes.contains(name) {
            return Err(schema(name, "The attribute is required"));
        }
    }
    Ok(names)
}

fn check_mutable(name: &str, pool: &PoolConfig) -> Result<(), Failure> {
    if pool.immutable_attributes.iter().any(|immutable| immutable == name) {
        return Err(Failure::invalid_parameter(format!("user.{name}: Attribute cannot be updated.\n")));
    }
    Ok(())
}

/// Rejects a sign-up without an attribute that the pool's schema requires.
pub(crate) fn check_required(attributes: &BTreeMap<String, String>, pool: &PoolConfig) -> Result<(), Failure> {
    match pool.required_attributes.iter().find(|name| !attributes.contains_key(*name)) {
        Some(name) => Err(schema(name, "The attribute is required")),
        None => Ok(()),
    }
}

fn schema(name: &str, complaint: &str) -> Failure {
    Failure::invalid_parameter(format!("Attributes did not conform to the schema: {name}: {complaint}\n"))
}

pub(crate) fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !text.contains(char::is_whitespace)
}

/// Returns whether `text` is a phone number in E.164 format: a plus sign and 1 to 15 digits.
pub(crate) fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| (1..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()))
}
