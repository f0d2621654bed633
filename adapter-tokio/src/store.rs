use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use cognito_core::storage::Record;
use tokio::sync::{OwnedMutexGuard, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

use crate::BoxFuture;
use crate::run::join_failure;

pub use cognito_blocking::StoreLock;

/// A key-value store: each key is a text, and each value is a [`Record`]. An implementation keeps the records
/// either in memory or in persistent storage.
///
/// A store does not interpret its records. Each method is atomic: a concurrent reader gets either the old
/// record or the new record, never a mixture.
///
/// To use a [`cognito_blocking::Store`], wrap this store in [`SpawnBlocking`].
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

    /// Removes the record under the key. If the key has no record, the method does nothing.
    ///
    /// # Errors
    /// Returns an error if the store cannot be written.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>>;

    /// Returns all keys that have a record, in sorted order.
    ///
    /// # Errors
    /// Returns an error if the store cannot be read.
    fn keys(&self) -> BoxFuture<'_, io::Result<Vec<String>>>;

    /// Locks this key and returns a guard. Dropping the guard releases the lock.
    ///
    /// If another caller holds the lock, the method waits for at most `max_wait`. If `max_wait` is
    /// [`Duration::ZERO`], the method tries once and does not wait.
    ///
    /// While the guard exists, all other tasks, and all other processes that use the same store, must wait
    /// for the lock on this key. This crate holds the lock on a session's key while it refreshes, saves or
    /// removes the session. Therefore, two callers never use the same refresh token.
    ///
    /// The lock is not re-entrant. A lock on one key blocks neither locks on other keys nor the other methods
    /// of the store.
    ///
    /// # Errors
    /// Returns an error of the kind [`TimedOut`](io::ErrorKind::TimedOut) if another caller still holds the
    /// lock after `max_wait`, or another error if the store cannot be locked.
    fn lock<'a>(&'a self, key: &'a str, max_wait: Duration) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>>;
}

/// A shared store is also a [`Store`]. For example, one store can keep both sessions and identity ids.
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

    fn lock<'a>(&'a self, key: &'a str, max_wait: Duration) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>> {
        (**self).lock(key, max_wait)
    }
}

/// A [`Store`] that calls the methods of a [`cognito_blocking::Store`] on tokio's blocking threads.
///
/// If a task of this process holds a lock, the callers that wait for the lock occupy no threads. Therefore,
/// the task that holds the lock always finds a thread to load and save records.
pub struct SpawnBlocking<S> {
    store: Arc<S>,
    /// The in-process lock of each key. A lock stays in the map while a task of this process holds the lock
    /// or waits for the lock.
    local_locks: Mutex<BTreeMap<String, Weak<tokio::sync::Mutex<()>>>>,
    locking_threads: Arc<Semaphore>,
}

/// The maximum number of threads that try to lock keys at the same time. The number is a small part of
/// tokio's 512 blocking threads.
const MAX_LOCKING_THREADS: usize = 32;

/// The first pause between two attempts to lock a key that another process has locked. Each further pause is
/// twice as long, up to [`MAX_PAUSE`].
const MIN_PAUSE: Duration = Duration::from_millis(5);
const MAX_PAUSE: Duration = Duration::from_millis(80);

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
    /// Wraps a store that has blocking methods.
    #[must_use]
    pub fn wrap(store: S) -> Self {
        Self {
            store: Arc::new(store),
            local_locks: Mutex::default(),
            locking_threads: Arc::new(Semaphore::new(MAX_LOCKING_THREADS)),
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

    async fn acquire(&self, key: &str, max_wait: Duration) -> io::Result<HeldLocks> {
        let start = Instant::now();
        let mut local_lock = self.acquire_local(key, max_wait).await?;
        let mut pause = MIN_PAUSE;
        loop {
            let error = match self.try_acquire(key, local_lock).await? {
                Ok(held) => return Ok(held),
                Err((error, unused)) => {
                    local_lock = unused;
                    error
                }
            };
            let left = max_wait.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(error);
            }
            sleep(left.min(pause)).await;
            pause = MAX_PAUSE.min(2 * pause);
        }
    }

    /// Waits for the in-process lock of this key.
    async fn acquire_local(&self, key: &str, max_wait: Duration) -> io::Result<OwnedMutexGuard<()>> {
        let local_lock = self.local_lock(key);
        if let Ok(local_lock) = Arc::clone(&local_lock).try_lock_owned() {
            return Ok(local_lock);
        }
        let message = "the lock on this record is taken; try again later";
        let is_taken = |_| io::Error::new(io::ErrorKind::TimedOut, message);
        timeout(max_wait, local_lock.lock_owned()).await.map_err(is_taken)
    }

    /// Tries once to lock the key in the store. If the lock is taken, returns the store's error and the
    /// in-process lock.
    async fn try_acquire(
        &self,
        key: &str,
        local_lock: OwnedMutexGuard<()>,
    ) -> io::Result<Result<HeldLocks, (io::Error, OwnedMutexGuard<()>)>> {
        let key = key.to_owned();
        // The semaphore is never closed, so this call always returns a permit.
        let permit = Arc::clone(&self.locking_threads).acquire_owned().await;
        // The in-process lock moves into the closure. If the caller drops its future, both locks are released
        // together.
        self.run(move |store| {
            let _permit = permit;
            match store.lock(&key, Duration::ZERO) {
                Ok(lock) => Ok(Ok(HeldLocks { _lock: lock, _local_lock: local_lock })),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(Err((error, local_lock))),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

/// The two locks of one key. The store's lock is released first, and the in-process lock second.
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
    /// Creates a store that keeps its records in this file. The file may be absent, but its folder must
    /// exist.
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

    fn lock<'a>(&'a self, key: &'a str, max_wait: Duration) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>> {
        Box::pin(async move {
            let held = self.acquire(key, max_wait).await?;
            Ok(Box::new(held) as Box<dyn StoreLock>)
        })
    }
}

impl<S: fmt::Debug> fmt::Debug for SpawnBlocking<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SpawnBlocking").field("store", &self.store).finish_non_exhaustive()
    }
}
