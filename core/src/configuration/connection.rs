//! How a client reaches a service: the endpoint, the user agent, and the headers that the caller has added.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::configuration::endpoint::{Endpoint, EndpointVariant, Service};
use crate::error::InvalidInput;
use crate::http::Request;

/// What an [`AppClient`](crate::AppClient) and an [`IdentityPool`](crate::IdentityPool) have in common.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) endpoint: Endpoint,
    added: Vec<(String, String)>,
    user_agent: String,
}

/// Headers that this crate or the transport sets.
const RESERVED: [&str; 7] =
    ["cache-control", "connection", "content-length", "content-type", "host", "user-agent", "x-amz-target"];

impl Connection {
    /// To AWS's ordinary endpoint of a service in a region.
    pub(crate) fn new(service: Service, region: &str) -> Result<Self, InvalidInput> {
        let endpoint = Endpoint::for_service(service, region, EndpointVariant::default())?;
        let user_agent = concat!("cognito-rust/", env!("CARGO_PKG_VERSION")).to_string();
        Ok(Self { endpoint, added: Vec::new(), user_agent })
    }

    /// Adds a header whose name and value can stand in a request.
    pub(crate) fn add_header(&mut self, name: &str, value: &str) -> Result<(), InvalidInput> {
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

    /// Adds to a request what goes along with every request of this client.
    pub(crate) fn complete(&self, mut request: Request) -> Request {
        request.push_header("cache-control", "no-store");
        request.push_header("user-agent", &self.user_agent);
        for (name, value) in &self.added {
            request.push_header(name, value);
        }
        request
    }
}

/// The added headers show as names only, since a value may be an API key.
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
