//! Files that contain a challenge, so that another run of the tool can continue the sign-in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cognito_blocking::Challenge;
use cognito_blocking::adapter::private_file;
use cognito_blocking::error::WithCauses;
use zeroize::Zeroizing;

use crate::output::Failure;

/// The two challenge files of a sign-in: the file with the resumed challenge, and the file for the next
/// challenge.
///
/// Only one of the two files holds a challenge at a time.
pub(crate) struct ChallengeFiles {
    /// The file with the challenge that the sign-in resumes.
    resumed: Option<PathBuf>,
    /// The file for the challenges that follow the resumed challenge.
    next: Option<PathBuf>,
    is_resumed_answered: bool,
}

impl ChallengeFiles {
    /// Returns an error if the tool cannot write one of the two files, or if one of the two files contains
    /// something other than a challenge.
    pub(crate) fn new(resumed: Option<PathBuf>, named: Option<PathBuf>) -> Result<Self, Failure> {
        // The options --resume and --challenge-file may name the same file by different paths.
        let is_other = |named: &PathBuf| resumed.as_ref().is_none_or(|resumed| !is_same(named, resumed));
        let next = named.filter(is_other).or_else(|| resumed.clone());
        for path in resumed.iter().chain(&next) {
            require_replaceable(path)?;
            require_writable(path)?;
        }
        Ok(Self { resumed, next, is_resumed_answered: false })
    }

    /// Reads the challenge that the sign-in resumes. Returns `None` if the sign-in does not resume a
    /// challenge.
    pub(crate) fn read_resumed(&self) -> Result<Option<Challenge>, Failure> {
        self.resumed.as_deref().map(read).transpose()
    }

    /// Records that the service has accepted the answer to the resumed challenge.
    pub(crate) fn mark_answered(&mut self) {
        self.is_resumed_answered = true;
    }

    /// Returns the path of the file for the current challenge. If the file does not contain the challenge
    /// yet, [`Self::save`] writes the challenge into this file.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.unanswered_resumed().or(self.next.as_deref())
    }

    fn unanswered_resumed(&self) -> Option<&Path> {
        self.resumed.as_deref().filter(|_| !self.is_resumed_answered)
    }

    /// Saves the current challenge. Does nothing if a file already contains the challenge, or if the user did
    /// not name a file.
    pub(crate) fn save(&self, challenge: &Challenge) -> Result<(), Failure> {
        let (None, Some(next)) = (self.unanswered_resumed(), &self.next) else { return Ok(()) };
        write(next, challenge)?;
        if self.resumed.as_ref() == Some(next) { Ok(()) } else { self.remove_resumed() }
    }

    /// Removes the file with the resumed challenge.
    ///
    /// The resumed challenge can no longer be answered. The file may contain the secret of an authenticator
    /// app.
    pub(crate) fn remove_resumed(&self) -> Result<(), Failure> {
        self.resumed.as_deref().map_or(Ok(()), remove)
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}

/// Returns an error if the file exists, is not empty, and is not a challenge file. An empty file is accepted,
/// because a script may have created the file with `mktemp`.
fn require_replaceable(path: &Path) -> Result<(), Failure> {
    let is_replaceable = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(Failure::file(path, &error)),
        Ok(metadata) => metadata.is_file() && (metadata.len() == 0 || read(path).is_ok()),
    };
    if is_replaceable { Ok(()) } else { Err(not_a_challenge(path)) }
}

fn read(path: &Path) -> Result<Challenge, Failure> {
    let text = Zeroizing::new(fs::read(path).map_err(|error| Failure::file(path, &error))?);
    // The parser's error is discarded, because its message may quote the challenge session.
    serde_json::from_slice(&text).map_err(|_| not_a_challenge(path))
}

fn not_a_challenge(path: &Path) -> Failure {
    Failure::File(format!("{}: not a challenge file", path.display()))
}

/// Writes the file atomically. Only the owner can read the file.
fn write(path: &Path, challenge: &Challenge) -> Result<(), Failure> {
    let text = serde_json::to_vec(challenge).map_err(|error| Failure::file(path, &error.into()))?;
    let text = Zeroizing::new(text);
    private_file::replace(&text, path).map_err(failure)
}

/// Checks that the folder of the file is writable: creates and removes a temporary file.
fn require_writable(path: &Path) -> Result<(), Failure> {
    private_file::check_replaceable(path).map_err(failure)
}

fn remove(path: &Path) -> Result<(), Failure> {
    private_file::remove(path).map_err(failure)
}

/// Converts an error whose message already contains the path of the file.
fn failure(error: io::Error) -> Failure {
    Failure::File(WithCauses::new(&error).to_string())
}
