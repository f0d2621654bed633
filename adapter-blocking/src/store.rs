use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use cognito_core::storage::Record;

use cognito_core::adapter::MAX_LOCK_WAIT;

/// Keeps records under keys, over the life of the process or beyond. It knows nothing of what is in them.
///
/// Each method is whole by itself: a record is the old one or the new one, whoever reads at the same time.
pub trait Store: Send + Sync {
    /// The record under the key, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn load(&self, key: &str) -> io::Result<Option<Record>>;

    /// Puts the record under the key, in place of what was there. What was there stays when this fails.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn save(&self, key: &str, record: &Record) -> io::Result<()>;

    /// Removes what is under the key, if anything is.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn remove(&self, key: &str) -> io::Result<()>;

    /// All keys, sorted.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn keys(&self) -> io::Result<Vec<String>>;

    /// Waits until nobody else has the lock on this key, in this process or another, and gives it until it is dropped.
    /// A session is refreshed, saved and removed under it, so that two do not spend one refresh token. It is not
    /// re-entrant, hinders no lock on another key and no other method, and may be dropped on another thread.
    ///
    /// # Errors
    /// When the store cannot be locked, or has not been for two minutes.
    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>>;
}

/// A store that is shared, such as between sessions and identities.
impl<S: Store + ?Sized> Store for Arc<S> {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        (**self).load(key)
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        (**self).save(key, record)
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        (**self).remove(key)
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        (**self).keys()
    }

    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        (**self).lock(key)
    }
}

/// A lock on a key, which is released when this is dropped. Any value that may go to another thread can be one.
pub trait StoreLock: Send {}

impl<T: Send> StoreLock for T {}

/// Keeps records in memory. They are zeroized when they are replaced or removed, and with the store.
#[derive(Default)]
pub struct MemoryStore {
    records: Mutex<BTreeMap<String, Record>>,
    locks: Arc<Locks>,
}

/// The keys that are locked. A lock may outlive the store.
#[derive(Default)]
pub(crate) struct Locks {
    locked: Mutex<BTreeSet<String>>,
    released: Condvar,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// Each change under these mutexes is one call on a collection: a panic elsewhere leaves it whole.
pub(crate) fn lock_ignoring_poison<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store for MemoryStore {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        Ok(lock_ignoring_poison(&self.records).get(key).cloned())
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        lock_ignoring_poison(&self.records).insert(key.to_owned(), record.clone());
        Ok(())
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        lock_ignoring_poison(&self.records).remove(key);
        Ok(())
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        Ok(lock_ignoring_poison(&self.records).keys().cloned().collect())
    }

    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        Ok(Box::new(self.locks.lock(key)?))
    }
}

impl Locks {
    /// Waits until nobody in this process has the lock on this key.
    pub(crate) fn lock(self: &Arc<Self>, key: &str) -> io::Result<KeyLock> {
        let locked = lock_ignoring_poison(&self.locked);
        let waited = self.released.wait_timeout_while(locked, MAX_LOCK_WAIT, |locked| locked.contains(key));
        let (mut locked, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the session is being refreshed elsewhere, for too long",
            ));
        }
        locked.insert(key.to_owned());
        Ok(KeyLock { locks: Arc::clone(self), key: key.to_owned() })
    }
}

pub(crate) struct KeyLock {
    locks: Arc<Locks>,
    key: String,
}

impl Drop for KeyLock {
    fn drop(&mut self) {
        lock_ignoring_poison(&self.locks.locked).remove(&self.key);
        self.locks.released.notify_all();
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}
