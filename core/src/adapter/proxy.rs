//! The proxies that the environment variables name. The rules are those of curl:
//! <https://everything.curl.dev/usingcurl/proxies/env.html>. Both adapters use this module and therefore
//! follow the same rules.

mod no_proxy;
mod value;

use alloc::string::{String, ToString};
use core::fmt;
use std::ffi::OsString;

use self::no_proxy::NoProxy;
use super::transport::{TransportSettings, is_this_machine};
use crate::encoding::percent;
use crate::secret::{Parameter, Password};

/// The protocol of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyScheme {
    /// An HTTP proxy. The client connects to the proxy without TLS.
    Http,
    /// An HTTP proxy. The client connects to the proxy over TLS.
    Https,
    /// A SOCKS 4 proxy. The client resolves the host name of the service.
    Socks4,
    /// A SOCKS 4 proxy. The proxy resolves the host name of the service.
    Socks4a,
    /// A SOCKS 5 proxy. The client resolves the host name of the service.
    Socks5,
    /// A SOCKS 5 proxy. The proxy resolves the host name of the service.
    Socks5h,
}

impl ProxyScheme {
    /// Returns the scheme as it is written in a URL, such as `socks5h`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks4 => "socks4",
            Self::Socks4a => "socks4a",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
        }
    }

    /// Returns whether the protocol is a version of SOCKS.
    #[must_use]
    pub fn is_socks(self) -> bool {
        !matches!(self, Self::Http | Self::Https)
    }
}

/// The protocol, the host, the port and the credentials of a proxy. `Debug` and `Display` show no
/// credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    scheme: ProxyScheme,
    host: String,
    port: u16,
    user: Option<(String, Password)>,
}

impl Proxy {
    /// Returns the protocol of the proxy.
    #[must_use]
    pub fn scheme(&self) -> ProxyScheme {
        self.scheme
    }

    /// Returns the host as it is written in a URL: an IPv6 address has brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port of the proxy. As in curl, the default port is 443 for an HTTP proxy over TLS, and
    /// 1080 for any other proxy.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the user name and the password, both percent-decoded.
    #[must_use]
    pub fn user(&self) -> Option<(&str, &Password)> {
        self.user.as_ref().map(|(user, password)| (user.as_str(), password))
    }

    /// Returns the URL of the proxy with its credentials, percent-encoded.
    #[must_use]
    pub fn url_with_credentials(&self) -> Parameter {
        let Self { scheme, host, port, user } = self;
        let length = user.as_ref().map_or(0, |(user, password)| user.len() + password.expose().len());
        // The string must not grow, because growing would leave a copy of the password in freed memory.
        let mut url = String::with_capacity(host.len() + 3 * length + 32);
        url.extend([scheme.as_str(), "://"]);
        if let Some((user, password)) = user {
            percent::encode_into(&mut url, user, "");
            url.push(':');
            percent::encode_into(&mut url, password.expose(), "");
            url.push('@');
        }
        url.extend([host.as_str(), ":", &port.to_string()]);
        Parameter::from(url)
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}:{}", self.scheme.as_str(), self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Proxy({self})")
    }
}

/// The error of an environment variable that names an unusable proxy. The message does not contain the value
/// of the variable, because the value may contain a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnusableProxy {
    variable: &'static str,
    reason: &'static str,
}

impl UnusableProxy {
    /// Returns the name of the environment variable.
    #[must_use]
    pub fn variable(&self) -> &'static str {
        self.variable
    }
}

impl fmt::Display for UnusableProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, reason } = self;
        write!(formatter, "the environment variable {variable} names an unusable proxy, because {reason}: ")?;
        write!(formatter, "set it to a URL such as http://proxy.example.com:3128, or unset it")
    }
}

impl core::error::Error for UnusableProxy {}

/// The proxies for `https` URLs and for `http` URLs, and the hosts that need no proxy.
///
/// - For `https` URLs, the proxy is in the first of the variables `https_proxy`, `HTTPS_PROXY`, `all_proxy`
///   and `ALL_PROXY` that is set.
/// - For `http` URLs, the proxy is in the first of the variables `http_proxy`, `all_proxy` and `ALL_PROXY`
///   that is set. The variable `HTTP_PROXY` is ignored: a web server sets this variable for a CGI program,
///   with a value that the HTTP client chooses.
/// - The variable `no_proxy`, or else `NO_PROXY`, lists the hosts that need no proxy. Commas or white space
///   separate the hosts. The value `*` means all hosts. A host name matches itself and its subdomains, with
///   or without a leading `.` or `*.`. An IP address matches itself. A network such as `10.0.0.0/8` or
///   `fd00::/8` matches its addresses. An entry with a port matches no host.
/// - An empty variable is treated as if it were not set.
///
/// There are three differences from curl. Requests to [the local machine](is_this_machine) never use a proxy.
/// `no_proxy` accepts `*.example.com` and brackets around IPv6 addresses. A proxy URL with one slash or three
/// slashes after its scheme is invalid.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    https: Named,
    http: Named,
    no_proxy: NoProxy,
}

