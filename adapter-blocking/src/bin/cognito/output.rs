//! The output of a command: its result or failure as text or JSON, and the exit code.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use cognito_blocking::Error;
use cognito_blocking::error::{InvalidInput, WithCauses};
use serde_json::{Value, json};

use crate::exact_json::ExactJson;

/// The result of a command that succeeded.
pub(crate) struct Report {
    /// The text that is written without `--json`.
    pub(crate) text: String,
    /// The JSON that is written with `--json`.
    pub(crate) json: ExactJson,
}

impl Report {
    pub(crate) fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json: json.into() }
    }

    /// Creates a report whose text is the same JSON, pretty-printed.
    pub(crate) fn from_json(json: impl Into<ExactJson>) -> Self {
        let json = json.into();
        Self { text: format!("{json:#}"), json }
    }
}

/// The reason why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line, the configuration or an input is invalid.
    Usage(String),
    /// The library returned an error.
    Library(Error),
    /// The command did a part of its job: a text that says which part, and the error that stopped the
    /// command.
    PartlyDone(&'static str, Error),
    /// The command needs an answer from the user, and there is no terminal at which to prompt.
    AnswerNeeded(AnswerNeeded),
    /// The service returned a response that the command cannot use.
    Malformed(&'static str),
    /// A file could not be read or written.
    File(String),
    /// The terminal or the standard output failed.
    Machine(io::Error),
}

/// An answer that the user must pass on the command line.
#[derive(Debug)]
pub(crate) struct AnswerNeeded {
    /// The name of the Cognito challenge that needs the answer, if there is one.
    pub(crate) challenge: Option<String>,
    /// The keys of the possible answers, one of which is enough to continue.
    pub(crate) answers: Vec<String>,
    /// The error message, which says what the user must do.
    pub(crate) message: String,
}

impl Failure {
    /// Creates the failure for an answer for which the tool would prompt at a terminal.
    pub(crate) fn answer_needed(key: &str, message: impl Into<String>) -> Self {
        Self::AnswerNeeded(AnswerNeeded { challenge: None, answers: vec![key.to_owned()], message: message.into() })
    }

    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::File(format!("cannot use the file {}: {}", path.display(), WithCauses::new(error)))
    }

    /// Creates the failure for an input that could not be read. Input that is not UTF-8 is a usage error.
    pub(crate) fn from_input(error: io::Error) -> Self {
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
            Self::Library(error) | Self::PartlyDone(_, error) => match error {
                Error::InvalidInput(_) => 2,
                Error::Refused(_) | Error::StartAgain(_) | Error::RefreshNotEnabled(_) => 3,
                Error::Malformed(_) | Error::NotReached(_) => 4,
                Error::NotSignedIn => 5,
                Error::Store(_) => 6,
                _ => 1,
            },
        }
    }

    /// Returns the member `kind` of the JSON error: the name of the library's error variant, if there is one.
    fn kind(&self) -> &'static str {
        match self {
            Self::Usage(_) => "Usage",
            Self::AnswerNeeded(_) => "AnswerNeeded",
            Self::Malformed(_) => "Malformed",
            Self::File(_) => "File",
            Self::Library(error) | Self::PartlyDone(_, error) => match error {
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

    /// Returns the library's error, if the library caused the failure.
    pub(crate) fn library(&self) -> Option<&Error> {
        match self {
            Self::Library(error) | Self::PartlyDone(_, error) => Some(error),
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
            (Self::PartlyDone(state, _), Some(refusal)) => format!("{state}: {}", refusal.message),
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
            Self::Library(Error::NotSignedIn) => formatter
                .write_str("no user is signed in: run `cognito sign-in`, or choose another user with --username"),
            Self::Library(error) => error.with_causes().fmt(formatter),
            Self::PartlyDone(state, error) => write!(formatter, "{state}: {}", error.with_causes()),
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

/// The form in which the tool writes results, errors and warnings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    /// Writes the result of the command to standard output.
    pub(crate) fn report(self, report: &Report) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let text = if self.json { report.json.to_string() } else { report.text.clone() };
        let text = if stdout.is_terminal() { without_control_characters(&text) } else { text };
        match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
            // A reader such as `head` closed the pipe after reading enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }

    /// Writes the failure to standard error, and returns the exit code.
    pub(crate) fn failure(self, failure: &Failure) -> ExitCode {
        let text = if self.json { failure.to_json().to_string() } else { format!("cognito: {failure}") };
        // If standard error cannot be written, the exit code still reports the failure.
        let _ = writeln!(io::stderr(), "{text}");
        ExitCode::from(failure.exit_code())
    }

    /// Writes a warning to standard error. The command continues.
    pub(crate) fn warning(self, text: &str) {
        self.note(&format!("warning: {text}"), &json!({ "warning": text }));
    }

    /// Writes a line to standard error, in addition to the result.
    pub(crate) fn note(self, text: &str, json: &Value) {
        let line = if self.json { json.to_string() } else { format!("cognito: {}", without_control_characters(text)) };
        // The command continues even if standard error cannot be written.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Replaces control characters, except line breaks, with spaces.
///
/// Text from attributes, device names or Lambda triggers could otherwise send commands to the terminal.
pub(crate) fn without_control_characters(text: &str) -> String {
    text.chars().map(|character| if character.is_control() && character != '\n' { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(without_control_characters("a\u{1b}[2Jb\r\nc\u{9b}d"), "a [2Jb \nc d");
    }
}
