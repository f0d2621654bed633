//! A challenge in a file, from which a sign-in goes on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cognito_blocking::Challenge;
use cognito_blocking::adapter::private_file;
use cognito_blocking::error::WithCauses;
use zeroize::Zeroizing;

use crate::output::Failure;

/// The file that a sign-in goes on from, and the one where it leaves off. A challenge is in one of them at a time.
pub(crate) struct ChallengeFiles {
    resumed: Option<PathBuf>,
    /// Where the challenges after the resumed one go.
    next: Option<PathBuf>,
    is_resumed_answered: bool,
}

impl ChallengeFiles {
    /// Those that were named, once it is certain that they can be written and that nothing else is lost by it.
    pub(crate) fn new(resumed: Option<PathBuf>, named: Option<PathBuf>) -> Result<Self, Failure> {
        // The same file by another name is the one file.
        let is_other = |named: &PathBuf| resumed.as_ref().is_none_or(|resumed| !is_same(named, resumed));
        let next = named.filter(is_other).or_else(|| resumed.clone());
        for path in resumed.iter().chain(&next) {
            must_be_replaceable(path)?;
            must_be_writable(path)?;
        }
        Ok(Self { resumed, next, is_resumed_answered: false })
    }

    /// The challenge to go on with, if there is one.
    pub(crate) fn resumed(&self) -> Result<Option<Challenge>, Failure> {
        self.resumed.as_deref().map(read).transpose()
    }

    /// The service has accepted an answer.
    pub(crate) fn answered(&mut self) {
        self.is_resumed_answered = true;
    }

    /// Where the challenge is that is to be answered now, or would be kept.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.still_resumed().or(self.next.as_deref())
    }

    fn still_resumed(&self) -> Option<&Path> {
        self.resumed.as_deref().filter(|_| !self.is_resumed_answered)
    }

    /// Keeps the challenge that is to be answered now, if there is a file for it.
    pub(crate) fn keep(&self, challenge: &Challenge) -> Result<(), Failure> {
        let (None, Some(next)) = (self.still_resumed(), &self.next) else { return Ok(()) };
        write(next, challenge)?;
        if self.resumed.as_ref() == Some(next) { Ok(()) } else { self.remove_resumed() }
    }

    /// Removes the file that the sign-in went on from: it is spent, and may hold the secret of an authenticator app.
    pub(crate) fn remove_resumed(&self) -> Result<(), Failure> {
        self.resumed.as_deref().map_or(Ok(()), remove)
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// Fails where there is something that is no challenge. An empty file may be one that was made for this.
fn must_be_replaceable(path: &Path) -> Result<(), Failure> {
    let is_challenge = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(Failure::file(path, &error)),
        Ok(metadata) => metadata.is_file() && (metadata.len() == 0 || read(path).is_ok()),
    };
    if is_challenge { Ok(()) } else { Err(no_challenge(path)) }
}

fn read(path: &Path) -> Result<Challenge, Failure> {
    let text = Zeroizing::new(fs::read(path).map_err(|error| Failure::file(path, &error))?);
    // The parser's own message may quote the challenge session.
    serde_json::from_slice(&text).map_err(|_| no_challenge(path))
}

fn no_challenge(path: &Path) -> Failure {
    Failure::File(format!("{}: it is not a challenge", path.display()))
}

/// Writes the file whole and at once. Nobody but its owner can read it.
fn write(path: &Path, challenge: &Challenge) -> Result<(), Failure> {
    let text = serde_json::to_vec(challenge).map_err(|error| Failure::file(path, &error.into()))?;
    let text = Zeroizing::new(text);
    private_file::replace(&text, &temporary(path), path)
        .map_err(|error| Failure::File(WithCauses::new(&error).to_string()))
}

/// Fails where the file cannot be written, at a time when nothing is lost by that.
fn must_be_writable(path: &Path) -> Result<(), Failure> {
    let temporary = temporary(path);
    let made = private_file::options().create_new(true).open(&temporary);
    made.and_then(|_| fs::remove_file(&temporary)).map_err(|error| Failure::file(path, &error))
}

/// The file by way of which another is replaced.
fn temporary(path: &Path) -> PathBuf {
    private_file::sibling(path, &format!(".{}.new", std::process::id()))
}

fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file(path, &error)),
        _ => Ok(()),
    }
}
