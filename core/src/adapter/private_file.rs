//! Files for stores. Only the owner can read these files (mode 0600 on Unix). This module replaces a file
//! atomically.

mod lock;
mod naming;
mod temporary;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use naming::folder_of;
use temporary::Temporary;

pub use lock::{is_locked_file, try_lock};
pub use naming::{naming, options, sibling};

/// Replaces the content of the file at `path` with `text`. The function writes a temporary file with a unique
/// name in the same folder, and then renames this file. If writing or renaming fails, the old file stays
/// unchanged. If `path` is a symbolic link, the function replaces the target of the link.
///
/// The function also removes old temporary files of processes that crashed.
///
/// # Errors
/// When the file cannot be written. The error names the file.
pub fn replace(text: &[u8], path: &Path) -> io::Result<()> {
    let path = follow_links(path)?;
    let mut temporary = Temporary::create(&path)?;
    temporary.write(text).and_then(|()| temporary.rename(&path)).map_err(|error| naming(&path, error))?;
    // The new name must survive a crash of the system. Some systems cannot open a folder, and on such systems
    // nothing more can be done.
    if let Ok(folder) = File::open(folder_of(&path)) {
        let _ = folder.sync_all();
    }
    temporary::remove_leftovers(&path);
    Ok(())
}

/// Checks that [`replace`] can replace the file at `path`. The check creates a temporary file and removes
/// this file again.
///
/// # Errors
/// When no file can be created in the folder of this file. The error names the file at `path`.
pub fn check_replaceable(path: &Path) -> io::Result<()> {
    Temporary::create(&follow_links(path)?).map(drop)
}

/// Removes the file at `path`. If `path` is a symbolic link, the function removes the target of the link. If
/// the file does not exist, the function does nothing.
///
/// # Errors
/// When the file cannot be removed. The error names the file.
pub fn remove(path: &Path) -> io::Result<()> {
    let path = follow_links(path)?;
    temporary::remove_leftovers(&path);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(naming(&path, error)),
        _ => Ok(()),
    }
}

/// Follows symbolic links at `path`, and returns the path of the file at the end. This file may be absent. If
/// `path` is not a link, the function returns `path` unchanged.
///
/// # Errors
/// When a link cannot be read, when there are too many links, or when the path at the end is a folder or a
/// device. The error names the path.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    // Linux has the same limit.
    const MAX_LINKS: u32 = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {}
            Ok(metadata) if !metadata.is_file() => {
                let message = "this is not a regular file; choose another file";
                return Err(naming(&path, io::Error::new(io::ErrorKind::InvalidInput, message)));
            }
            _ => return Ok(path),
        }
        let target = fs::read_link(&path).map_err(|error| naming(&path, error))?;
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(naming(&path, io::Error::other("too many symbolic links; choose another file")))
}
