//! Files that nobody but their owner can read, and that are replaced whole. For this crate and its program alone.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts the text in the place of the file, by way of another file beside it that is not there yet: whatever goes wrong, the
/// old one stays.
///
/// # Errors
/// When one of the two cannot be written. The error names it.
pub fn replace(text: &[u8], temporary: &Path, path: &Path) -> io::Result<()> {
    let written = write(text, temporary, path);
    if written.is_err() {
        // The error of the write is the one to tell.
        let _ = fs::remove_file(temporary);
    }
    written
}

fn write(text: &[u8], temporary: &Path, path: &Path) -> io::Result<()> {
    let mut file = options().create_new(true).open(temporary).map_err(|error| naming(temporary, error))?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(|error| naming(temporary, error))?;
    fs::rename(temporary, path).map_err(|error| naming(path, error))?;
    // The new name must last, too; where a folder cannot be opened there is nothing to do about it.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// The file beside this one whose name has this ending more.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ending);
    path.with_file_name(name)
}

/// Opens for writing, and makes files that nobody else can read.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The same error, with the file that it is about.
pub(crate) fn naming(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
