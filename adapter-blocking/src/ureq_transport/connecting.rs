//! Wrappers of the resolver and the connector of `ureq`. The errors of the wrappers say at which stage the
//! connection failed.

use std::fmt;
use std::io;
use std::sync::Arc;

use cognito_core::Cause;
use cognito_core::adapter::{ConnectStage, NotConnected, Proxy, Tls};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, TcpConnector, Transport,
};

use super::tls::TlsConnector;

/// An error that prevented the transport from sending any part of the request.
#[derive(Debug)]
pub(super) struct NotSent(pub(super) Cause);

impl NotSent {
    pub(super) fn wrap(cause: Cause) -> ureq::Error {
        ureq::Error::Other(Box::new(Self(cause)))
    }

    /// Adds the stage at which the connection failed to the error. An error that already contains a stage
    /// stays unchanged.
    fn at(stage: ConnectStage, uri: &Uri, proxy: Option<&Proxy>, error: ureq::Error) -> ureq::Error {
        match error {
            ureq::Error::Other(inner) if inner.is::<Self>() => ureq::Error::Other(inner),
            error => Self::wrap(Arc::new(NotConnected::new(stage, &target(uri), proxy, Some(cause(error))))),
        }
    }
}

impl fmt::Display for NotSent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for NotSent {}

/// Returns the host of a URL, followed by the port if the URL contains a port.
fn target(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    uri.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns the inner error of a `ureq` error. If there is no inner error, returns the `ureq` error. The
/// returned error does not contain the URL, because the query of the URL may contain secrets.
pub(super) fn cause(error: ureq::Error) -> Cause {
    match error {
        ureq::Error::Io(error) => match error.downcast::<ureq::Error>() {
            Ok(inner) => cause(inner),
            Err(error) => Arc::new(error),
        },
        ureq::Error::Other(error) => Arc::from(error),
        ureq::Error::BadUri(_) => {
            Arc::new(io::Error::new(io::ErrorKind::InvalidInput, "the URL has no scheme or no host"))
        }
        error => Arc::new(error),
    }
}

/// A resolver whose errors have the type [`NotSent`]. If there is a proxy, the resolver resolves the host of
/// the proxy. If the proxy is a SOCKS proxy that cannot resolve host names, the resolver also resolves the
/// host of the request.
#[derive(Debug)]
pub(super) struct Resolving {
    pub(super) resolver: DefaultResolver,
    pub(super) proxy: Option<Proxy>,
}

impl Resolver for Resolving {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let is_proxy = |proxy: &&Proxy| uri.host() == Some(proxy.host()) && uri.port_u16() == Some(proxy.port());
        let proxy = self.proxy.as_ref().filter(is_proxy);
        let resolved = self.resolver.resolve(uri, config, timeout);
        resolved.map_err(|error| NotSent::at(ConnectStage::Resolve, uri, proxy, error))
    }
}

/// A connector whose errors have the type [`NotSent`].
#[derive(Debug)]
pub(super) struct Connecting {
    proxy: Option<Proxy>,
    tls: TlsConnector,
}

impl Connecting {
    pub(super) fn new(proxy: Option<Proxy>, tls: Arc<Tls>) -> Self {
        Self { proxy, tls: TlsConnector(tls) }
    }

    /// Opens a TCP connection to the proxy, or to the host of the request. The connection to the host goes
    /// through the proxy if there is a proxy.
    fn open(&self, details: &ConnectionDetails<'_>) -> Result<Option<Box<dyn Transport>>, ureq::Error> {
        let proxy = self.proxy.as_ref();
        if details.config.proxy().is_none() {
            // The connector of a proxy connects to the proxy itself by a configuration without a proxy.
            let opened = TcpConnector::default().connect(details, None::<()>);
            return match opened {
                Ok(transport) => Ok(transport.map(|transport| Box::new(transport) as _)),
                Err(error) => Err(NotSent::at(ConnectStage::Connect, details.uri, proxy, error)),
            };
        }
        let tunnel = |error| NotSent::at(ConnectStage::Tunnel, details.uri, proxy, error);
        #[cfg(feature = "socks")]
        if proxy.is_some_and(|proxy| proxy.scheme().is_socks()) {
            let connector = ureq::unversioned::transport::SocksConnector::default();
            let opened = connector.connect(details, None::<()>).map_err(|error| match &error {
                // A SOCKS proxy's refusal has other kinds.
                ureq::Error::Io(io) if is_refused(io.kind()) => {
                    NotSent::at(ConnectStage::Connect, details.uri, proxy, error)
                }
                _ => tunnel(error),
            })?;
            return Ok(opened.map(|transport| Box::new(transport) as _));
        }
        let opened = ConnectProxyConnector::default().connect(details, None::<()>).map_err(tunnel)?;
        Ok(opened.map(|transport| Box::new(transport) as _))
    }
}

/// Returns whether an error of this kind means that no TCP connection was established.
#[cfg(feature = "socks")]
fn is_refused(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
    matches!(kind, AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkUnreachable | TimedOut)
}

impl Connector for Connecting {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Self::Out>, ureq::Error> {
        let opened = self.open(details)?;
        let secured = self.tls.connect(details, opened);
        let proxy = self.proxy.as_ref();
        secured.map_err(|error| {
            // Without the certificates, no handshake has begun.
            if let ureq::Error::Other(inner) = error {
                return NotSent::wrap(Arc::from(inner));
            }
            match details.config.proxy() {
                None if proxy.is_some() => NotSent::at(ConnectStage::Connect, details.uri, proxy, error),
                _ => NotSent::at(ConnectStage::Tls, details.uri, proxy, error),
            }
        })
    }
}
