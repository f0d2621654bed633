//! A store that keeps its records in one file.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
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
use cognito_core::adapter::Stopwatch;
use cognito_core::adapter::private_file::{self, follow_links, is_locked_file, naming, sibling, try_lock};

/// A [`Store`] that keeps its records in one file. Only the file's owner can read the file (mode 0600 on
/// Unix).
///
/// The file is replaced atomically: if a process dies or the disk is full, the old file stays. If the path is
/// a symbolic link, the store replaces the target of the link. An empty file is an empty store.
///
/// Two lock files in the same folder prevent conflicts between processes. The lock files are never deleted. A
/// process that rewrites the store locks the file with the ending `.lock`. A process that holds the lock on
/// at least one key locks the file with the ending `.refresh`. Therefore, only one process at a time
/// refreshes sessions.
///
/// All clones of a store share their locks. If a program creates two stores for the same file, each store
/// waits until the other store releases its locks.
///
/// The file is JSON: `{"version":1,"records":{KEY:BASE64}}`. If the file cannot be parsed, the methods that
/// read or write records return an error, and the file stays unchanged.
#[derive(Clone)]
pub struct FileStore {
    path: PathBuf,
    locks: Arc<Locks>,
    /// The handle of the locked `.refresh` file. The handle exists while this store or a clone holds the lock
    /// on at least one key.
    refresh_file: Arc<Mutex<Weak<File>>>,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    version: u32,
    records: BTreeMap<String, Parameter>,
}

const VERSION: u32 = 1;
/// The maximum time to wait while another process rewrites the file. A rewrite usually takes milliseconds.
const MAX_REWRITE_WAIT: Duration = Duration::from_secs(10);

const NOT_A_STORE: &str = "the file is not a session store; choose another file, or delete this one";
const OTHER_VERSION: &str = "the file has an unsupported format version; choose another file";
const NOT_BASE64: &str = "a record in the file is not valid base64; choose another file, or delete this one";

impl FileStore {
    /// Creates a store that keeps its records in this file. The file may be absent, but its folder must
    /// exist.
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => Zeroizing::default(),
            Err(error) => return Err(naming(path, error)),
        };
        // A script may have created an empty file with `mktemp`.
        if text.is_empty() {
            return Ok(Contents { version: VERSION, records: BTreeMap::new() });
        }
        // The parser's own message may quote a record, so it is left out.
        let invalid = |message: &str| naming(path, io::Error::new(io::ErrorKind::InvalidData, message));
        let contents: Contents = serde_json::from_slice(&text).map_err(|_| invalid(NOT_A_STORE))?;
        if contents.version == VERSION { Ok(contents) } else { Err(invalid(OTHER_VERSION)) }
    }

    /// Passes the records to `change`, and writes the file if `change` returns true.
    fn rewrite(&self, change: impl FnOnce(&mut BTreeMap<String, Parameter>) -> bool) -> io::Result<()> {
        let path = self.lock_path(".lock")?;
        let _lock = poll(Deadline::after(MAX_REWRITE_WAIT), || try_lock(&path))?.ok_or_else(|| is_taken(&path))?;
        let mut contents = self.read()?;
        if change(&mut contents.records) { self.write(&contents) } else { Ok(()) }
    }

    fn write(&self, contents: &Contents) -> io::Result<()> {
        // The buffer must not grow: growing would leave a copy of the secrets in freed memory.
        let length: usize = contents.records.iter().map(|(key, value)| key.len() + value.expose().len() + 8).sum();
        let mut text = Zeroizing::new(Vec::with_capacity(length + 64));
        serde_json::to_writer(&mut *text, contents)?;
        private_file::replace(&text, &self.path)
    }

    /// Returns the path of a lock file. If the path of the store is a symbolic link, the lock file is next to
    /// the target of the link. Therefore, all links to one file share the lock files.
    fn lock_path(&self, ending: &str) -> io::Result<PathBuf> {
        Ok(sibling(&follow_links(&self.path)?, ending))
    }

    /// Returns the handle of the locked `.refresh` file. If this store has not locked the file yet, tries to
    /// lock the file. Returns `None` if another process or another store has locked the file.
    fn try_refresh_file(&self, path: &Path) -> io::Result<Option<Arc<File>>> {
        let mut refresh_file = lock_ignoring_poison(&self.refresh_file);
        if let Some(file) = refresh_file.upgrade().filter(|file| is_locked_file(file, path)) {
            return Ok(Some(file));
        }
        let file = try_lock(path)?.map(Arc::new);
        if let Some(file) = &file {
            *refresh_file = Arc::downgrade(file);
        }
        Ok(file)
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

    /// Locks this key and returns a guard.
    ///
    /// While a process holds the lock on one key, other processes cannot lock any key. This is acceptable,
    /// because a file usually contains the sessions of only a few users. Within this process, a lock on one
    /// key does not block a lock on another key, even on the same thread.
    ///
    /// The method also waits while another process rewrites the file. Otherwise, the caller could refresh a
    /// session, and then be unable to save the new tokens.
    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        let deadline = Deadline::after(max_wait);
        let key = self.locks.lock(key, deadline.left())?;
        let path = self.lock_path(".refresh")?;
        let file = poll(deadline, || self.try_refresh_file(&path))?.ok_or_else(|| is_taken(&path))?;
        let path = self.lock_path(".lock")?;
        // Problems other than a lock that is taken are reported when the file is rewritten.
        let is_free = || Ok(if matches!(try_lock(&path), Ok(None)) { None } else { Some(()) });
        poll(deadline, is_free)?.ok_or_else(|| is_taken(&path))?;
        Ok(Box::new((key, file)))
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FileStore").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The time at which a caller stops waiting.
#[derive(Clone, Copy)]
struct Deadline {
    stopwatch: Stopwatch,
    max_wait: Duration,
}

impl Deadline {
    fn after(max_wait: Duration) -> Self {
        Self { stopwatch: Stopwatch::start(), max_wait }
    }

    fn left(&self) -> Duration {
        self.max_wait.saturating_sub(self.stopwatch.elapsed())
    }
}

/// Repeats `attempt` until `attempt` returns a value, or until the deadline. The thread holds no mutex
/// between two attempts, so that each caller can stop at its own deadline.
fn poll<T>(deadline: Deadline, mut attempt: impl FnMut() -> io::Result<Option<T>>) -> io::Result<Option<T>> {
    const PAUSE: Duration = Duration::from_millis(10);
    loop {
        let value = attempt()?;
        let left = deadline.left();
        if value.is_some() || left.is_zero() {
            return Ok(value);
        }
        sleep(left.min(PAUSE));
    }
}

fn is_taken(path: &Path) -> io::Error {
    let message = "another process holds the lock; try again later";
    naming(path, io::Error::new(io::ErrorKind::TimedOut, message))
}
