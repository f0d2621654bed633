//! The settings of a client's requests: the endpoint, the user agent, and the headers that the caller added.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::configuration::endpoint::{Endpoint, EndpointVariant, Service};
use crate::error::InvalidInput;
use crate::http::Request;

/// The settings of requests that [`AppClient`](crate::AppClient) and [`IdentityPool`](crate::IdentityPool)
/// share.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) endpoint: Endpoint,
    added: Vec<(String, String)>,
    user_agent: String,
}

/// The names of headers that this crate or the transport sets.
const RESERVED: [&str; 7] =
    ["cache-control", "connection", "content-length", "content-type", "host", "user-agent", "x-amz-target"];

impl Connection {
    /// Creates the settings for AWS's default endpoint of a service in a region.
    pub(crate) fn new(service: Service, region: &str) -> Result<Self, InvalidInput> {
        let endpoint = Endpoint::for_service(service, region, EndpointVariant::default())?;
        let user_agent = concat!("cognito-rust/", env!("CARGO_PKG_VERSION")).to_string();
        Ok(Self { endpoint, added: Vec::new(), user_agent })
    }

    /// Adds a header after checking its name and value.
    pub(crate) fn add_header(&mut self, name: &str, value: &str) -> Result<(), InvalidInput> {
        let invalid = |problem| InvalidInput::new("header", problem);
        let name = name.to_ascii_lowercase();
        // RFC 9110 section 5.6.2 allows these characters in the name of a header.
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(invalid("must have a name of letters, digits and !#$%&'*+-.^_`|~"));
        }
        if RESERVED.contains(&name.as_str()) {
            return Err(invalid("must not be a header that the client sets itself"));
        }
        if !is_header_text(value) {
            return Err(invalid("must have a value of printable ASCII characters"));
        }
        self.added.push((name, value.to_string()));
        Ok(())
    }

    /// Appends a space and a text to the user agent.
    pub(crate) fn append_to_user_agent(&mut self, addition: &str) -> Result<(), InvalidInput> {
        if addition.is_empty() || !is_header_text(addition) {
            return Err(InvalidInput::new("user agent", "must be printable ASCII and not empty"));
        }
        self.user_agent.push(' ');
        self.user_agent.push_str(addition);
        Ok(())
    }

    /// Adds the headers of all requests: `cache-control`, `user-agent`, and the headers that the caller
    /// added.
    pub(crate) fn complete(&self, mut request: Request) -> Request {
        request.push_header("cache-control", "no-store");
        request.push_header("user-agent", &self.user_agent);
        for (name, value) in &self.added {
            request.push_header(name, value);
        }
        request
    }
}

/// Prints only the names of the added headers, because a value may be an API key.
impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let added: Vec<&str> = self.added.iter().map(|(name, _)| name.as_str()).collect();
        formatter
            .debug_struct("Connection")
            .field("endpoint", &self.endpoint.url())
            .field("added", &added)
            .field("user_agent", &self.user_agent)
            .finish()
    }
}

fn is_header_text(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}
