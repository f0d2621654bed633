//! Files for stores: only the owner can read them (mode 0600 on Unix), and they are replaced atomically.

use core::fmt;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces the content of the file at `path` with `text`: writes the file `temporary`, then renames it to
/// `path`. If writing or renaming fails, the old file stays unchanged.
///
/// # Errors
/// When the file `temporary` already exists, or when either file cannot be written. The error names the file.
pub fn replace(text: &[u8], temporary: &Path, path: &Path) -> io::Result<()> {
    let written = write(text, temporary, path);
    if written.is_err() {
        // The caller gets the error of the write. An error of this removal is ignored.
        let _ = fs::remove_file(temporary);
    }
    written
}

fn write(text: &[u8], temporary: &Path, path: &Path) -> io::Result<()> {
    let mut file = options().create_new(true).open(temporary).map_err(|error| naming(temporary, error))?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(|error| naming(temporary, error))?;
    fs::rename(temporary, path).map_err(|error| naming(path, error))?;
    // Syncing the folder makes the renaming survive a crash. A system that cannot open a folder offers no way
    // to sync the folder.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Returns the path of a file in the same folder, with `ending` appended to the file name.
#[must_use]
pub fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ending);
    path.with_file_name(name)
}

/// Returns the options to open a file for writing. If the file is new, only its owner can read it.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Returns an error that names the file. The returned error has the kind of `error`, and has `error` as its
/// source.
#[must_use]
pub fn naming(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), InFile { path: path.to_path_buf(), cause: error })
}

#[derive(Debug)]
struct InFile {
    path: PathBuf,
    cause: io::Error,
}

impl fmt::Display for InFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot use the file {}", self.path.display())
    }
}

impl core::error::Error for InFile {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.cause)
    }
}
