use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use cognito_core::adapter::MAX_LOCK_WAIT;
use cognito_core::storage::Record;
use tokio::sync::{OwnedMutexGuard, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::BoxFuture;
use crate::run::join_failure;

pub use cognito_blocking::StoreLock;

/// A place that keeps records, each under a key. A key is a text. The records stay in memory only, or survive
/// a restart of the program.
///
/// A store does not interpret its records. Each method is atomic: a concurrent reader gets either the old
/// record or the new record, never a mixture.
///
/// To use a store for blocking code, wrap it in [`SpawnBlocking`].
pub trait Store: Send + Sync {
    /// Returns the record under the key, or `None` if the key has no record.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Record>>>;

    /// Saves the record under the key and replaces any earlier record. If the call fails, the earlier record
    /// stays.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    fn save<'a>(&'a self, key: &'a str, record: &'a Record) -> BoxFuture<'a, io::Result<()>>;

    /// Removes the record under the key. A key without a record is not an error.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>>;

    /// Returns all keys that have a record, in sorted order.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    fn keys(&self) -> BoxFuture<'_, io::Result<Vec<String>>>;

    /// Waits for the lock on this key and returns a guard. Dropping the guard releases the lock.
    ///
    /// While the guard exists, all other tasks, and all other processes that use the same store, must wait
    /// for the lock on this key. Sessions are refreshed, saved and removed under this lock, so that two
    /// callers never use the same refresh token.
    ///
    /// The lock is not re-entrant. A lock on one key blocks neither locks on other keys nor the other methods
    /// of the store.
    ///
    /// # Errors
    /// Returns an error if the store cannot be locked, or if another caller still holds the lock after two
    /// minutes.
    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>>;
}

/// A shared store, for example one store for both sessions and identity ids.
impl<S: Store + ?Sized> Store for Arc<S> {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Record>>> {
        (**self).load(key)
    }

    fn save<'a>(&'a self, key: &'a str, record: &'a Record) -> BoxFuture<'a, io::Result<()>> {
        (**self).save(key, record)
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        (**self).remove(key)
    }

    fn keys(&self) -> BoxFuture<'_, io::Result<Vec<String>>> {
        (**self).keys()
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>> {
        (**self).lock(key)
    }
}

/// A [`Store`] that runs a store for blocking code on tokio's blocking threads.
///
/// A caller occupies no thread while it waits for a lock that another task of this process holds. Therefore,
/// the waiting callers cannot occupy the threads that the holder of the lock needs to load and save records.
pub struct SpawnBlocking<S> {
    store: Arc<S>,
    /// The in-process locks, by key. The map has a lock while a task of this process holds the lock or waits
    /// for the lock.
    local_locks: Mutex<BTreeMap<String, Weak<tokio::sync::Mutex<()>>>>,
    waiting_threads: Arc<Semaphore>,
}

/// The maximum number of threads that wait for locks which other processes hold. By default, tokio has 512
/// blocking threads.
const MAX_WAITING_THREADS: usize = 32;

/// A [`Store`] that keeps its records in memory.
///
/// A record is zeroized when it is replaced or removed, or when the store is dropped.
pub type MemoryStore = SpawnBlocking<cognito_blocking::MemoryStore>;

/// A [`Store`] that keeps its records in one file. Only the file's owner can read the file (mode 0600 on
/// Unix).
///
/// The file has the same format as the file of a [`cognito_blocking::FileStore`], so blocking and
/// asynchronous programs can share one file.
pub type FileStore = SpawnBlocking<cognito_blocking::FileStore>;

impl<S: cognito_blocking::Store + 'static> SpawnBlocking<S> {
    /// Wraps a store for blocking code.
    #[must_use]
    pub fn wrap(store: S) -> Self {
        Self {
            store: Arc::new(store),
            local_locks: Mutex::default(),
            waiting_threads: Arc::new(Semaphore::new(MAX_WAITING_THREADS)),
        }
    }

    fn run<T: Send + 'static>(
        &self,
        action: impl FnOnce(&S) -> io::Result<T> + Send + 'static,
    ) -> BoxFuture<'static, io::Result<T>> {
        let store = Arc::clone(&self.store);
        Box::pin(async move { spawn_blocking(move || action(&store)).await.map_err(|error| join_failure(&error))? })
    }

    /// Returns the in-process lock of this key.
    fn local_lock(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut local_locks = self.local_locks.lock().unwrap_or_else(PoisonError::into_inner);
        local_locks.retain(|_, local_lock| local_lock.strong_count() > 0);
        let local_lock = local_locks.get(key).and_then(Weak::upgrade).unwrap_or_default();
        local_locks.insert(key.to_owned(), Arc::downgrade(&local_lock));
        local_lock
    }

    async fn acquire(&self, key: String) -> io::Result<HeldLocks> {
        let local_lock = self.local_lock(&key).lock_owned().await;
        // The semaphore is never closed, so this call always returns a permit.
        let permit = Arc::clone(&self.waiting_threads).acquire_owned().await;
        // The local lock moves into the closure. If the caller is dropped, both locks are released together.
        self.run(move |store| {
            let _permit = permit;
            store.lock(&key).map(|lock| HeldLocks { _lock: lock, _local_lock: local_lock })
        })
        .await
    }
}

/// The two locks of one key: the store's lock, which is released first, and the in-process lock.
struct HeldLocks {
    _lock: Box<dyn StoreLock>,
    _local_lock: OwnedMutexGuard<()>,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::wrap(cognito_blocking::MemoryStore::new())
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl FileStore {
    /// Creates a store in this file. The file may be absent, but its folder must exist.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::wrap(cognito_blocking::FileStore::new(path))
    }
}

impl<S: cognito_blocking::Store + 'static> Store for SpawnBlocking<S> {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Record>>> {
        let key = key.to_owned();
        self.run(move |store| store.load(&key))
    }

    fn save<'a>(&'a self, key: &'a str, record: &'a Record) -> BoxFuture<'a, io::Result<()>> {
        let (key, record) = (key.to_owned(), record.clone());
        self.run(move |store| store.save(&key, &record))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>> {
        let key = key.to_owned();
        self.run(move |store| store.remove(&key))
    }

    fn keys(&self) -> BoxFuture<'_, io::Result<Vec<String>>> {
        self.run(S::keys)
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>> {
        Box::pin(async move {
            let message = "timed out waiting for the lock on this record; try again later";
            let late = |_| io::Error::new(io::ErrorKind::TimedOut, message);
            let held = timeout(MAX_LOCK_WAIT, self.acquire(key.to_owned())).await.map_err(late)??;
            Ok(Box::new(held) as Box<dyn StoreLock>)
        })
    }
}

impl<S: fmt::Debug> fmt::Debug for SpawnBlocking<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SpawnBlocking").field("store", &self.store).finish_non_exhaustive()
    }
}
