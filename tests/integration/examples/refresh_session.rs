//! Refreshes a session in a file that several processes share.
//!
//! ```text
//! cargo run -p cognito-integration-tests --example refresh_session -- \
//!     URL USER_POOL_ID CLIENT_ID CLIENT_SECRET FILE USERNAME
//! ```
//!
//! If the environment variable `DIE_BEFORE_SAVING` is set, the process aborts after the refresh, before it
//! saves the session.

use std::error::Error;

use std::io;
use std::time::Duration;

use cognito_blocking::storage::Record;
use cognito_blocking::{AppClient, Client, Endpoint, FileStore, Sessions, Store, StoreLock, UserPoolId};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, user_pool_id, client_id, client_secret, file, username] = arguments.as_slice() else {
        return Err("usage: refresh_session URL USER_POOL_ID CLIENT_ID CLIENT_SECRET FILE USERNAME".into());
    };
    let app_client = AppClient::new(UserPoolId::new(user_pool_id)?, client_id)?.with_secret(client_secret.as_str());
    let client = Client::new(app_client.with_endpoint(Endpoint::custom(url)?));
    let store =
        AbortingStore { store: FileStore::new(file), aborts_at_save: std::env::var_os("DIE_BEFORE_SAVING").is_some() };
    let kept = Sessions::new(client, store).user(username).refresh()?;
    match kept.save_error {
        Some(error) => Err(error.to_string().into()),
        None => Ok(()),
    }
}

/// A store that can abort the process instead of saving a record.
struct AbortingStore {
    store: FileStore,
    aborts_at_save: bool,
}

impl Store for AbortingStore {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        self.store.load(key)
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        if self.aborts_at_save {
            std::process::abort();
        }
        self.store.save(key, record)
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        self.store.remove(key)
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.store.keys()
    }

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        self.store.lock(key, max_wait)
    }
}
