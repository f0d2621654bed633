use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use cognito_core::session::Record;
use tokio::task::spawn_blocking;

use crate::BoxFuture;

pub use cognito_blocking::StoreLock;

/// Keeps records under keys, over the life of the process or beyond. It knows nothing of what is in them.
///
/// Each method is whole by itself: a record is the old one or the new one, whoever reads at the same time. A store for
/// blocking code becomes one by [`OffThread`].
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
    /// re-entrant, and hinders no other method.
    ///
    /// # Errors
    /// When the store cannot be locked, or has not been for two minutes.
    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, io::Result<Box<dyn StoreLock>>>;
}

/// A store for blocking code, on tokio's threads for blocking work.
#[derive(Debug, Default)]
pub struct OffThread<S>(Arc<S>);

/// Keeps records in memory. They are zeroized when they are replaced or removed, and with the store.
pub type MemoryStore = OffThread<cognito_blocking::MemoryStore>;

/// Keeps records in a file that only its owner can read. It is the file of [`cognito_blocking::FileStore`], and programs of
/// either kind can share it.
pub type FileStore = OffThread<cognito_blocking::FileStore>;

impl<S: cognito_blocking::Store + 'static> OffThread<S> {
    /// Takes the store over.
    #[must_use]
    pub fn of(store: S) -> Self {
        Self(Arc::new(store))
    }

    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&S) -> io::Result<T> + Send + 'static,
    ) -> BoxFuture<'static, io::Result<T>> {
        let store = Arc::clone(&self.0);
        Box::pin(async move { spawn_blocking(move || work(&store)).await.map_err(io::Error::other)? })
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl FileStore {
    /// A store in this file, which need not exist yet. Its folder must.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::of(cognito_blocking::FileStore::new(path))
    }
}

impl<S: cognito_blocking::Store + 'static> Store for OffThread<S> {
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
        let key = key.to_owned();
        self.run(move |store| store.lock(&key))
    }
}
