//! For stores: files that only their owner can read (mode 0600 where there are modes), and that are replaced
//! whole.

use core::fmt;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Replaces the file with this text by writing another file, `temporary`, and renaming it. The old file stays
/// if anything fails.
///
/// # Errors
/// When `temporary` exists, or when either file cannot be written. The error names the file.
pub fn replace(text: &[u8], temporary: &Path, path: &Path) -> io::Result<()> {
    let written = write(text, temporary, path);
    if written.is_err() {
        // The error of the write is the one to report.
        let _ = fs::remove_file(temporary);
    }
    written
}

fn write(text: &[u8], temporary: &Path, path: &Path) -> io::Result<()> {
    let mut file = options().create_new(true).open(temporary).map_err(|error| naming(temporary, error))?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(|error| naming(temporary, error))?;
    fs::rename(temporary, path).map_err(|error| naming(path, error))?;
    // The new name must survive a crash too. Where a folder cannot be opened there is nothing to do about it.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// The file beside this one whose name has this ending added.
#[must_use]
pub fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ending);
    path.with_file_name(name)
}

/// Options that open a file for writing, and that make a new file readable by its owner only.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// An error of the same kind that names the file and has the given error as its source.
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
