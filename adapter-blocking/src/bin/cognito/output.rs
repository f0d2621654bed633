//! What a command writes, and how it ends.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use cognito_blocking::Error;
use cognito_blocking::error::{InvalidInput, WithCauses};
use serde_json::{Value, json};

/// What a command has come to.
pub(crate) struct Report {
    /// For people.
    pub(crate) text: String,
    /// For programs.
    pub(crate) json: Value,
}

impl Report {
    pub(crate) fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json }
    }

    /// One that is JSON for people, too.
    pub(crate) fn of_json(json: Value) -> Self {
        Self { text: format!("{json:#}"), json }
    }
}

/// Why a command did not do what it should.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line or the configuration.
    Usage(String),
    /// What the library failed with.
    Library(Error),
    /// The library failed half way: what is done and what is not, and why.
    HalfDone(&'static str, Error),
    /// Somebody must be asked, and nobody can be.
    AnswerNeeded(AnswerNeeded),
    /// The service answered with what cannot be used.
    Malformed(&'static str),
    /// A file cannot be read or written.
    File(String),
    /// The terminal or the standard output failed.
    Machine(io::Error),
}

/// An answer that is missing.
#[derive(Debug)]
pub(crate) struct AnswerNeeded {
    /// The challenge, where it is one of the service's.
    pub(crate) challenge: Option<String>,
    /// The keys of the answers, any of which goes on.
    pub(crate) answers: Vec<String>,
    /// What to do.
    pub(crate) message: String,
}

impl Failure {
    /// Something that the terminal would have asked for.
    pub(crate) fn needs(key: &str, message: impl Into<String>) -> Self {
        Self::AnswerNeeded(AnswerNeeded { challenge: None, answers: vec![key.to_owned()], message: message.into() })
    }

    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::File(format!("cannot use the file {}: {}", path.display(), WithCauses::new(error)))
    }

    /// What cannot be read: input that is not UTF-8 is not the machine's fault.
    pub(crate) fn of_input(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::InvalidData {
            return Self::Usage("the input is not UTF-8".to_owned());
        }
        Self::Machine(error)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Malformed(_) => 4,
            Self::AnswerNeeded(_) => 5,
            Self::File(_) => 6,
            Self::Machine(_) => 1,
            Self::Library(error) | Self::HalfDone(_, error) => match error {
                Error::InvalidInput(_) => 2,
                Error::Refused(_) | Error::StartAgain(_) | Error::RefreshNotEnabled(_) => 3,
                Error::Malformed(_) | Error::NotReached(_) => 4,
                Error::NotSignedIn => 5,
                Error::Store(_) => 6,
                _ => 1,
            },
        }
    }

    /// Who is to blame, in the library's words where it has one.
    fn kind(&self) -> &'static str {
        match self {
            Self::Usage(_) => "Usage",
            Self::AnswerNeeded(_) => "AnswerNeeded",
            Self::Malformed(_) => "Malformed",
            Self::File(_) => "File",
            Self::Library(error) | Self::HalfDone(_, error) => match error {
                Error::Refused(_) => "Refused",
                Error::Malformed(_) => "Malformed",
                Error::NotReached(_) => "NotReached",
                Error::InvalidInput(_) => "InvalidInput",
                Error::StartAgain(_) => "StartAgain",
                Error::RefreshNotEnabled(_) => "RefreshNotEnabled",
                Error::NotSignedIn => "NotSignedIn",
                Error::Store(_) => "Store",
                _ => "Machine",
            },
            Self::Machine(_) => "Machine",
        }
    }

    /// What the library failed with.
    pub(crate) fn library(&self) -> Option<&Error> {
        match self {
            Self::Library(error) | Self::HalfDone(_, error) => Some(error),
            _ => None,
        }
    }

    fn to_json(&self) -> Value {
        let library = self.library();
        let refusal = match library {
            Some(Error::RefreshNotEnabled(not_enabled)) => Some(&not_enabled.refusal),
            error => error.and_then(Error::refusal),
        };
        let malformed = match library {
            Some(Error::Malformed(malformed)) => Some(malformed),
            _ => None,
        };
        let message = match (self, refusal) {
            (Self::HalfDone(told, _), Some(refusal)) => format!("{told}: {}", refusal.message),
            (_, Some(refusal)) => refusal.message.clone(),
            (_, None) => self.to_string(),
        };
        let request_id = refusal.and_then(|refusal| refusal.request_id.as_ref());
        let mut error = json!({
            "kind": self.kind(),
            "code": refusal.map(|refusal| &refusal.code),
            "message": message,
            "status": refusal.map(|refusal| refusal.status).or(malformed.map(|malformed| malformed.status)),
            "request_id": request_id.or(malformed.and_then(|malformed| malformed.request_id.as_ref())),
        });
        if let (Self::AnswerNeeded(needed), Some(members)) = (self, error.as_object_mut()) {
            members.insert("challenge".to_owned(), json!(needed.challenge));
            members.insert("answers".to_owned(), json!(needed.answers));
        }
        json!({ "error": error })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::File(text) => formatter.write_str(text),
            Self::Malformed(text) => formatter.write_str(text),
            Self::Library(Error::NotSignedIn) => {
                formatter.write_str("nobody is signed in: run `cognito sign-in`, or name another user by --username")
            }
            Self::Library(error) => error.with_causes().fmt(formatter),
            Self::HalfDone(told, error) => write!(formatter, "{told}: {}", error.with_causes()),
            Self::AnswerNeeded(needed) => formatter.write_str(&needed.message),
            Self::Machine(error) => WithCauses::new(error).fmt(formatter),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<InvalidInput> for Failure {
    fn from(error: InvalidInput) -> Self {
        Self::Library(error.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Machine(error)
    }
}

/// In which form things are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// Writes the result to the standard output.
    pub(crate) fn report(self, report: &Report) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let text = if self.json { report.json.to_string() } else { report.text.clone() };
        let text = if stdout.is_terminal() { plain(&text) } else { text };
        match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
            // Whoever reads it has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }

    /// Writes the failure to the standard error, and gives the exit code.
    pub(crate) fn failure(self, failure: &Failure) -> ExitCode {
        let text = if self.json { failure.to_json().to_string() } else { format!("cognito: {failure}") };
        // Where this cannot be written there is nothing left to say it with but the code.
        let _ = writeln!(io::stderr(), "{text}");
        ExitCode::from(failure.exit_code())
    }

    /// Says what is wrong although the command goes on.
    pub(crate) fn warning(self, text: &str) {
        self.note(&format!("warning: {text}"), &json!({ "warning": text }));
    }

    /// Says something beside the result.
    pub(crate) fn note(self, text: &str, json: &Value) {
        let line = if self.json { json.to_string() } else { format!("cognito: {}", plain(text)) };
        // Whether anybody reads it makes no difference.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Without what would command a terminal, whoever wrote it: an attribute, a device's name, a trigger.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() && character != '\n' { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_else_wrote_commands_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\r\nc\u{9b}d"), "a [2Jb \nc d");
    }
}
