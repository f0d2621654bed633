//! Temporary files, which become the new content of another file.

use core::time::Duration;
use std::ffi::OsStr;
use std::fs::{self, DirEntry, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use alloc::format;

use super::naming::{folder_of, naming, options, sibling};

/// The minimum age at which [`remove_leftovers`] removes a temporary file. A younger file may belong to a
/// process that has created the file but has not locked it yet.
const LEFTOVER_AGE: Duration = Duration::from_secs(60);

/// A temporary file. The process locks the file while it writes the file. Dropping the value removes the
/// file.
pub(super) struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    /// Creates a temporary file with a unique name next to the file `target`: `TARGET.PID-RANDOM.new`.
    pub(super) fn create(target: &Path) -> io::Result<Self> {
        const MAX_ATTEMPTS: u32 = 16;
        let mut attempt = 0;
        loop {
            attempt += 1;
            // Without randomness, the number of the attempt makes the name unique.
            let random = getrandom::u32().unwrap_or(attempt);
            let path = sibling(target, &format!(".{}-{random:08x}.new", process::id()));
            match options().create_new(true).open(&path) {
                Ok(file) => {
                    // On a file system without locks, another process may remove this file once the file is
                    // old enough.
                    let _ = file.try_lock();
                    return Ok(Self { path, file });
                }
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(naming(target, error)),
                Err(error) if attempt == MAX_ATTEMPTS => return Err(naming(&path, error)),
                Err(_) => {}
            }
        }
    }

    pub(super) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)?;
        self.file.sync_all()
    }

    /// Replaces the file `target`, by renaming the temporary file to `target`.
    pub(super) fn rename(&self, target: &Path) -> io::Result<()> {
        if cfg!(windows) {
            // While the file is locked, no other process can read it. The next step gives the file its final
            // name.
            let _ = self.file.unlock();
        }
        fs::rename(&self.path, target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // If the file was renamed, there is nothing to remove here, and the error is ignored.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes the temporary files that crashed processes created for the file `target`. The function ignores
/// errors, because such a file does no harm.
pub(super) fn remove_leftovers(target: &Path) {
    let (Some(name), Ok(entries)) = (target.file_name(), fs::read_dir(folder_of(target))) else { return };
    for entry in entries.flatten() {
        if is_temporary(&entry.file_name(), name) && is_left_over(&entry) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns whether a name has the form `TARGET.PID-RANDOM.new`, or the form of earlier versions,
/// `TARGET.PID.new`.
fn is_temporary(name: &OsStr, target: &OsStr) -> bool {
    let rest = name.as_encoded_bytes().strip_prefix(target.as_encoded_bytes());
    let Some(middle) = rest.and_then(|rest| rest.strip_prefix(b".")?.strip_suffix(b".new")) else { return false };
    let mut parts = middle.split(|byte| *byte == b'-');
    let is_pid = parts.next().is_some_and(|pid| !pid.is_empty() && pid.iter().all(u8::is_ascii_digit));
    let is_random = parts.next().is_none_or(|random| random.len() == 8 && random.iter().all(u8::is_ascii_hexdigit));
    is_pid && is_random && parts.next().is_none()
}

/// Returns whether a temporary file is at least [`LEFTOVER_AGE`] old and no process has locked the file.
fn is_left_over(entry: &DirEntry) -> bool {
    let Ok(metadata) = entry.metadata() else { return false };
    let age = metadata.modified().ok().and_then(|modified| modified.elapsed().ok());
    metadata.is_file()
        && age.is_some_and(|age| age >= LEFTOVER_AGE)
        && File::open(entry.path()).is_ok_and(|file| !matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}
