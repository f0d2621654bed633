//! A check that the store is writable, before a sign-in sends its first request.

use std::io;
use std::sync::Arc;

use cognito_blocking::storage::{Record, last_user_key};
use cognito_blocking::{Error, MAX_LOCK_WAIT, Store};

use crate::output::Failure;
use crate::program::Program;

/// Writes a test record into the store, and removes the record. If the store is not writable, the sign-in
/// fails before the service issues tokens.
pub(super) fn require_writable(program: &Program) -> Result<(), Failure> {
    let store = program.store()?;
    // The key differs from the keys of all sessions and devices.
    let key = format!("{}//probe", last_user_key(program.client()?.app_client()));
    let probe = || -> io::Result<()> {
        let _lock = store.lock(&key, MAX_LOCK_WAIT)?;
        store.save(&key, &Record::new(Vec::new()))?;
        store.remove(&key)
    };
    Ok(probe().map_err(|error| Error::Store(Arc::new(error)))?)
}
