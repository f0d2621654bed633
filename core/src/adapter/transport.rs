//! The settings that all transports share.

use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

/// The limits of a transport for time and size, and whether it uses a proxy from the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportSettings {
    /// The time-out for resolving the host and connecting, including the TLS handshake: 5 seconds by default.
    pub connect_timeout: Duration,
    /// The time-out for the whole exchange, including connecting: 10 seconds by default. If the response of a
    /// refresh is lost, the refresh is retried after this time-out. The retry must arrive within the grace
    /// period of a rotated refresh token.
    pub total_timeout: Duration,
    /// The time for which an unused connection is kept open: 10 seconds by default. Keeping a connection
    /// longer would not help: the service closes an idle connection before a user has found and entered a
    /// code.
    pub idle_timeout: Duration,
    /// The maximum size of a response body, in bytes: 1 MiB by default. The service's own responses have a
    /// few kilobytes.
    pub largest_body: u64,
    /// Whether to use the proxy from the environment: `true` by default. The first of the variables
    /// `ALL_PROXY`, `HTTPS_PROXY` and `HTTP_PROXY` that is set names the proxy, and `NO_PROXY` names hosts
    /// without a proxy. Requests to the local machine never use a proxy. If the proxy is unusable (for
    /// example a SOCKS proxy), every request fails. A request never silently bypasses an unusable proxy.
    pub proxy_from_environment: bool,
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(10),
            largest_body: 1024 * 1024,
            proxy_from_environment: true,
        }
    }
}

/// Returns whether the host of a URL is the local machine, for which no proxy is used.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// The environment variables name a proxy that is not an HTTP proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnusableProxy;

impl fmt::Display for UnusableProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .write_str("the proxy in the environment is not an HTTP proxy: set an HTTP proxy or unset the variable")
    }
}

impl core::error::Error for UnusableProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_machine_is_recognized_by_name_and_address() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]", "::1"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "10.0.0.1",
            "[::2]",
            "cognito-idp.eu-west-1.amazonaws.com",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
