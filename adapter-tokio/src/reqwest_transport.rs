//! A transport built on `reqwest`.

mod connecting;

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use cognito_core::adapter::{Proxies, Proxy, ProxyScheme, Routes, Tls};
use cognito_core::{Cause, Headers, Request, Response, SendOutcome};
use reqwest::{Client, Url, redirect};
use rustls::ClientConfig;
use zeroize::Zeroizing;

use self::connecting::{Resolving, not_connected};
use crate::{BoxFuture, Transport, TransportSettings};

/// A [`Transport`] that sends requests over HTTP/1.1 with `reqwest`.
///
/// The transport uses rustls with the root certificates from the [`TransportSettings`], keeps connections
/// alive, and does not follow redirects.
///
/// The body of a request is zeroized after it has been sent. Copies of the body in the HTTP and TLS layers
/// cannot be zeroized.
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    clients: Arc<Routes<Clients>>,
    tls: Arc<Tls>,
    largest_body: u64,
}

/// The `reqwest` clients for one proxy, or for requests without a proxy. The first request that needs a
/// client creates the client.
#[derive(Debug)]
struct Clients {
    settings: TransportSettings,
    proxy: Option<Proxy>,
    /// The client for requests without TLS. This client needs no root certificates.
    plain: OnceLock<Client>,
    tls: OnceLock<Client>,
}

impl Clients {
    fn get(&self, scheme: &str, tls: &Tls) -> Result<Client, Failure> {
        let needs_tls =
            scheme != "http" || self.proxy.as_ref().is_some_and(|proxy| proxy.scheme() == ProxyScheme::Https);
        let cell = if needs_tls { &self.tls } else { &self.plain };
        if let Some(client) = cell.get() {
            return Ok(client.clone());
        }
        let configuration = match needs_tls {
            true => tls.configuration().map(|configuration| ClientConfig::clone(&configuration)),
            false => Tls::distrusting(),
        };
        let configuration = configuration.map_err(|error| Failure::NotSent(Arc::new(error)))?;
        let client = client(&self.settings, self.proxy.as_ref(), configuration)?;
        Ok(cell.get_or_init(|| client).clone())
    }
}

impl ReqwestTransport {
    /// Creates a transport with these settings. Does not open a connection.
    #[must_use]
    pub fn new(settings: &TransportSettings) -> Self {
        let clients = |proxy: Option<&Proxy>| Clients {
            settings: settings.clone(),
            proxy: proxy.cloned(),
            plain: OnceLock::new(),
            tls: OnceLock::new(),
        };
        Self {
            clients: Arc::new(Routes::new(Proxies::from_settings(settings, cfg!(feature = "socks")), clients)),
            tls: Arc::new(Tls::new(settings)),
            largest_body: settings.largest_body,
        }
    }

    async fn exchange(&self, request: &Request) -> Result<Response, Failure> {
        let url = Url::parse(request.url()).map_err(|error| Failure::NotSent(Arc::new(error)))?;
        let route = self.clients.for_url(url.scheme(), url.host_str().unwrap_or_default());
        let (clients, proxy) = route.map_err(|unusable| Failure::NotSent(Arc::new(unusable)))?;
        let client = clients.get(url.scheme(), &self.tls)?;
        let target = connecting::target(&url);
        let body = Zeroizing::new(request.body().to_vec());
        let mut sending = client.request(request.method().into(), url).body(Bytes::from_owner(body));
        for (name, value) in request.headers().iter() {
            sending = sending.header(name, value);
        }
        let sent = sending.send().await;
        let mut response = sent.map_err(|error| match error.is_connect() {
            true => Failure::NotSent(Arc::new(not_connected(&target, proxy, error))),
            false => Failure::from(error),
        })?;
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

fn client(settings: &TransportSettings, proxy: Option<&Proxy>, tls: ClientConfig) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Resolving)
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.total_timeout)
        .pool_idle_timeout(settings.idle_timeout)
        .redirect(redirect::Policy::none())
        .referer(false)
        // `reqwest` itself must not read the environment.
        .no_proxy();
    match proxy {
        Some(proxy) => builder.proxy(connecting::proxy(proxy)?).build(),
        None => builder.build(),
    }
}

fn headers(response: &reqwest::Response) -> Headers {
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    response.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect()
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
        let not_sent = error.is_builder();
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
