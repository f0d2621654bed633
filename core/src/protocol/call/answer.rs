//! From a response to what it means.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::Metadata;
use crate::configuration::endpoint::Service;
use crate::error::{Error, Malformed, Refusal, RefusalKind};
use crate::http::Response;
use crate::operation::Operation;
use crate::protocol::query;
use crate::timestamp::Timestamp;

const EXCERPT_CHARACTERS: usize = 200;

pub(super) fn metadata(response: &Response) -> Metadata {
    Metadata {
        date: response.headers().get("date").and_then(Timestamp::from_http_date),
        status: response.status(),
        request_id: response
            .headers()
            .get("x-amzn-requestid")
            .filter(|id| id.len() <= LONGEST_NAME)
            .map(ToOwned::to_owned),
    }
}

impl Metadata {
    /// The answer that this belongs to is not one of the service's. `reason` must repeat nothing of a 2xx body.
    pub(crate) fn malformed(&self, reason: impl Into<String>) -> Error {
        self.malformed_showing(String::new(), reason)
    }

    fn malformed_showing(&self, excerpt: String, reason: impl Into<String>) -> Error {
        let (reason, status, request_id) = (reason.into(), self.status, self.request_id.clone());
        Error::Malformed(Box::new(Malformed { reason, status, excerpt, request_id }))
    }
}

pub(super) fn read<O: Operation>(response: &Response, metadata: &Metadata) -> Result<O::Response, Error> {
    let is_query = O::SERVICE == Service::Sts;
    if !(200..300).contains(&response.status()) {
        return Err(refusal(response, metadata, is_query));
    }
    if is_query { read_xml::<O>(response.body(), metadata) } else { read_json(response.body(), metadata) }
}

fn read_json<R: DeserializeOwned>(body: &[u8], metadata: &Metadata) -> Result<R, Error> {
    // Some operations that have nothing to say send no body at all.
    let body = if body.is_empty() { b"{}" } else { body };
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

fn read_xml<O: Operation>(body: &[u8], metadata: &Metadata) -> Result<O::Response, Error> {
    let result = query::result(O::NAME, body).map_err(|problem| metadata.malformed(problem))?;
    serde_json::from_value(result).map_err(|_| metadata.malformed("a member is missing or of another type"))
}

/// Longer than any name or id of the service's.
const LONGEST_NAME: usize = 128;
const LONGEST_MESSAGE: usize = 4096;

fn refusal(response: &Response, metadata: &Metadata, is_query: bool) -> Error {
    if is_query && let Some((code, message)) = query::error(response.body()).filter(|(code, _)| is_name(code)) {
        return refused(&code, &message, metadata);
    }
    let body = serde_json::from_slice::<Map<String, Value>>(response.body());
    let is_json = body.is_ok();
    let body = body.unwrap_or_default();
    // Each of these is left out by some. What is not a text is as good as left out.
    let member = |name| body.get(name).and_then(Value::as_str);
    let header = |name| response.headers().get(name);
    let names = [member("__type"), member("code"), header("x-amzn-errortype")];
    let code = names.into_iter().flatten().map(bare_code).find(|code| !code.is_empty());
    let Some(code) = code.filter(|code| is_name(code)) else {
        let reason = match (is_json, is_query) {
            (true, _) => "an error without a name",
            (false, true) => "an error that is neither XML nor JSON",
            (false, false) => "an error that is not JSON",
        };
        return metadata.malformed_showing(excerpt(response.body()), reason);
    };
    let message = member("message").or(member("Message")).or(header("x-amzn-errormessage")).unwrap_or_default();
    refused(code, message, metadata)
}

/// A name goes to logs and terminals as it is.
fn is_name(code: &str) -> bool {
    !code.is_empty() && code.len() <= LONGEST_NAME && code.bytes().all(|byte| byte.is_ascii_graphic())
}

fn refused(code: &str, message: &str, metadata: &Metadata) -> Error {
    let message = message.chars().take(LONGEST_MESSAGE).collect::<String>();
    Error::Refused(Box::new(Refusal {
        kind: RefusalKind::new(code, &message),
        code: code.to_owned(),
        message,
        status: metadata.status,
        request_id: metadata.request_id.clone(),
    }))
}

/// The name without the namespace before a `#`, and without what the header has after a `:` or `,`.
fn bare_code(text: &str) -> &str {
    let text = text.split([':', ',']).next().unwrap_or_default();
    text.rsplit('#').next().unwrap_or_default().trim()
}

fn excerpt(body: &[u8]) -> String {
    // Four bytes are the longest character.
    let head = body.get(..EXCERPT_CHARACTERS * 4).unwrap_or(body);
    let text = String::from_utf8_lossy(head);
    let plain = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    plain.take(EXCERPT_CHARACTERS).collect::<String>().trim().to_owned()
}
