//! File names, errors that name a file, and the options for creating a file.

use core::fmt;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

/// Returns the folder that contains the file.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Returns the path of a file in the same folder, with `ending` appended to the file name.
#[must_use]
pub fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ending);
    path.with_file_name(name)
}

/// Returns options that open a file for writing. If the file does not exist, opening it creates a file that
/// only the owner can read.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Wraps `error` in an error of the same kind whose message names the file. The `source()` of the new error
/// is `error`.
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
