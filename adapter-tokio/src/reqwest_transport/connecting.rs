//! The resolver and the proxy configuration for `reqwest`, and the errors of failed connections.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::ToSocketAddrs;
use std::sync::Arc;

use cognito_core::adapter::{ConnectStage, NotConnected, Proxy};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve};

/// The resolver of the operating system. The type `NotFound` marks the resolver's errors, so that
/// [`not_connected`] can recognize them.
#[derive(Debug)]
pub(super) struct Resolving;

impl Resolve for Resolving {
    fn resolve(&self, name: Name) -> reqwest::dns::Resolving {
        Box::pin(async move {
            let resolving = tokio::task::spawn_blocking(move || (name.as_str(), 0).to_socket_addrs());
            match resolving.await.map_err(io::Error::other).and_then(|resolved| resolved) {
                Ok(addresses) => Ok(Box::new(addresses) as Addrs),
                Err(error) => Err(Box::new(NotFound(error)) as _),
            }
        })
    }
}

#[derive(Debug)]
struct NotFound(io::Error);

impl fmt::Display for NotFound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl StdError for NotFound {}

/// Converts a proxy to the type of `reqwest`.
pub(super) fn proxy(proxy: &Proxy) -> Result<reqwest::Proxy, reqwest::Error> {
    reqwest::Proxy::all(proxy.url_with_credentials().expose())
}

/// Returns the host of a URL, with the port if the URL has one.
pub(super) fn target(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns an error that names the stage at which an attempt to connect failed. `reqwest` does not name the
/// stage, so this function searches the chain of causes for typical errors of each stage.
pub(super) fn not_connected(target: &str, proxy: Option<&Proxy>, error: reqwest::Error) -> NotConnected {
    let Signs { text, not_found, tls } = Signs::of(&error);
    let says = |words: &str| text.contains(words);
    let connecting = says("tcp connect error") || says("failed to create underlying connection");
    let stage = if not_found || says("dns error") {
        ConnectStage::Resolve
    } else if tls {
        ConnectStage::Tls
    } else if proxy.is_some() && !connecting && (says("tunnel error") || says("SOCKS error")) {
        ConnectStage::Tunnel
    } else {
        ConnectStage::Connect
    };
    NotConnected::new(stage, target, proxy, Some(Arc::new(error.without_url())))
}

/// The signs of a failed stage in an error's chain of causes.
#[derive(Default)]
struct Signs {
    text: String,
    not_found: bool,
    tls: bool,
}

impl Signs {
    fn of(error: &reqwest::Error) -> Self {
        let mut signs = Self::default();
        let mut next: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(error) = next {
            signs.text.push_str(&format!("{error}\n"));
            signs.not_found |= error.is::<NotFound>();
            signs.tls |= is_tls(error);
            next = error.source();
        }
        signs
    }
}

/// Returns whether an error is a rustls error, or an I/O error that wraps a rustls error. The method `source`
/// of the I/O error skips the wrapped error.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => is_tls(inner),
        None => error.is::<rustls::Error>(),
    }
}
