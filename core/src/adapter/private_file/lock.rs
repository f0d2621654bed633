//! Functions that create and check lock files. Only one process at a time can lock such a file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::naming::{naming, options};

/// Opens or creates the file at `path`, and locks this file without waiting. If another process has locked
/// the file, the function returns `None`. When the returned file is dropped, the lock is released.
///
/// The function also returns `None` if another process removed or replaced the file before this process
/// locked it. In this case, a third process could create and lock a new file at `path`.
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

/// Returns whether `file` is still the file at `path`. If another process removed or replaced the file at
/// `path`, the result is `false`.
///
/// On Windows, the result is always `true`: no process can remove a file while [`try_lock`] holds the file
/// open.
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
