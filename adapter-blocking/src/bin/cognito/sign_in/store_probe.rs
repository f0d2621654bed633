//! Whether the store would take a session.

use std::io;
use std::sync::Arc;

use cognito_blocking::storage::{Record, last_user_key};
use cognito_blocking::{Error, Store};

use crate::output::Failure;
use crate::program::Program;

/// Fails where nothing can be stored, at a time when nothing is lost by that: writes a record, and removes it.
pub(super) fn must_be_writable(program: &Program) -> Result<(), Failure> {
    let store = program.store()?;
    // No session and no device has such a key.
    let key = format!("{}//probe", last_user_key(program.client()?.app_client()));
    let probe = || -> io::Result<()> {
        let _lock = store.lock(&key)?;
        store.save(&key, &Record::new(Vec::new()))?;
        store.remove(&key)
    };
    Ok(probe().map_err(|error| Error::Store(Arc::new(error)))?)
}
