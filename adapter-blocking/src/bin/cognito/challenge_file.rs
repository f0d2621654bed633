//! A challenge in a file, from which a sign-in goes on.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

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
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(format!(".{}.new", std::process::id()));
    let temporary = path.with_file_name(name);
    private_file::replace(&text, &temporary, path).map_err(|error| Failure::File(error.to_string()))
}

pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    fs::remove_file(path).map_err(|error| Failure::file(path, &error))
}
