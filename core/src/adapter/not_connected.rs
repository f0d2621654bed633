//! The error of a failed attempt to connect.

use alloc::format;
use alloc::string::String;
use core::fmt;

use super::proxy::Proxy;
use crate::error::Cause;

/// The step of connecting that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectStage {
    /// The DNS found no address for the name of the host or the proxy.
    Resolve,
    /// The host or the proxy did not accept the connection.
    Connect,
    /// The proxy accepted the connection, but did not connect to the host.
    Tunnel,
    /// The TLS handshake with the host or the proxy failed.
    Tls,
}

/// The error of an adapter that could not connect to the host or to the proxy. The message names the host or
/// the proxy. No part of the request was sent. The message contains no credentials of the proxy. `source()`
/// returns the cause.
#[derive(Debug, Clone)]
pub struct NotConnected {
    message: String,
    cause: Option<Cause>,
}

impl NotConnected {
    /// Creates the error of a failed stage. `target` is the host of the request. If the port is not the
    /// default port of the scheme, `target` also contains the port. `proxy` is the proxy that the adapter
    /// used. If there is a proxy, the stages `Resolve` and `Connect` mean the connection to the proxy, and
    /// the stage `Tls` means the TLS handshake with the host.
    #[must_use]
    pub fn new(stage: ConnectStage, target: &str, proxy: Option<&Proxy>, cause: Option<Cause>) -> Self {
        let message = match (stage, proxy) {
            (ConnectStage::Resolve, None) => format!("the host {target} was not found"),
            (ConnectStage::Resolve, Some(proxy)) => format!("the host of the proxy {proxy} was not found"),
            (ConnectStage::Connect, None) => format!("cannot connect to {target}"),
            (ConnectStage::Connect, Some(proxy)) => format!("cannot connect to the proxy {proxy}"),
            (ConnectStage::Tunnel, None) => format!("cannot connect to {target} through the proxy"),
            (ConnectStage::Tunnel, Some(proxy)) => format!("the proxy {proxy} did not connect to {target}"),
            (ConnectStage::Tls, None) => format!("the TLS handshake with {target} failed"),
            (ConnectStage::Tls, Some(proxy)) => {
                format!("the TLS handshake with {target} through the proxy {proxy} failed")
            }
        };
        Self { message, cause }
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl core::error::Error for NotConnected {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
