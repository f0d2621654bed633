//! What goes along with every request of a client: the user agent, and the headers that the caller has added.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::configuration::endpoint::Endpoint;
use crate::error::InvalidInput;
use crate::http::{Headers, Request};

#[derive(Clone)]
pub(crate) struct RequestHeaders {
    added: Vec<(String, String)>,
    user_agent: String,
}

/// Headers that this crate or the transport sets.
const RESERVED: [&str; 7] =
    ["cache-control", "connection", "content-length", "content-type", "host", "user-agent", "x-amz-target"];

impl RequestHeaders {
    pub(crate) fn new() -> Self {
        let user_agent = concat!("cognito-rust/", env!("CARGO_PKG_VERSION")).to_string();
        Self { added: Vec::new(), user_agent }
    }

    /// Adds a header whose name and value can stand in a request.
    pub(crate) fn add(&mut self, name: &str, value: &str) -> Result<(), InvalidInput> {
        let problem = |text| InvalidInput::new("header", text);
        let name = name.to_ascii_lowercase();
        // The token of RFC 9110 section 5.6.2.
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(problem("has a name that is not a token"));
        }
        if RESERVED.contains(&name.as_str()) {
            return Err(problem("is set by the client itself"));
        }
        if !is_header_text(value) {
            return Err(problem("has a value with characters outside printable ASCII"));
        }
        self.added.push((name, value.to_string()));
        Ok(())
    }

    /// Appends to the user agent, after a space.
    pub(crate) fn append_to_user_agent(&mut self, addition: &str) -> Result<(), InvalidInput> {
        if addition.is_empty() || !is_header_text(addition) {
            return Err(InvalidInput::new("user agent", "must be printable ASCII"));
        }
        self.user_agent.push(' ');
        self.user_agent.push_str(addition);
        Ok(())
    }

    /// The request for an operation of a service that speaks AWS's JSON protocol, version 1.1. `service` is its side of
    /// the `x-amz-target` header.
    pub(crate) fn json_request(&self, endpoint: &Endpoint, service: &str, operation: &str, body: Vec<u8>) -> Request {
        let mut headers = Headers::new();
        headers.push("content-type", "application/x-amz-json-1.1");
        headers.push("x-amz-target", [service, operation].join("."));
        self.finish(endpoint, headers, body)
    }

    /// The request for an operation of a service that speaks AWS's query protocol: the body is a form, which names it.
    pub(crate) fn query_request(&self, endpoint: &Endpoint, body: Vec<u8>) -> Request {
        let mut headers = Headers::new();
        headers.push("content-type", "application/x-www-form-urlencoded");
        self.finish(endpoint, headers, body)
    }

    fn finish(&self, endpoint: &Endpoint, mut headers: Headers, body: Vec<u8>) -> Request {
        headers.push("cache-control", "no-store");
        headers.push("user-agent", &self.user_agent);
        for (name, value) in &self.added {
            headers.push(name, value);
        }
        Request::new(endpoint.url(), headers, body)
    }
}

/// The added headers show as names only, since a value may be an API key.
impl fmt::Debug for RequestHeaders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let added: Vec<&str> = self.added.iter().map(|(name, _)| name.as_str()).collect();
        formatter.debug_struct("RequestHeaders").field("added", &added).field("user_agent", &self.user_agent).finish()
    }
}

fn is_header_text(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}
