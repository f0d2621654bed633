use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognito_core::storage::Record;

/// A key-value store for records, in memory or on disk. The keys are text.
///
/// A store does not interpret its records. Each method is atomic: a concurrent reader gets either the old
/// record or the new record, never a mixture.
pub trait Store: Send + Sync {
    /// Returns the record under the key, or `None` if the key has no record.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    fn load(&self, key: &str) -> io::Result<Option<Record>>;

    /// Saves the record under the key and replaces any earlier record. If the call fails, the earlier record
    /// stays.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    fn save(&self, key: &str, record: &Record) -> io::Result<()>;

    /// Removes the record under the key. The method also succeeds if the key has no record.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    fn remove(&self, key: &str) -> io::Result<()>;

    /// Returns all keys that have a record, in sorted order.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    fn keys(&self) -> io::Result<Vec<String>>;

    /// Locks this key and returns a guard. Dropping the guard releases the lock.
    ///
    /// If another caller holds the lock, the method waits at most `max_wait`. With [`Duration::ZERO`] the
    /// method tries once, and does not wait. An implementation must measure the time with a clock that never
    /// goes back, such as [`Instant`](std::time::Instant). Several callers must be able to wait at the same
    /// time.
    ///
    /// While the guard exists, all other threads, and all other processes that use the same store, must wait
    /// for the lock on this key. Sessions are refreshed, saved and removed under this lock, so that two
    /// callers never use the same refresh token.
    ///
    /// The lock is not re-entrant. A lock on one key does not block the other methods of the store. A caller
    /// that holds the lock on one key can lock other keys. The caller may drop the guard on another thread.
    ///
    /// # Errors
    /// Returns an error of the kind [`TimedOut`](io::ErrorKind::TimedOut) if another caller still holds the
    /// lock after `max_wait`. Returns an error of another kind if the store cannot lock the key.
    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>>;
}

/// A shared store, for example one store for both sessions and identity ids.
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

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        (**self).lock(key, max_wait)
    }
}

/// The guard of a lock on a key. Dropping the guard releases the lock.
///
/// Every type that implements [`Send`] is a `StoreLock`.
pub trait StoreLock: Send {}

impl<T: Send> StoreLock for T {}

/// A [`Store`] that keeps its records in memory.
///
/// A record is zeroized when it is replaced or removed, or when the store is dropped.
#[derive(Default)]
pub struct MemoryStore {
    records: Mutex<BTreeMap<String, Record>>,
    locks: Arc<Locks>,
}

/// The set of locked keys. Each guard shares this set, because a guard may outlive the store.
#[derive(Default)]
pub(crate) struct Locks {
    locked: Mutex<BTreeSet<String>>,
    released: Condvar,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// Locks a mutex, even if it is poisoned.
///
/// A panic cannot leave a half-done change, because each change is a single call of a collection's method.
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

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        Ok(Box::new(self.locks.lock(key, max_wait)?))
    }
}

impl Locks {
    /// Locks this key within this process, and returns the guard of the lock.
    pub(crate) fn lock(self: &Arc<Self>, key: &str, max_wait: Duration) -> io::Result<KeyLock> {
        let locked = lock_ignoring_poison(&self.locked);
        let waited = self.released.wait_timeout_while(locked, max_wait, |locked| locked.contains(key));
        let (mut locked, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            let message = "the lock on this record is taken; try again later";
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
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
