//! Lock files, which exclude other processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::naming::{naming, options};

/// Opens or creates the file at `path` and locks it, without waiting. Returns `None` if the file is locked
/// already. Dropping the file releases the lock.
///
/// A file that was removed or replaced after it was opened is not returned, because another process can lock
/// the new file.
///
/// # Errors
/// When the file cannot be opened or locked. The error names the file.
pub fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = lock_options().create(true).truncate(false).open(path).map_err(|error| naming(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file).filter(|file| is_locked_file(file, path))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(naming(path, error)),
    }
}

/// Returns whether the open file is still the file at `path`, and was neither removed nor replaced.
///
/// On Windows, [`try_lock`] opens the file so that no process can remove it.
#[must_use]
pub fn is_locked_file(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        matches!((file.metadata().map(id), std::fs::metadata(path).map(id)), (Ok(open), Ok(named)) if open == named)
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

fn lock_options() -> OpenOptions {
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        // Other processes may read and write the file, but not remove or rename it.
        const FILE_SHARE_READ_AND_WRITE: u32 = 3;
        let mut options = options();
        options.share_mode(FILE_SHARE_READ_AND_WRITE);
        options
    }
    #[cfg(not(windows))]
    options()
}
