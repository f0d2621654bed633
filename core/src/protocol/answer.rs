//! The parts of a response that all protocols share: metadata, errors and JSON objects.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::{Error, Malformed, Refusal, RefusalKind};
use crate::http::Response;
use crate::plain_text;
use crate::timestamp::Timestamp;

const EXCERPT_CHARACTERS: usize = 200;

/// The maximum length of an error name or a request id, in bytes. The service's own error names and request
/// ids are shorter.
const MAX_NAME_BYTES: usize = 128;
const MAX_MESSAGE_CHARS: usize = 4096;

/// The metadata of an HTTP response: its date, its status and its request id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata {
    /// The time in the header `Date`.
    pub(crate) date: Option<Timestamp>,
    /// The HTTP status of the response.
    pub(crate) status: u16,
    /// The value of the header `x-amzn-requestid`.
    pub(crate) request_id: Option<String>,
}

impl Metadata {
    pub(super) fn from_response(response: &Response) -> Self {
        let is_valid = |id: &&str| id.len() <= MAX_NAME_BYTES && id.chars().all(plain_text::is_plain);
        let request_id = response.request_id().filter(is_valid);
        Self {
            date: response.headers().get("date").and_then(Timestamp::from_http_date),
            status: response.status(),
            request_id: request_id.map(ToOwned::to_owned),
        }
    }

    /// Creates the error of a response that is not valid. `reason` must not quote the body of a 2xx response.
    pub(crate) fn malformed(&self, reason: impl Into<String>) -> Error {
        self.malformed_showing(&[], reason)
    }

    /// Creates the error of a response that is not valid, with an excerpt from the beginning of `body`. Do
    /// not pass the body of a 2xx response, because such a body may contain tokens.
    pub(super) fn malformed_showing(&self, body: &[u8], reason: impl Into<String>) -> Error {
        let (reason, status, request_id) = (reason.into(), self.status, self.request_id.clone());
        Error::Malformed(Box::new(Malformed { reason, status, excerpt: excerpt(body), request_id }))
    }

    /// Creates the error of a request that the service rejected. `code` must be a [valid name](is_name).
    pub(super) fn refused(&self, code: &str, message: &str) -> Error {
        let message = message.chars().take(MAX_MESSAGE_CHARS).collect::<String>();
        Error::Refused(Box::new(Refusal {
            kind: RefusalKind::new(code, &message),
            code: code.to_owned(),
            message,
            status: self.status,
            request_id: self.request_id.clone(),
        }))
    }
}

/// Returns whether a text is valid as the name of an error. A valid name contains only visible ASCII
/// characters, because error names are printed to logs and terminals without escaping.
pub(super) fn is_name(code: &str) -> bool {
    !code.is_empty() && code.len() <= MAX_NAME_BYTES && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Reads a JSON object.
pub(super) fn read_object<T: DeserializeOwned>(body: &[u8], metadata: &Metadata) -> Result<T, Error> {
    // Without this check, serde would accept a JSON array of the field values in place of an object.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(metadata.malformed("the body is not a JSON object"));
    }
    // The parser's own message is not used, because the message may quote the invalid value.
    serde_json::from_slice(body).map_err(|error| {
        let reason = match error.classify() {
            Category::Data => "a member is missing or has the wrong type",
            Category::Eof => "the JSON ends too early",
            Category::Syntax | Category::Io => "the body is not valid JSON",
        };
        metadata.malformed(format!("{reason} (line {}, column {})", error.line(), error.column()))
    })
}

fn excerpt(body: &[u8]) -> String {
    // A character in UTF-8 has at most four bytes.
    let head = body.get(..EXCERPT_CHARACTERS * 4).unwrap_or(body);
    let text = String::from_utf8_lossy(head);
    let plain = text.chars().map(|character| if plain_text::is_plain(character) { character } else { ' ' });
    plain.take(EXCERPT_CHARACTERS).collect::<String>().trim().to_owned()
}
