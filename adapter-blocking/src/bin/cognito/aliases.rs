//! The names by which users have signed in here: an e-mail address, say, where the service has another name for the user.

use std::sync::Arc;

use cognito_blocking::storage::{Record, last_user_key};
use cognito_blocking::{Error, Store};

use crate::output::Failure;
use crate::program::Program;

/// Keeps what the service calls the user whom somebody has called so.
pub(crate) fn remember(program: &Program, typed: &str, canonical: &str) -> Result<(), Failure> {
    if typed == canonical {
        return Ok(());
    }
    let record = Record::new(canonical.as_bytes().to_vec());
    Ok(program.store()?.save(&key(program, typed)?, &record).map_err(|error| Error::Store(Arc::new(error)))?)
}

/// What the service calls the user of this name, as far as that is known.
pub(crate) fn canonical(program: &Program, name: &str) -> Result<String, Failure> {
    if program.sessions()?.usernames()?.iter().any(|username| username == name) {
        return Ok(name.to_owned());
    }
    let record = program.store()?.load(&key(program, name)?).map_err(|error| Error::Store(Arc::new(error)))?;
    let canonical = record.and_then(|record| String::from_utf8(record.as_bytes().to_vec()).ok());
    Ok(canonical.unwrap_or_else(|| name.to_owned()))
}

/// No session and no device has such a key.
fn key(program: &Program, name: &str) -> Result<String, Failure> {
    Ok(format!("{}//alias/{name}", last_user_key(program.client()?.app_client())))
}
