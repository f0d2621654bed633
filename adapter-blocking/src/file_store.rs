//! A store in one file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognito_core::secret::Parameter;
use cognito_core::session::Record;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{LockedStore, Store};

/// Keeps records in a file that only its owner can read (mode 0600 where there are modes).
///
/// The file is replaced whole and at once: a process that dies, or a disk that is full, leaves the old one. A file beside
/// it, with `.lock` added to the name, is what processes lock; it stays.
///
/// The file is JSON: `{"version":1,"records":{KEY:BASE64}}`. One that cannot be read is an error, and is not touched.
#[derive(Debug, Clone)]
pub struct FileStore {
    path: PathBuf,
}

impl FileStore {
    /// A store in this file, which need not exist yet. Its folder must.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.file_name().map_or_else(OsString::new, OsString::from);
        name.push(ending);
        self.path.with_file_name(name)
    }
}

impl Store for FileStore {
    fn lock(&self) -> io::Result<Box<dyn LockedStore + '_>> {
        let path = self.beside(".lock");
        let file = private().create(true).truncate(false).open(&path).map_err(|error| naming(&path, error))?;
        file.lock().map_err(|error| naming(&path, error))?;
        Ok(Box::new(LockedFile { store: self, _lock: file }))
    }
}

struct LockedFile<'a> {
    store: &'a FileStore,
    /// Closing it releases the lock.
    _lock: File,
}

#[derive(Serialize, Deserialize)]
struct Contents {
    version: u32,
    records: BTreeMap<String, Parameter>,
}

const VERSION: u32 = 1;

impl LockedFile<'_> {
    fn read(&self) -> io::Result<Contents> {
        let path = &self.store.path;
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

    fn write(&self, contents: &Contents) -> io::Result<()> {
        let text = Zeroizing::new(serde_json::to_vec(contents)?);
        let temporary = self.store.beside(".new");
        // One that is there is of a process that died, since the lock is held. Its mode may be another.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(naming(&temporary, error)),
            _ => {}
        }
        let written = replace(&text, &temporary, &self.store.path);
        if written.is_err() {
            // The error of the write is the one to tell.
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

fn replace(text: &[u8], temporary: &Path, path: &Path) -> io::Result<()> {
    let mut file = private().create_new(true).open(temporary).map_err(|error| naming(temporary, error))?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(|error| naming(temporary, error))?;
    fs::rename(temporary, path).map_err(|error| naming(path, error))?;
    // The new name must last, too; where a folder cannot be opened there is nothing to do about it.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

impl LockedStore for LockedFile<'_> {
    fn load(&mut self, key: &str) -> io::Result<Option<Record>> {
        let contents = self.read()?;
        let Some(text) = contents.records.get(key) else { return Ok(None) };
        let problem = || io::Error::new(io::ErrorKind::InvalidData, "a record is not base64");
        STANDARD
            .decode(text.expose())
            .map(|bytes| Some(Record::new(bytes)))
            .map_err(|_| naming(&self.store.path, problem()))
    }

    fn save(&mut self, key: &str, record: &Record) -> io::Result<()> {
        let mut contents = self.read()?;
        contents.records.insert(key.to_owned(), Parameter::from(STANDARD.encode(record.as_bytes())));
        self.write(&contents)
    }

    fn remove(&mut self, key: &str) -> io::Result<()> {
        let mut contents = self.read()?;
        if contents.records.remove(key).is_some() { self.write(&contents) } else { Ok(()) }
    }

    fn keys(&mut self) -> io::Result<Vec<String>> {
        Ok(self.read()?.records.into_keys().collect())
    }
}

/// Opens for writing, and makes files that nobody else can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The same error, with the file that it is about.
fn naming(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