type Named = Option<Result<Proxy, UnusableProxy>>;

impl Proxies {
    /// Reads the proxies from the environment, if the settings allow it. `socks` says whether the transport
    /// supports SOCKS proxies. If `socks` is `false`, every SOCKS proxy is [unusable](UnusableProxy).
    #[must_use]
    pub fn from_settings(settings: &TransportSettings, socks: bool) -> Self {
        if !settings.proxy_from_environment {
            return Self::default();
        }
        Self::from_variables(socks, |name| std::env::var_os(name))
    }

    /// Reads the proxies from variables. `lookup` returns the value of the variable with a given name.
    #[must_use]
    pub fn from_variables(socks: bool, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &&'static str| lookup(name).filter(|value| !value.is_empty()).map(|value| (*name, value));
        let named = |names: &[&'static str]| {
            names.iter().find_map(set).map(|(variable, value)| {
                let parsed = value.to_str().ok_or("it is not UTF-8").and_then(value::parse);
                let usable = parsed.and_then(|proxy| match proxy.scheme.is_socks() && !socks {
                    true => Err("SOCKS proxies need the Cargo feature `socks`"),
                    false => Ok(proxy),
                });
                usable.map_err(|reason| UnusableProxy { variable, reason })
            })
        };
        let no_proxy = ["no_proxy", "NO_PROXY"].iter().find_map(set);
        Self {
            https: named(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            http: named(&["http_proxy", "all_proxy", "ALL_PROXY"]),
            no_proxy: no_proxy.map(|(_, value)| NoProxy::parse(&value.to_string_lossy())).unwrap_or_default(),
        }
    }

    /// Returns the proxy for a URL with this scheme and host, or `None` if the request goes directly to the
    /// host. If `host` is an IPv6 address, it may have brackets.
    ///
    /// # Errors
    /// Returns [`UnusableProxy`] if requests to the URL must go through a proxy and this proxy is unusable.
    /// In this case, do not send the request.
    pub fn for_url(&self, scheme: &str, host: &str) -> Result<Option<&Proxy>, UnusableProxy> {
        let proxy = if scheme.eq_ignore_ascii_case("http") { &self.http } else { &self.https };
        match proxy {
            Some(_) if is_this_machine(host) || self.no_proxy.matches(host) => Ok(None),
            Some(Ok(proxy)) => Ok(Some(proxy)),
            Some(Err(unusable)) => Err(*unusable),
            None => Ok(None),
        }
    }
}

/// The HTTP clients of a transport: one without a proxy, and one for each proxy.
#[derive(Debug, Clone)]
pub struct Routes<C> {
    proxies: Proxies,
    direct: C,
    https: Option<C>,
    http: Option<C>,
}

impl<C> Routes<C> {
    /// Creates the HTTP clients. The function `client` creates one HTTP client, which uses the given proxy
    /// or, for `None`, no proxy.
    #[must_use]
    pub fn new(proxies: Proxies, client: impl Fn(Option<&Proxy>) -> C) -> Self {
        let through = |named: &Named| named.as_ref()?.as_ref().ok().map(|proxy| client(Some(proxy)));
        Self { direct: client(None), https: through(&proxies.https), http: through(&proxies.http), proxies }
    }

    /// Returns the HTTP client for a URL with this scheme and host, and the proxy of this HTTP client.
    ///
    /// # Errors
    /// Returns [`UnusableProxy`] if requests to the URL must go through a proxy and this proxy is unusable.
    pub fn for_url(&self, scheme: &str, host: &str) -> Result<(&C, Option<&Proxy>), UnusableProxy> {
        let Some(proxy) = self.proxies.for_url(scheme, host)? else { return Ok((&self.direct, None)) };
        let client = if scheme.eq_ignore_ascii_case("http") { &self.http } else { &self.https };
        // A usable proxy always has a client.
        Ok((client.as_ref().unwrap_or(&self.direct), Some(proxy)))
    }
}

#[cfg(test)]
mod tests;
