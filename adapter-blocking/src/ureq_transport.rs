//! A transport built on `ureq`.
//!
//! This module wraps the resolver and the connector of `ureq`, and marks their errors. A marked error means
//! that no part of the request was sent.

use std::fmt;
use std::io;
use std::sync::Arc;

use cognito_core::{Cause, Request, Response, SendOutcome};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, NextTimeout};
use ureq::{Agent, Proxy, ProxyProtocol};

use crate::{Transport, TransportSettings};
use cognito_core::adapter::{UnusableProxy, is_this_machine};

/// A [`Transport`] that speaks HTTP/1.1 with `ureq`.
///
/// The transport uses rustls with the root certificates of Mozilla's root program, keeps connections alive,
/// and does not follow redirects.
#[derive(Debug, Clone)]
pub struct UreqTransport {
    direct: Agent,
    /// The agent that sends requests through a proxy, if an environment variable names a proxy. The transport
    /// sends requests to this machine with `direct`.
    proxied: Option<Result<Agent, UnusableProxy>>,
    largest_body: u64,
}

impl UreqTransport {
    /// Creates a transport with these settings. Does not open a connection.
    #[must_use]
    pub fn new(settings: &TransportSettings) -> Self {
        let proxy = if settings.proxy_from_environment { proxy_from_environment() } else { None };
        Self {
            direct: agent(settings, None),
            proxied: proxy.map(|proxy| proxy.map(|proxy| agent(settings, Some(proxy)))),
            largest_body: settings.largest_body,
        }
    }

    fn exchange(&self, request: &Request) -> Result<Response, ureq::Error> {
        let request = http::Request::try_from(request).map_err(|error| NotConnected::wrap(error.into()))?;
        let agent = match &self.proxied {
            Some(proxied) if !is_this_machine(request.uri().host().unwrap_or_default()) => {
                proxied.as_ref().map_err(|unusable| NotConnected::wrap(ureq::Error::Other(Box::new(*unusable))))?
            }
            _ => &self.direct,
        };
        let response = match *request.method() {
            // A GET request gets the body `()`: for an empty byte vector, ureq would send a `content-length`
            // header.
            http::Method::GET => agent.run(request.map(|_| ())),
            _ => agent.run(request),
        };
        let (parts, mut body) = response?.into_parts();
        let body = body.with_config().limit(self.largest_body).read_to_vec()?;
        Ok(Response::from(http::Response::from_parts(parts, body)))
    }
}

fn agent(settings: &TransportSettings, proxy: Option<Proxy>) -> Agent {
    let config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_resolve(Some(settings.connect_timeout))
        .timeout_connect(Some(settings.connect_timeout))
        .timeout_global(Some(settings.total_timeout))
        .max_idle_age(settings.idle_timeout)
        .proxy(proxy)
        .user_agent("")
        .build();
    Agent::with_parts(config, Connecting(DefaultConnector::new()), Resolving(DefaultResolver::default()))
}

fn proxy_from_environment() -> Option<Result<Proxy, UnusableProxy>> {
    let names = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"];
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !names.iter().any(|name| is_set(name) || is_set(&name.to_lowercase())) {
        return None;
    }
    let is_http = |proxy: &Proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https);
    Some(Proxy::try_from_env().filter(is_http).ok_or(UnusableProxy))
}

impl Transport for UreqTransport {
    fn send(&self, request: &Request) -> SendOutcome {
        match self.exchange(request) {
            Ok(response) => SendOutcome::Answered(response),
            Err(ureq::Error::Other(error)) => match error.downcast::<NotConnected>() {
                Ok(not_connected) => SendOutcome::NotSent(cause(not_connected.0)),
                Err(error) => SendOutcome::NoAnswer(Arc::from(error)),
            },
            Err(error) => SendOutcome::NoAnswer(cause(error)),
        }
    }
}

/// Returns the cause of a `ureq` error. The cause does not contain the URL, because the query of the URL may
/// contain secrets.
fn cause(error: ureq::Error) -> Cause {
    match error {
        ureq::Error::Io(error) => Arc::new(error),
        ureq::Error::Other(error) => Arc::from(error),
        ureq::Error::BadUri(_) => {
            Arc::new(io::Error::new(io::ErrorKind::InvalidInput, "the URL has no scheme or no host"))
        }
        error => Arc::new(error),
    }
}

/// The error if resolving the host name or connecting to the host failed. No part of the request was sent.
#[derive(Debug)]
struct NotConnected(ureq::Error);

impl NotConnected {
    fn wrap(error: ureq::Error) -> ureq::Error {
        ureq::Error::Other(Box::new(Self(error)))
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for NotConnected {}

/// A resolver that wraps each error in [`NotConnected`].
#[derive(Debug)]
struct Resolving(DefaultResolver);

impl Resolver for Resolving {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.0.resolve(uri, config, timeout).map_err(NotConnected::wrap)
    }
}

/// A connector that wraps each error in [`NotConnected`].
#[derive(Debug)]
struct Connecting(DefaultConnector);

impl Connector for Connecting {
    type Out = <DefaultConnector as Connector>::Out;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained).map_err(NotConnected::wrap)
    }
}
