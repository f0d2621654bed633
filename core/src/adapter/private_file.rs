//! Files for stores: only the owner can read them (mode 0600 on Unix), and they are replaced atomically.

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

/// Replaces the content of the file at `path` with `text`: writes a temporary file with a unique name in the
/// same folder, then renames it. If writing or renaming fails, the old file stays unchanged. If `path` is a
/// symbolic link, the file that the link leads to is replaced.
///
/// Afterwards, the temporary files of processes that died are removed.
///
/// # Errors
/// When the file cannot be written. The error names the file.
pub fn replace(text: &[u8], path: &Path) -> io::Result<()> {
    let path = follow_links(path)?;
    let mut temporary = Temporary::create(&path)?;
    temporary.write(text).and_then(|()| temporary.rename(&path)).map_err(|error| naming(&path, error))?;
    // The renaming must survive a crash. On systems where a folder cannot be opened, nothing more can be
    // done.
    if let Ok(folder) = File::open(folder_of(&path)) {
        let _ = folder.sync_all();
    }
    temporary::remove_leftovers(&path);
    Ok(())
}

/// Checks that the file at `path` can be [replaced](replace), by creating and removing a temporary file.
///
/// # Errors
/// When no file can be created in the folder. The error names the file at `path`.
pub fn check_replaceable(path: &Path) -> io::Result<()> {
    Temporary::create(&follow_links(path)?).map(drop)
}

/// Removes the file at `path`. If `path` is a symbolic link, the file that the link leads to is removed. An
/// absent file is not an error.
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

/// Returns the path of the file to which symbolic links at `path` lead. The file may be absent. A path that
/// is not a link is returned unchanged.
///
/// # Errors
/// When a link cannot be read, when the links form a circle, or when the path leads to a folder or a device,
/// which must not be replaced. The error names the path.
pub fn follow_links(path: &Path) -> io::Result<PathBuf> {
    // The limit of Linux.
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
