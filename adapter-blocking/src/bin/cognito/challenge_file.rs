//! A challenge in a file, from which a sign-in goes on.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use cognito_blocking::Challenge;
use zeroize::Zeroizing;

use crate::output::Failure;

pub(crate) fn read(path: &Path) -> Result<Challenge, Failure> {
    let text = Zeroizing::new(fs::read(path).map_err(|error| Failure::file(path, &error))?);
    // The parser's own message may quote the challenge session.
    serde_json::from_slice(&text).map_err(|_| Failure::File(format!("{}: it is not a challenge", path.display())))
}

/// Writes the file whole and at once. Nobody but its owner can read it.
pub(crate) fn write(path: &Path, challenge: &Challenge) -> Result<(), Failure> {
    let failed = |error| Failure::file(path, &error);
    let text = Zeroizing::new(serde_json::to_vec(challenge).map_err(|error| failed(error.into()))?);
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(format!(".{}.new", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = replace(&text, &temporary, path);
    if written.is_err() {
        // The error of the write is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(failed)
}

pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    fs::remove_file(path).map_err(|error| Failure::file(path, &error))
}

fn replace(text: &[u8], temporary: &Path, path: &Path) -> io::Result<()> {
    let mut file: File = private().open(temporary)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(temporary, path)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
