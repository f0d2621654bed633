//! A store that keeps its records in one file.

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

/// A [`Store`] that keeps its records in one file. Only the file's owner can read the file (mode 0600 on
/// Unix).
///
/// The file is replaced atomically: if a process dies or the disk is full, the old file stays.
///
/// Two lock files in the same folder prevent conflicts between processes. The lock files are never deleted. A
/// process locks the file with the ending `.lock` while it rewrites the store. A process locks the file with
/// the ending `.refresh` while it holds the lock on any key, so that only one process at a time refreshes
/// sessions.
///
/// All clones of a store share their locks. If a program creates two stores for the same file, the stores
/// wait for each other's locks, as two processes do.
///
/// The file is JSON: `{"version":1,"records":{KEY:BASE64}}`. If the file cannot be parsed, reading and
/// writing records return an error, and the file is not overwritten.
#[derive(Clone)]
pub struct FileStore {
    path: PathBuf,
    locks: Arc<Locks>,
    /// The locked `.refresh` file, which exists while this store or a clone holds the lock on any key.
    refresh_file: Arc<Mutex<Weak<File>>>,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    version: u32,
    records: BTreeMap<String, Parameter>,
}

const VERSION: u32 = 1;
const NOT_A_STORE: &str = "the file is not a session store; choose another file, or delete this one";
const OTHER_VERSION: &str = "the file has an unsupported format version; choose another file";
const NOT_BASE64: &str = "a record in the file is not valid base64; choose another file, or delete this one";

impl FileStore {
    /// Creates a store in this file. The file may be absent, but its folder must exist.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), locks: Arc::default(), refresh_file: Arc::default() }
    }

    /// Returns the path of the file.
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
        // The parser's error is discarded, because its message may quote a record.
        let invalid = |message: &str| naming(path, io::Error::new(io::ErrorKind::InvalidData, message));
        let contents: Contents = serde_json::from_slice(&text).map_err(|_| invalid(NOT_A_STORE))?;
        if contents.version == VERSION { Ok(contents) } else { Err(invalid(OTHER_VERSION)) }
    }

    /// Passes the records to `change`, and writes the file if `change` returns true.
    fn rewrite(&self, change: impl FnOnce(&mut BTreeMap<String, Parameter>) -> bool) -> io::Result<()> {
        let _lock = wait_for_lock(&sibling(&self.path, ".lock"))?;
        let mut contents = self.read()?;
        if change(&mut contents.records) { self.write(&contents) } else { Ok(()) }
    }

    fn write(&self, contents: &Contents) -> io::Result<()> {
        // The buffer must not grow: growing would leave a copy of the secrets in freed memory.
        let length: usize = contents.records.iter().map(|(key, value)| key.len() + value.expose().len() + 8).sum();
        let mut text = Zeroizing::new(Vec::with_capacity(length + 64));
        serde_json::to_writer(&mut *text, contents)?;
        let temporary = sibling(&self.path, ".new");
        // This process holds the lock, so an existing temporary file was left by a process that died. The
        // mode of that file may be wrong.
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
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, NOT_BASE64);
        let bytes = STANDARD.decode(text.expose()).map_err(|_| naming(&self.path, invalid()))?;
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

    /// Waits for the lock on this key and returns a guard.
    ///
    /// While a process holds the guard, other processes must wait for the lock on any key, not only on this
    /// key. The wait is acceptable, because a file is meant for the programs of one person, which have few
    /// users. Within this process, a lock on one key does not block a lock on another key, even on the same
    /// thread.
    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        let key = self.locks.lock(key)?;
        let mut refresh_file = lock_ignoring_poison(&self.refresh_file);
        let file = match refresh_file.upgrade() {
            Some(file) => file,
            None => {
                let file = Arc::new(wait_for_lock(&sibling(&self.path, ".refresh"))?);
                *refresh_file = Arc::downgrade(&file);
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

/// Opens or creates a file, and waits for the lock on the file. Closing the file releases the lock.
fn wait_for_lock(path: &Path) -> io::Result<File> {
    const PAUSE: Duration = Duration::from_millis(10);
    let file = private_file::options().create(true).truncate(false).open(path).map_err(|error| naming(path, error))?;
    let mut left = MAX_LOCK_WAIT;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(naming(path, error)),
            Err(TryLockError::WouldBlock) if left.is_zero() => {
                let message = "timed out waiting for another process to release the lock; try again later";
                return Err(naming(path, io::Error::new(io::ErrorKind::TimedOut, message)));
            }
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
        }
        left = left.saturating_sub(PAUSE);
    }
}
