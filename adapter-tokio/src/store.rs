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
use crate::run::given_up;

pub use cognito_blocking::StoreLock;

/// Keeps records under keys, over the life of the process or beyond. It knows nothing of what is in them.
///
/// Each method is whole by itself: a record is the old one or the new one, whoever reads at the same time. A store for
/// blocking code becomes one by [`SpawnBlocking`].
pub trait Store: Send + Sync {
    /// The record under the key, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Option<Record>>>;

    /// Puts the record under the key, in place of what was there. What was there stays when this fails.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn save<'a>(&'a self, key: &'a str, record: &'a Record) -> BoxFuture<'a, io::Result<()>>;

    /// Removes what is under the key, if anything is.
    ///
    /// # Errors
    /// When the store cannot be written.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<()>>;

    /// All keys, sorted.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn keys(&self) -> BoxFuture<'_, io::Result<Vec<String>>>;

    /// Waits until nobody else has the lock on this key, in this process or another, and gives it until it is dropped.
    /// A session is refreshed, saved and removed under it, so that two do not spend one refresh token. It is not
    /// re-entrant, and hinders no lock on another key and no other method.
    ///
    /// # Errors
    /// When the store cannot be locked, or has not been for two minutes.
    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>>;
}

/// A store that is shared, such as between sessions and identities.
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

/// A store for blocking code, on tokio's threads for blocking work. Who waits for a lock that this process holds waits
/// without a thread, so that the holder always finds one to load and save on.
pub struct SpawnBlocking<S> {
    store: Arc<S>,
    /// For each key that somebody in this process has the lock on, or waits for.
    turns: Mutex<BTreeMap<String, Weak<tokio::sync::Mutex<()>>>>,
    waiting_threads: Arc<Semaphore>,
}

/// So many threads at once wait for the locks of other processes: few of the 512 that tokio has.
const MAX_WAITING_THREADS: usize = 32;

/// Keeps records in memory. They are zeroized when they are replaced or removed, and with the store.
pub type MemoryStore = SpawnBlocking<cognito_blocking::MemoryStore>;

/// Keeps records in a file that only its owner can read. It is the file of [`cognito_blocking::FileStore`], and programs of
/// either kind can share it.
pub type FileStore = SpawnBlocking<cognito_blocking::FileStore>;

impl<S: cognito_blocking::Store + 'static> SpawnBlocking<S> {
    /// Takes the store over.
    #[must_use]
    pub fn wrap(store: S) -> Self {
        Self {
            store: Arc::new(store),
            turns: Mutex::default(),
            waiting_threads: Arc::new(Semaphore::new(MAX_WAITING_THREADS)),
        }
    }

    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&S) -> io::Result<T> + Send + 'static,
    ) -> BoxFuture<'static, io::Result<T>> {
        let store = Arc::clone(&self.store);
        Box::pin(async move { spawn_blocking(move || work(&store)).await.map_err(|error| given_up(&error))? })
    }

    /// The key's turn in this process.
    fn turn(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = turns.get(key).and_then(Weak::upgrade).unwrap_or_default();
        turns.insert(key.to_owned(), Arc::downgrade(&turn));
        turn
    }

    async fn held(&self, key: String) -> io::Result<Held> {
        let turn = self.turn(&key).lock_owned().await;
        // The semaphore is never closed.
        let permit = Arc::clone(&self.waiting_threads).acquire_owned().await;
        // The turn goes along: when nobody wants the lock any more, both are given back together.
        self.run(move |store| {
            let _permit = permit;
            store.lock(&key).map(|lock| Held { _lock: lock, _turn: turn })
        })
        .await
    }
}

/// The store's lock, and the key's turn in this process. They are given back in this order.
struct Held {
    _lock: Box<dyn StoreLock>,
    _turn: OwnedMutexGuard<()>,
}

impl MemoryStore {
    /// An empty store.
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
    /// A store in this file, which need not exist yet. Its folder must.
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
            let late = || io::Error::new(io::ErrorKind::TimedOut, "the lock was held elsewhere for two minutes");
            let held = timeout(MAX_LOCK_WAIT, self.held(key.to_owned())).await.map_err(|_| late())??;
            Ok(Box::new(held) as Box<dyn StoreLock>)
        })
    }
}

impl<S: fmt::Debug> fmt::Debug for SpawnBlocking<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SpawnBlocking").field("store", &self.store).finish_non_exhaustive()
    }
}
