//! A transport built on `ureq`.
//!
//! This module wraps the resolver and the connector of `ureq`, and marks their errors. A marked error means
//! that no part of the request was sent.

mod connecting;
mod tls;

use std::sync::Arc;

use cognito_core::adapter::{Proxies, Proxy, ProxyScheme, Routes, Tls};
use cognito_core::{Request, Response, SendOutcome};
use ureq::config::Config;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, ProxyProtocol};

use self::connecting::{Connecting, NotSent, Resolving, cause};
use crate::{Transport, TransportSettings};

/// A [`Transport`] that speaks HTTP/1.1 with `ureq`.
///
/// The transport uses rustls with the root certificates from the settings. The transport keeps connections
/// alive, and does not follow redirects.
///
/// # Secrets in logs
///
/// The crates `ureq-proto` and `ureq` log secrets at level TRACE through the crate `log`. The crate
/// `ureq-proto` logs whole requests and responses, with passwords and tokens, under the target
/// `ureq_proto::util`. The crate `ureq` logs whole URLs under the target `ureq::run`. This library cannot
/// turn off these logs. If the logger of an application is enabled at level TRACE, the application must
/// exclude both targets, for example with `RUST_LOG=trace,ureq=off,ureq_proto=off`.
#[derive(Debug, Clone)]
pub struct UreqTransport {
    agents: Routes<Result<Agent, Arc<ureq::Error>>>,
    largest_body: u64,
}

impl UreqTransport {
    /// Creates a transport with these settings. Does not open a connection.
    #[must_use]
    pub fn new(settings: &TransportSettings) -> Self {
        let tls = Arc::new(Tls::new(settings));
        let proxies = Proxies::from_settings(settings, cfg!(feature = "socks"));
        let agents = Routes::new(proxies, |proxy| agent(settings, proxy, &tls).map_err(Arc::new));
        Self { agents, largest_body: settings.largest_body }
    }

    fn exchange(&self, request: &Request) -> Result<Response, ureq::Error> {
        let request = http::Request::try_from(request).map_err(|error| NotSent::wrap(cause(error.into())))?;
        let scheme = request.uri().scheme_str().unwrap_or_default();
        let route = self.agents.for_url(scheme, request.uri().host().unwrap_or_default());
        let (agent, _) = route.map_err(|unusable| NotSent::wrap(Arc::new(unusable)))?;
        let agent = agent.as_ref().map_err(|error| NotSent::wrap(Arc::clone(error) as _))?;
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

fn agent(settings: &TransportSettings, proxy: Option<&Proxy>, tls: &Arc<Tls>) -> Result<Agent, ureq::Error> {
    let config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_resolve(Some(settings.connect_timeout))
        .timeout_connect(Some(settings.connect_timeout))
        .timeout_global(Some(settings.total_timeout))
        .max_idle_age(settings.idle_timeout)
        .proxy(proxy.map(self::proxy).transpose()?)
        .user_agent("")
        .build();
    let resolving = Resolving { resolver: DefaultResolver::default(), proxy: proxy.cloned() };
    Ok(Agent::with_parts(config, Connecting::new(proxy.cloned(), Arc::clone(tls)), resolving))
}

fn proxy(proxy: &Proxy) -> Result<ureq::Proxy, ureq::Error> {
    let protocol = match proxy.scheme() {
        ProxyScheme::Https => ProxyProtocol::Https,
        ProxyScheme::Socks4 => ProxyProtocol::Socks4,
        ProxyScheme::Socks4a => ProxyProtocol::Socks4A,
        ProxyScheme::Socks5 => ProxyProtocol::Socks5,
        ProxyScheme::Socks5h => ProxyProtocol::Socks5h,
        _ => ProxyProtocol::Http,
    };
    let builder = ureq::Proxy::builder(protocol).host(proxy.host()).port(proxy.port());
    match proxy.user() {
        Some((user, password)) => builder.username(user).password(password.expose()).build(),
        None => builder.build(),
    }
}

impl Transport for UreqTransport {
    fn send(&self, request: &Request) -> SendOutcome {
        match self.exchange(request) {
            Ok(response) => SendOutcome::Answered(response),
            Err(ureq::Error::Other(error)) => match error.downcast::<NotSent>() {
                Ok(not_sent) => SendOutcome::NotSent(not_sent.0),
                Err(error) => SendOutcome::NoAnswer(Arc::from(error)),
            },
            Err(error) => SendOutcome::NoAnswer(cause(error)),
        }
    }
}
