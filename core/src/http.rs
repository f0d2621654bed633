//! HTTP descriptions: what to send and what came back. Nothing here does I/O.

#[cfg(feature = "http")]
mod conversions;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

/// A request to be sent as it is: method POST, this URL, these headers, this body.
///
/// The body may hold a password or a token. It is zeroized on drop, and `Debug` prints lengths only.
#[derive(Clone)]
pub struct Request {
    url: String,
    headers: Headers,
    body: Zeroizing<Vec<u8>>,
    attempt: u32,
}

impl Request {
    /// The method of every request that this crate makes.
    pub const METHOD: &'static str = "POST";

    /// A request from its parts.
    #[must_use]
    pub fn new(url: impl Into<String>, headers: Headers, body: Vec<u8>) -> Self {
        Self { url: url.into(), headers, body: Zeroizing::new(body), attempt: 1 }
    }

    /// The same, as the attempt of this number.
    pub(crate) fn attempted(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    /// Which attempt this is at what the request is for, from 1. For logs: it is not sent.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The name of the operation, as AWS writes it; empty if the request is of none. For logs.
    #[must_use]
    pub fn operation(&self) -> &str {
        if let Some(target) = self.headers.get("x-amz-target") {
            return target.rsplit('.').next().unwrap_or_default();
        }
        // A form of the query protocol begins with it.
        let action = self.body.strip_prefix(b"Action=").unwrap_or_default();
        let action = action.split(|byte| *byte == b'&').next().and_then(|action| core::str::from_utf8(action).ok());
        action.unwrap_or_default()
    }

    /// The absolute URL, `http` or `https`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers; `host` and `content-length` are left to the transport.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body, to be sent unchanged. It may hold secrets: do not log it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .field("attempt", &self.attempt)
            .finish()
    }
}

/// A whole answer: status, headers and body, unchanged, with content and transfer encodings removed.
///
/// The body may hold tokens. It is zeroized on drop, and `Debug` prints lengths only.
#[derive(Clone)]
pub struct Response {
    status: u16,
    headers: Headers,
    body: Zeroizing<Vec<u8>>,
}

impl Response {
    /// A response from its parts.
    #[must_use]
    pub fn new(status: u16, headers: Headers, body: Vec<u8>) -> Self {
        Self { status, headers, body: Zeroizing::new(body) }
    }

    /// The HTTP status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The body. It may hold secrets: do not log it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// `x-amzn-requestid`, which AWS support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.headers.get("x-amzn-requestid")
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// Header names, in lower case, with their values, in order. `Debug` prints the names only: a value may be an API key.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a header, after those that are there.
    pub fn push(&mut self, name: &str, value: impl ToString) {
        self.0.push((name.to_ascii_lowercase(), value.to_string()));
    }

    /// The first value under this name, in any letter case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Every name with its value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl<Name: AsRef<str>, Value: ToString> FromIterator<(Name, Value)> for Headers {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(pairs: I) -> Self {
        let mut headers = Self::new();
        for (name, value) in pairs {
            headers.push(name.as_ref(), value);
        }
        headers
    }
}
