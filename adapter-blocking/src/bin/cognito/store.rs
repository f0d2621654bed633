//! The store of the tool.

use std::fs::DirBuilder;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use cognito_blocking::adapter::private_file::naming;
use cognito_blocking::storage::Record;
use cognito_blocking::{FileStore, Store, StoreLock};

/// The store of the tool. The folder of the store is created before the first write. Commands that only read
/// the store also work in a read-only home folder.
#[derive(Clone)]
pub(crate) struct ToolStore {
    file: FileStore,
    /// The folder to create before the first write.
    folder: Option<PathBuf>,
}

impl ToolStore {
    /// Creates a store that uses this file. The folder of the file must exist.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { file: FileStore::new(path), folder: None }
    }

    /// Creates a store that uses a file in this folder. The folder may be absent.
    pub(crate) fn in_folder(folder: PathBuf, name: &str) -> Self {
        Self { file: FileStore::new(folder.join(name)), folder: Some(folder) }
    }

    /// Creates the folder. Only the owner can open the folder.
    fn create_folder(&self) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(folder).map_err(|error| naming(folder, error))
    }
}

impl Store for ToolStore {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        self.file.load(key)
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        self.create_folder()?;
        self.file.save(key, record)
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        self.create_folder()?;
        self.file.remove(key)
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.file.keys()
    }

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        self.create_folder()?;
        self.file.lock(key, max_wait)
    }
}
