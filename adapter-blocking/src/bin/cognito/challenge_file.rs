//! A challenge in a file, from which a sign-in goes on.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cognito_blocking::{Challenge, private_file};
use zeroize::Zeroizing;

use crate::output::Failure;

pub(crate) fn read(path: &Path) -> Result<Challenge, Failure> {
    let text = Zeroizing::new(fs::read(path).map_err(|error| Failure::file(path, &error))?);
    // The parser's own message may quote the challenge session.
    serde_json::from_slice(&text).map_err(|_| Failure::File(format!("{}: it is not a challenge", path.display())))
}

/// Writes the file whole and at once. Nobody but its owner can read it.
pub(crate) fn write(path: &Path, challenge: &Challenge) -> Result<(), Failure> {
    let text = serde_json::to_vec(challenge).map_err(|error| Failure::file(path, &error.into()))?;
    let text = Zeroizing::new(text);
    private_file::replace(&text, &temporary(path), path).map_err(|error| Failure::File(error.to_string()))
}

/// Fails where the file cannot be written, at a time when nothing is lost by that.
pub(crate) fn must_be_writable(path: &Path) -> Result<(), Failure> {
    let temporary = temporary(path);
    let made = private_file::options().create_new(true).open(&temporary);
    made.and_then(|_| fs::remove_file(&temporary)).map_err(|error| Failure::file(&temporary, &error))
}

/// The file by way of which another is replaced.
fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}

pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file(path, &error)),
        _ => Ok(()),
    }
}
