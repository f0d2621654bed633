//! The output of a command: its result or failure as text or JSON, and the exit code.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use cognito_blocking::Error;
use cognito_blocking::error::{InvalidInput, WithCauses};
use cognito_blocking::plain_text::{self, escape};
use serde_json::{Value, json};

use crate::exact_json::ExactJson;

/// The result of a command that succeeded.
pub(crate) struct Report {
    /// The text that the tool writes if `--json` is not set.
    text: Text,
    /// The JSON that is written with `--json`.
    json: ExactJson,
}

/// The text of a report.
enum Text {
    /// Lines that may contain text from the service or from the store. The tool writes each item as one line.
    Lines(Vec<String>),
    /// The JSON of the report, pretty-printed.
    Json,
    /// A script that this program generated. The tool writes the script unchanged.
    Script(String),
}

impl Report {
    /// Creates a report with one line of text.
    pub(crate) fn new(line: impl Into<String>, json: impl Into<ExactJson>) -> Self {
        Self::lines(vec![line.into()], json)
    }

    /// Creates a report with several lines of text.
    pub(crate) fn lines(lines: Vec<String>, json: impl Into<ExactJson>) -> Self {
        Self { text: Text::Lines(lines), json: json.into() }
    }

    /// Creates a report from JSON. The text of the report is the JSON in pretty-printed form.
    pub(crate) fn from_json(json: impl Into<ExactJson>) -> Self {
        Self { text: Text::Json, json: json.into() }
    }

    /// Creates a report whose text is a script for a shell.
    pub(crate) fn script(script: String) -> Self {
        let json = json!({ "script": script });
        Self { text: Text::Script(script), json: json.into() }
    }

    /// Returns the text of the report. If `is_terminal` is true, escapes all characters that are unsafe for a
    /// terminal. Always escapes line breaks inside values, so that a value cannot add a line to the text.
    fn to_text(&self, is_terminal: bool) -> String {
        let escape = if is_terminal { plain_text::escape } else { plain_text::escape_line_breaks };
        match &self.text {
            Text::Lines(lines) => lines.iter().map(|line| escape(line).to_string()).collect::<Vec<_>>().join("\n"),
            Text::Json => plain_json(&format!("{:#}", self.json)),
            Text::Script(script) => script.trim_end().to_owned(),
        }
    }
}

/// The reason why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line, the configuration or an input is invalid.
    Usage(String),
    /// The library returned an error.
    Library(Error),
    /// The command did a part of its work, and then failed. The text says which part of the work is done.
    PartlyDone(&'static str, Error),
    /// The command needs an answer from the user, and there is no terminal for a prompt.
    AnswerNeeded(AnswerNeeded),
    /// The service returned a response that the command cannot use.
    Malformed(&'static str),
    /// A file could not be read or written.
    File(String),
    /// An operation on the terminal, standard input or standard output failed.
    Machine(io::Error),
}

/// An answer that the user must pass on the command line.
#[derive(Debug)]
pub(crate) struct AnswerNeeded {
    /// The name of the Cognito challenge that needs the answer, or `None` if the answer is not for a
    /// challenge.
    pub(crate) challenge: Option<String>,
    /// The keys of the possible answers. One of these answers is enough to continue.
    pub(crate) answers: Vec<String>,
    /// The error message, which says what the user must do.
    pub(crate) message: String,
}

impl Failure {
    /// Creates the failure for a missing answer if there is no terminal for a prompt.
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
                Error::NotSignedIn | Error::NoRefreshToken | Error::OtherEndpoint(_) => 5,
                Error::OtherUserPool(_) => 2,
                Error::Store(_) => 6,
                _ => 1,
            },
        }
    }

    /// Returns the value of the member `kind` in the JSON error. For most errors of the library, the value is
    /// the name of the [`Error`] variant.
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
                Error::NoRefreshToken => "NoRefreshToken",
                Error::OtherEndpoint(_) => "OtherEndpoint",
                Error::OtherUserPool(_) => "OtherUserPool",
                Error::Store(_) => "Store",
                _ => "Machine",
            },
            Self::Machine(_) => "Machine",
        }
    }

    /// Returns the error from the library, or `None` if the failure has another cause.
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
        let text = if self.json { plain_json(&report.json.to_string()) } else { report.to_text(stdout.is_terminal()) };
        match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
            // A reader such as `head` closed the pipe after reading enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => Ok(written?),
        }
    }

    /// Writes the failure to standard error, and returns the exit code.
    pub(crate) fn failure(self, failure: &Failure) -> ExitCode {
        self.write_to_stderr(&failure.to_string(), &failure.to_json());
        ExitCode::from(failure.exit_code())
    }

    /// Writes a warning to standard error. The command continues after a warning.
    pub(crate) fn warning(self, text: &str) {
        self.note(&format!("warning: {text}"), &json!({ "warning": text }));
    }

    /// Writes a line of additional information to standard error.
    pub(crate) fn note(self, text: &str, json: &Value) {
        self.write_to_stderr(text, json);
    }

    fn write_to_stderr(self, text: &str, json: &Value) {
        let line = if self.json { plain_json(&json.to_string()) } else { format!("cognito: {}", escape(text)) };
        // Even if standard error cannot be written, the exit code reports a failure.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Escapes the characters in a JSON text that are unsafe for a terminal. A JSON serializer escapes only some
/// of these characters.
fn plain_json(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || plain_text::is_plain(character) {
            plain.push(character);
        } else {
            // Outside of strings, JSON has no such character except the line break.
            for unit in character.encode_utf16(&mut [0; 2]) {
                plain.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let report = Report::new("a\u{1b}[2Jb\r\nc\u{9b}\u{202e}d", Value::Null);
        assert_eq!(report.to_text(true), r"a\u{1b}[2Jb\r\nc\u{9b}\u{202e}d");
        assert_eq!(report.to_text(false), "a\\u{1b}[2Jb\\r\\nc\\u{9b}\u{202e}d");
    }

    #[test]
    fn json_escapes_each_character_that_a_terminal_must_not_get() {
        let value = json!({ "a": "\u{9b}2J \u{202e}\u{e0041}\n\u{1b} \u{7f} ä" });
        let text = Report::from_json(value.clone()).to_text(false);
        assert_eq!(text, "{\n  \"a\": \"\\u009b2J \\u202e\\udb40\\udc41\\n\\u001b \\u007f ä\"\n}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
