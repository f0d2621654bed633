use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cognito_core::session::Record;

/// Keeps records under keys, over the life of the process or beyond. It knows nothing of what is in them.
///
/// All access is under a lock, which excludes every other user of the same store, in this process and in others: a
/// session is refreshed under it, so that two do not spend one refresh token.
pub trait Store: Send + Sync {
    /// Waits for the lock.
    ///
    /// # Errors
    /// When the store cannot be locked at all.
    fn lock(&self) -> io::Result<Box<dyn LockedStore + '_>>;
}

/// A store whose lock is held until this is dropped.
pub trait LockedStore {
    /// The record under the key, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn load(&mut self, key: &str) -> io::Result<Option<Record>>;

    /// Puts the record under the key, in place of what was there. What was there stays when this fails.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn save(&mut self, key: &str, record: &Record) -> io::Result<()>;

    /// Removes what is under the key, if anything is.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn remove(&mut self, key: &str) -> io::Result<()>;

    /// All keys, sorted.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn keys(&mut self) -> io::Result<Vec<String>>;
}

/// Keeps records in memory. They are zeroized when they are replaced or removed, and with the store.
#[derive(Default)]
pub struct MemoryStore(Mutex<BTreeMap<String, Record>>);

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    fn lock(&self) -> io::Result<Box<dyn LockedStore + '_>> {
        // Each change is one call on the map: a panic elsewhere leaves it whole.
        Ok(Box::new(LockedMemory(self.0.lock().unwrap_or_else(PoisonError::into_inner))))
    }
}

struct LockedMemory<'a>(MutexGuard<'a, BTreeMap<String, Record>>);

impl LockedStore for LockedMemory<'_> {
    fn load(&mut self, key: &str) -> io::Result<Option<Record>> {
        Ok(self.0.get(key).cloned())
    }

    fn save(&mut self, key: &str, record: &Record) -> io::Result<()> {
        self.0.insert(key.to_owned(), record.clone());
        Ok(())
    }

    fn remove(&mut self, key: &str) -> io::Result<()> {
        self.0.remove(key);
        Ok(())
    }

    fn keys(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}
