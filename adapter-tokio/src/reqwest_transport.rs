//! A transport built on `reqwest`.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use cognito_core::adapter::{UnusableProxy, is_this_machine};
use cognito_core::{Cause, Headers, Request, Response, SendOutcome};
use reqwest::{Client, ClientBuilder, Url, redirect};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use zeroize::Zeroizing;

use crate::{BoxFuture, Transport, TransportSettings};

/// A [`Transport`] that speaks HTTP/1.1 with `reqwest`.
///
/// The transport uses rustls with the root certificates of Mozilla's root program, keeps connections alive,
/// and does not follow redirects.
///
/// The body of a request is zeroized after it has been sent. Copies of the body in the HTTP and TLS layers
/// cannot be zeroized.
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    direct: Client,
    /// The client that sends requests through a proxy, if an environment variable names a proxy. The
    /// transport sends requests to this machine with `direct`.
    proxied: Option<Result<Client, UnusableProxy>>,
    largest_body: u64,
}

impl ReqwestTransport {
    /// Creates a transport with these settings. Does not open a connection.
    #[must_use]
    pub fn new(settings: &TransportSettings) -> Self {
        let proxy = settings.proxy_from_environment.then(proxy_from_environment).flatten();
        Self {
            direct: client(settings, ClientBuilder::no_proxy),
            proxied: proxy.map(|usable| usable.map(|()| client(settings, |builder| builder))),
            largest_body: settings.largest_body,
        }
    }

    async fn exchange(&self, request: &Request) -> Result<Response, Failure> {
        let url = Url::parse(request.url()).map_err(|error| Failure::NotSent(Arc::new(error)))?;
        let client = match &self.proxied {
            Some(proxied) if !is_this_machine(url.host_str().unwrap_or_default()) => {
                proxied.as_ref().map_err(|unusable| Failure::NotSent(Arc::new(*unusable)))?
            }
            _ => &self.direct,
        };
        let body = Zeroizing::new(request.body().to_vec());
        let mut sending = client.request(request.method().into(), url).body(Bytes::from_owner(body));
        for (name, value) in request.headers().iter() {
            sending = sending.header(name, value);
        }
        let mut response = sending.send().await?;
        let (status, headers) = (response.status().as_u16(), headers(&response));
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| Failure::NoAnswer(cause(error)))? {
            if (body.len() + chunk.len()) as u64 > self.largest_body {
                return Err(Failure::NoAnswer(Arc::new(TooLarge(self.largest_body))));
            }
            append(&mut body, &chunk);
        }
        Ok(Response::new(status, headers, core::mem::take(&mut *body)))
    }
}

/// Appends a chunk to a buffer. If the buffer has to grow, its old memory is zeroized.
fn append(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    if body.capacity() - body.len() < chunk.len() {
        let mut larger = Zeroizing::new(Vec::with_capacity((body.len() + chunk.len()).max(body.capacity() * 2)));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

fn client(settings: &TransportSettings, proxy: fn(ClientBuilder) -> ClientBuilder) -> Client {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring supports the safe protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.total_timeout)
        .pool_idle_timeout(settings.idle_timeout)
        .redirect(redirect::Policy::none())
        .referer(false);
    proxy(builder).build().expect("a client with these settings can always be built")
}

fn headers(response: &reqwest::Response) -> Headers {
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    response.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect()
}

/// Checks the proxy that the environment variables name. Returns an error if this transport cannot use the
/// proxy, and `None` if no variable names a proxy.
fn proxy_from_environment() -> Option<Result<(), UnusableProxy>> {
    let value = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let names = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"];
    let proxies: Vec<_> = names.iter().filter_map(|name| value(name).or_else(|| value(&name.to_lowercase()))).collect();
    let is_http = |proxy: &String| match proxy.split_once("://") {
        Some((scheme, _)) => scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"),
        None => true,
    };
    (!proxies.is_empty()).then(|| if proxies.iter().all(is_http) { Ok(()) } else { Err(UnusableProxy) })
}

impl Transport for ReqwestTransport {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, SendOutcome> {
        Box::pin(async move {
            match self.exchange(request).await {
                Ok(response) => SendOutcome::Answered(response),
                Err(Failure::NotSent(cause)) => SendOutcome::NotSent(cause),
                Err(Failure::NoAnswer(cause)) => SendOutcome::NoAnswer(cause),
            }
        })
    }
}

enum Failure {
    /// Resolving the host name or connecting to the host failed. No part of the request was sent.
    NotSent(Cause),
    /// The request may have been sent, but no complete response arrived.
    NoAnswer(Cause),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let not_sent = error.is_connect() || error.is_builder();
        let cause = cause(error);
        if not_sent { Self::NotSent(cause) } else { Self::NoAnswer(cause) }
    }
}

/// Returns the error of `reqwest` without the URL, because the query of the URL may contain secrets.
fn cause(error: reqwest::Error) -> Cause {
    Arc::new(error.without_url())
}

/// The error for a response that has more bytes than this limit.
#[derive(Debug)]
struct TooLarge(u64);

impl fmt::Display for TooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the response has more than {} bytes", self.0)
    }
}

impl std::error::Error for TooLarge {}
