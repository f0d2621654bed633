//! The types of HTTP requests and responses. This module does no I/O.

#[cfg(feature = "http")]
mod conversions;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

/// The method of an HTTP request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// The method `GET`, for a request without a body.
    Get,
    /// The method `POST`.
    Post,
}

impl Method {
    /// Returns the method as HTTP writes it: `GET` or `POST`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// An HTTP request. The transport must send the method, the URL, the headers and the body unchanged.
///
/// The body may contain a password or a token, and a header may contain the client secret. The body and the
/// header values are zeroized on drop. `Debug` prints only the length of the body and the names of the
/// headers.
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
    /// Creates a POST request with this body.
    #[must_use]
    pub fn post(url: impl Into<String>, headers: Headers, body: Vec<u8>) -> Self {
        let body = Zeroizing::new(body);
        Self { method: Method::Post, url: url.into(), headers, body, operation: "", attempt: 1 }
    }

    /// Creates a GET request, which has no body.
    #[must_use]
    pub fn get(url: impl Into<String>, headers: Headers) -> Self {
        Self { method: Method::Get, ..Self::post(url, headers, Vec::new()) }
    }

    /// Sets the name of the operation that this request calls.
    #[must_use]
    pub fn for_operation(self, operation: &'static str) -> Self {
        Self { operation, ..self }
    }

    /// Sets the number of the attempt, counted from 1.
    pub(crate) fn with_attempt(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    /// Appends a header.
    pub(crate) fn push_header(&mut self, name: &str, value: &str) {
        self.headers.push(name, value);
    }

    /// Returns the number of the attempt, counted from 1. The attempt number is only for logs and is not
    /// sent.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns the name of the operation as AWS writes it, such as `InitiateAuth`, or an empty string if the
    /// request has no operation. The operation name is only for logs.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the HTTP method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Returns the absolute URL, with the scheme `http` or `https`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the headers. The transport must add the headers `host` and `content-length`.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Returns the body, which is empty if the method is GET. Send the body unchanged, and do not log it,
    /// because it may contain secrets.
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

/// A complete HTTP response: the status, the headers and the body. The body is decoded: the transport has
/// already removed content encodings, such as gzip, and transfer encodings.
///
/// The body may contain tokens. The body and the header values are zeroized on drop. `Debug` prints only the
/// length of the body and the names of the headers.
#[derive(Clone)]
pub struct Response {
    status: u16,
    headers: Headers,
    body: Zeroizing<Vec<u8>>,
}

impl Response {
    /// Creates a response from its parts.
    #[must_use]
    pub fn new(status: u16, headers: Headers, body: Vec<u8>) -> Self {
        Self { status, headers, body: Zeroizing::new(body) }
    }

    /// Returns the HTTP status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Returns the body. Do not log the body, because it may contain secrets.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the request id in the header `x-amzn-requestid`, for inquiries to AWS Support.
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

/// An ordered list of HTTP headers. The list contains the header names in lower case. A header value may be
/// an API key or a client secret, so `Debug` prints only the names, and the values are zeroized on drop.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, Zeroizing<String>)>);

impl Headers {
    /// Creates an empty list of headers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a header.
    pub fn push(&mut self, name: &str, value: impl ToString) {
        self.0.push((name.to_ascii_lowercase(), Zeroizing::new(value.to_string())));
    }

    /// Returns the value of the first header with this name. The letter case of the header name does not
    /// matter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Iterates over the names and values of all headers, from the first header to the last.
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
