//! The proxies that environment variables name, by the rules of curl:
//! <https://everything.curl.dev/usingcurl/proxies/env.html>. Both adapters take their proxies from here, so that
//! they cannot differ.

mod no_proxy;
mod value;

use alloc::string::String;
use core::fmt;
use std::ffi::OsString;

use self::no_proxy::NoProxy;
use super::transport::{TransportSettings, is_this_machine};
use crate::secret::Password;

/// The protocol of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyScheme {
    /// An HTTP proxy, over TCP.
    Http,
    /// An HTTP proxy, over TLS.
    Https,
    /// A SOCKS 4 proxy. The client resolves the host.
    Socks4,
    /// A SOCKS 4 proxy that resolves the host.
    Socks4a,
    /// A SOCKS 5 proxy. The client resolves the host.
    Socks5,
    /// A SOCKS 5 proxy that resolves the host.
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

    /// Returns whether this is one of the SOCKS protocols.
    #[must_use]
    pub fn is_socks(self) -> bool {
        !matches!(self, Self::Http | Self::Https)
    }
}

/// A proxy. Its `Debug` and `Display` show no credentials.
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

    /// Returns the port: by default 443 for an HTTP proxy over TLS, and 1080 for all others, as in curl.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the user name and the password, both percent-decoded.
    #[must_use]
    pub fn user(&self) -> Option<(&str, &Password)> {
        self.user.as_ref().map(|(user, password)| (user.as_str(), password))
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

/// The error for a variable that names a proxy that cannot be used. The message does not contain the value of
/// the variable, because the value may contain a password.
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

/// The proxy for each scheme of a URL, and the hosts that need no proxy.
///
/// - `https` uses `https_proxy`, `HTTPS_PROXY`, `all_proxy` or `ALL_PROXY`: the first that is set.
/// - `http` uses `http_proxy`, `all_proxy` or `ALL_PROXY`. It does not use `HTTP_PROXY`, because a web server
///   sets that variable for a CGI program from a header of the client.
/// - `no_proxy` or `NO_PROXY` is `*`, or a list of hosts, which are separated by commas or white space. A
///   host name matches itself and its subdomains, with or without a leading `.` or `*.`. An IP address
///   matches itself. A network such as `10.0.0.0/8` or `fd00::/8` matches its addresses. An entry with a port
///   matches no host.
/// - An empty variable is not set.
///
/// There are three differences from curl. A host that [is this machine](is_this_machine) never uses a proxy.
/// `no_proxy` accepts `*.example.com` and brackets around IPv6 addresses. A value that has one or three
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
    /// supports SOCKS proxies. If it does not, a SOCKS proxy is an [`UnusableProxy`].
    #[must_use]
    pub fn from_settings(settings: &TransportSettings, socks: bool) -> Self {
        if !settings.proxy_from_environment {
            return Self::default();
        }
        Self::from_variables(socks, |name| std::env::var_os(name))
    }

    /// Reads the proxies from variables, which `lookup` returns by name.
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
    /// host. An IPv6 address may have brackets.
    ///
    /// # Errors
    /// Returns [`UnusableProxy`] if the URL needs a proxy that cannot be used. The request must then fail.
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
    /// Creates the clients by `client`, which gets the proxy.
    #[must_use]
    pub fn new(proxies: Proxies, client: impl Fn(Option<&Proxy>) -> C) -> Self {
        let through = |named: &Named| named.as_ref()?.as_ref().ok().map(|proxy| client(Some(proxy)));
        Self { direct: client(None), https: through(&proxies.https), http: through(&proxies.http), proxies }
    }

    /// Returns the client for a URL with this scheme and host, and the proxy that the client uses.
    ///
    /// # Errors
    /// As [`Proxies::for_url`].
    pub fn for_url(&self, scheme: &str, host: &str) -> Result<(&C, Option<&Proxy>), UnusableProxy> {
        let Some(proxy) = self.proxies.for_url(scheme, host)? else { return Ok((&self.direct, None)) };
        let client = if scheme.eq_ignore_ascii_case("http") { &self.http } else { &self.https };
        // A usable proxy always has a client.
        Ok((client.as_ref().unwrap_or(&self.direct), Some(proxy)))
    }
}

#[cfg(test)]
mod tests;
