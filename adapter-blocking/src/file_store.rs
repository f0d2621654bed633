//! A store in one file.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::thread::sleep;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognito_core::secret::Parameter;
use cognito_core::storage::Record;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::store::{Locks, lock_ignoring_poison};
use crate::{Store, StoreLock};
use cognito_core::adapter::MAX_LOCK_WAIT;
use cognito_core::adapter::private_file::{self, naming, sibling};

/// Keeps records in a file that only its owner can read (mode 0600 where there are modes).
///
/// The file is replaced whole and at once: a process that dies, or a disk that is full, leaves the old one. Beside it are
/// two that processes lock, and that stay: one with `.lock` added to the name, for as long as the file is rewritten, and
/// one with `.refresh`, for as long as a process refreshes sessions in it, one process at a time. Clones are the same store; two
/// stores on one file are to each other like two processes.
///
/// The file is JSON: `{"version":1,"records":{KEY:BASE64}}`. One that cannot be read is an error, and is not touched.
#[derive(Clone)]
pub struct FileStore {
    path: PathBuf,
    locks: Arc<Locks>,
    /// What keeps other processes away for as long as anybody here has a lock on a key.
    refreshing: Arc<Mutex<Weak<File>>>,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    version: u32,
    records: BTreeMap<String, Parameter>,
}

const VERSION: u32 = 1;

impl FileStore {
    /// A store in this file, which need not exist yet. Its folder must.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), locks: Arc::default(), refreshing: Arc::default() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read(&self) -> io::Result<Contents> {
        let path = &self.path;
        let text = match fs::read(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Contents { version: VERSION, records: BTreeMap::new() });
            }
            Err(error) => return Err(naming(path, error)),
        };
        // The parser's own message may quote a record.
        let broken = |problem: &str| naming(path, io::Error::new(io::ErrorKind::InvalidData, problem));
        let contents: Contents = serde_json::from_slice(&text).map_err(|_| broken("it is not a store of sessions"))?;
        if contents.version == VERSION { Ok(contents) } else { Err(broken("another version has written it")) }
    }

    /// Changes the file's contents, if the change says that it has changed anything.
    fn rewrite(&self, change: impl FnOnce(&mut BTreeMap<String, Parameter>) -> bool) -> io::Result<()> {
        let _lock = wait_for(&sibling(&self.path, ".lock"))?;
        let mut contents = self.read()?;
        if change(&mut contents.records) { self.write(&contents) } else { Ok(()) }
    }

    fn write(&self, contents: &Contents) -> io::Result<()> {
        // Large enough from the start: a buffer that grows leaves its old contents behind.
        let length: usize = contents.records.iter().map(|(key, value)| key.len() + value.expose().len() + 8).sum();
        let mut text = Zeroizing::new(Vec::with_capacity(length + 64));
        serde_json::to_writer(&mut *text, contents)?;
        let temporary = sibling(&self.path, ".new");
        // One that is there is of a process that died, since the lock is held. Its mode may be another.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(naming(&temporary, error)),
            _ => {}
        }
        private_file::replace(&text, &temporary, &self.path)
    }
}

impl Store for FileStore {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        let contents = self.read()?;
        let Some(text) = contents.records.get(key) else { return Ok(None) };
        let problem = || io::Error::new(io::ErrorKind::InvalidData, "a record is not base64");
        let bytes = STANDARD.decode(text.expose()).map_err(|_| naming(&self.path, problem()))?;
        Ok(Some(Record::new(bytes)))
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        let value = Parameter::from(STANDARD.encode(record.as_bytes()));
        self.rewrite(|records| records.insert(key.to_owned(), value.clone()) != Some(value))
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        self.rewrite(|records| records.remove(key).is_some())
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        Ok(self.read()?.records.into_keys().collect())
    }

    /// Between processes one lock for all keys: a file is for the few users of one person's programs. In this one a lock on
    /// one key does not hinder a lock on another, which may be taken under it.
    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        let key = self.locks.lock(key)?;
        let mut refreshing = lock_ignoring_poison(&self.refreshing);
        let file = match refreshing.upgrade() {
            Some(file) => file,
            None => {
                let file = Arc::new(wait_for(&sibling(&self.path, ".refresh"))?);
                *refreshing = Arc::downgrade(&file);
                file
            }
        };
        Ok(Box::new((key, file)))
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FileStore").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Locks a file, which is made if it is not there. Closing it releases the lock.
fn wait_for(path: &Path) -> io::Result<File> {
    const PAUSE: Duration = Duration::from_millis(10);
    let file = private_file::options().create(true).truncate(false).open(path).map_err(|error| naming(path, error))?;
    let mut left = MAX_LOCK_WAIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(naming(path, error)),
            Err(TryLockError::WouldBlock) if left.is_zero() => {
                let problem = "another process has held the lock for too long";
                return Err(naming(path, io::Error::new(io::ErrorKind::TimedOut, problem)));
            }
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
        }
        left = left.saturating_sub(PAUSE);
    }
}
