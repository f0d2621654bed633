//! `ureq` as a transport. Its connector is wrapped, so that a failure to connect is told from one after it by where it
//! happened, not by its text.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cognito_core::{Event, Request, Response};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, NextTimeout};
use ureq::{Agent, Proxy};

use crate::Transport;

/// How long to wait, and how much to take.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportSettings {
    /// For resolving the host and connecting to it; 10 seconds by default. The TLS handshake counts as connecting.
    pub connect_timeout: Duration,
    /// For the whole exchange, connecting included; 30 seconds by default.
    pub total_timeout: Duration,
    /// How long an unused connection is kept; 10 seconds by default. A user takes longer than the service keeps a
    /// connection to find a code, so that a longer time would only find it dead.
    pub idle_timeout: Duration,
    /// The largest answer, in bytes; 1 MiB by default. The service's own are a few kilobytes.
    pub largest_body: u64,
    /// Whether HTTPS_PROXY, ALL_PROXY and NO_PROXY count; they do by default.
    pub proxy_from_environment: bool,
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(10),
            largest_body: 1024 * 1024,
            proxy_from_environment: true,
        }
    }
}

/// HTTP/1.1 on `ureq`: TLS by rustls with the certificates of Mozilla's root programme, connections kept alive,
/// redirects not followed.
#[derive(Debug, Clone)]
pub struct UreqTransport {
    agent: Agent,
    largest_body: u64,
}

impl UreqTransport {
    /// A transport of its own, with no open connections yet.
    #[must_use]
    pub fn new(settings: &TransportSettings) -> Self {
        let proxy = if settings.proxy_from_environment { Proxy::try_from_env() } else { None };
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
        let agent =
            Agent::with_parts(config, Connecting(DefaultConnector::new()), Resolving(DefaultResolver::default()));
        Self { agent, largest_body: settings.largest_body }
    }

    fn exchange(&self, request: &Request) -> Result<Response, ureq::Error> {
        let response = self.agent.run(http::Request::try_from(request)?)?;
        let (parts, mut body) = response.into_parts();
        let body = body.with_config().limit(self.largest_body).read_to_vec()?;
        Ok(Response::from(http::Response::from_parts(parts, body)))
    }
}

impl Transport for UreqTransport {
    fn send(&self, request: &Request) -> Event {
        match self.exchange(request) {
            Ok(response) => Event::Response(response),
            Err(ureq::Error::Other(error)) if error.is::<NotConnected>() => Event::NotSent(Arc::from(error)),
            Err(error) => Event::NoAnswer(Arc::new(error)),
        }
    }
}

/// Resolving or connecting failed: nothing of the request has left.
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

#[derive(Debug)]
struct Resolving(DefaultResolver);

impl Resolver for Resolving {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.0.resolve(uri, config, timeout).map_err(NotConnected::wrap)
    }
}

#[derive(Debug)]
struct Connecting(DefaultConnector);

impl Connector for Connecting {
    type Out = <DefaultConnector as Connector>::Out;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained).map_err(NotConnected::wrap)
    }
}
