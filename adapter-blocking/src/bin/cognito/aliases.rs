//! The aliases with which users have signed in on this machine.
//!
//! An alias is, for instance, an e-mail address. The store maps each alias to the user name that the service
//! uses.

use std::sync::Arc;

use cognito_blocking::storage::{Record, last_user_key};
use cognito_blocking::{Error, Store};

use crate::output::Failure;
use crate::program::Program;

/// Stores an alias: maps the name that the user typed to the user name that the service uses.
pub(crate) fn remember(program: &Program, typed: &str, canonical: &str) -> Result<(), Failure> {
    if typed == canonical {
        return Ok(());
    }
    let record = Record::new(canonical.as_bytes().to_vec());
    Ok(program.store()?.save(&key(program, typed)?, &record).map_err(|error| Error::Store(Arc::new(error)))?)
}

/// Returns the user name that the service uses for `name`, which may be an alias. If the store has no such
/// alias, returns `name` unchanged.
pub(crate) fn canonical(program: &Program, name: &str) -> Result<String, Failure> {
    if program.sessions()?.usernames()?.iter().any(|username| username == name) {
        return Ok(name.to_owned());
    }
    let record = program.store()?.load(&key(program, name)?).map_err(|error| Error::Store(Arc::new(error)))?;
    let canonical = record.and_then(|record| String::from_utf8(record.as_bytes().to_vec()).ok());
    Ok(canonical.unwrap_or_else(|| name.to_owned()))
}

/// Returns the storage key for an alias. The key differs from the keys of all sessions and devices.
fn key(program: &Program, name: &str) -> Result<String, Failure> {
    Ok(format!("{}//alias/{name}", last_user_key(program.client()?.app_client())))
}
