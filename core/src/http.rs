//! HTTP descriptions: what to send and what came back. Nothing here does I/O.

#[cfg(feature = "http")]
mod conversions;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`. The request has no body.
    Get,
    /// `POST`.
    Post,
}

impl Method {
    /// The method as HTTP writes it: `GET`, `POST`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request to be sent as it is: this method, this URL, these headers, this body.
///
/// The body may hold a password or a token, a header the client's secret. They are zeroized on drop, and
/// `Debug` prints the body's length and the headers' names only.
#[derive(Clone)]
pub struct Request {
    method: Method,
    url: String,
    headers: Headers,
    body: Zeroizing<Vec<u8>>,
    operation: &'static str,
    attempt: u32,
}

impl Request {
    /// A POST of this body.
    #[must_use]
    pub fn post(url: impl Into<String>, headers: Headers, body: Vec<u8>) -> Self {
        let body = Zeroizing::new(body);
        Self { method: Method::Post, url: url.into(), headers, body, operation: "", attempt: 1 }
    }

    /// A GET, which has no body.
    #[must_use]
    pub fn get(url: impl Into<String>, headers: Headers) -> Self {
        Self { method: Method::Get, ..Self::post(url, headers, Vec::new()) }
    }

    /// Names the operation that the request is for.
    #[must_use]
    pub fn for_operation(self, operation: &'static str) -> Self {
        Self { operation, ..self }
    }

    /// The same, as the attempt of this number.
    pub(crate) fn attempted(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    /// Adds a header, after those that are there.
    pub(crate) fn push_header(&mut self, name: &str, value: &str) {
        self.headers.push(name, value);
    }

    /// Which attempt this is at what the request is for, from 1. For logs: it is not sent.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The name of the operation that the request is for, as AWS writes it: `InitiateAuth`. Empty if the
    /// request has no name. For logs: it is not sent.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
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

    /// The body, to be sent unchanged; empty if the method is GET. It may hold secrets: do not log it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .field("operation", &self.operation)
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

/// Header names, in lower case, with their values, in order. `Debug` prints the names only, and the values
/// are zeroized on drop: one may be an API key or a client's secret.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, Zeroizing<String>)>);

impl Headers {
    /// No headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a header, after those that are there.
    pub fn push(&mut self, name: &str, value: impl ToString) {
        self.0.push((name.to_ascii_lowercase(), Zeroizing::new(value.to_string())));
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
