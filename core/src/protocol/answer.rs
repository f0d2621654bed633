//! What the answers of all protocols have in common.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::{Error, Malformed, Refusal, RefusalKind};
use crate::http::Response;
use crate::timestamp::Timestamp;

const EXCERPT_CHARACTERS: usize = 200;

/// Longer than any name or id of the service's.
const MAX_NAME_BYTES: usize = 128;
const MAX_MESSAGE_CHARS: usize = 4096;

/// What an answer says beside its body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata {
    /// The `Date` header.
    pub(crate) date: Option<Timestamp>,
    /// The HTTP status.
    pub(crate) status: u16,
    /// `x-amzn-requestid`.
    pub(crate) request_id: Option<String>,
}

impl Metadata {
    pub(super) fn from_response(response: &Response) -> Self {
        let request_id = response.request_id().filter(|id| id.len() <= MAX_NAME_BYTES);
        Self {
            date: response.headers().get("date").and_then(Timestamp::from_http_date),
            status: response.status(),
            request_id: request_id.map(ToOwned::to_owned),
        }
    }

    /// Whether the service has done what the request asks for.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer that this belongs to is not one of the service's. `reason` must repeat nothing of a 2xx
    /// body.
    pub(crate) fn malformed(&self, reason: impl Into<String>) -> Error {
        self.malformed_showing(&[], reason)
    }

    /// The same, with the beginning of the body, which must not be a 2xx one.
    pub(super) fn malformed_showing(&self, body: &[u8], reason: impl Into<String>) -> Error {
        let (reason, status, request_id) = (reason.into(), self.status, self.request_id.clone());
        Error::Malformed(Box::new(Malformed { reason, status, excerpt: excerpt(body), request_id }))
    }

    /// The service has refused the request. `code` is a [name](is_name).
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

/// Whether this can be the name of an error. A name goes to logs and terminals as it is.
pub(super) fn is_name(code: &str) -> bool {
    !code.is_empty() && code.len() <= MAX_NAME_BYTES && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Reads a JSON object.
pub(super) fn read_object<T: DeserializeOwned>(body: &[u8], metadata: &Metadata) -> Result<T, Error> {
    // A list would be taken for the members in their order.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(metadata.malformed("the body is not a JSON object"));
    }
    // The parser's own message may quote the value that it stumbled over.
    serde_json::from_slice(body).map_err(|error| {
        let problem = match error.classify() {
            Category::Data => "a member is missing or of another type",
            Category::Eof => "the JSON ends too early",
            Category::Syntax | Category::Io => "the body is not JSON",
        };
        metadata.malformed(format!("{problem} (line {}, column {})", error.line(), error.column()))
    })
}

fn excerpt(body: &[u8]) -> String {
    // Four bytes are the longest character.
    let head = body.get(..EXCERPT_CHARACTERS * 4).unwrap_or(body);
    let text = String::from_utf8_lossy(head);
    let plain = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    plain.take(EXCERPT_CHARACTERS).collect::<String>().trim().to_owned()
}
