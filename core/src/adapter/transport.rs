//! What transports have in common.

use core::fmt;
use core::net::IpAddr;
use core::time::Duration;

/// How long a transport waits, and how much it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportSettings {
    /// For resolving the host and connecting to it; 5 seconds by default. The TLS handshake counts as
    /// connecting.
    pub connect_timeout: Duration,
    /// For the whole exchange, connecting included; 10 seconds by default. A refresh whose answer was lost is
    /// sent again after it, and is to be in time for the grace period of a refresh token that rotates.
    pub total_timeout: Duration,
    /// How long an unused connection is kept; 10 seconds by default. A user takes longer than the service
    /// keeps a connection to find a code, so that a longer time would only find it dead.
    pub idle_timeout: Duration,
    /// The largest answer, in bytes; 1 MiB by default. The service's own are a few kilobytes.
    pub largest_body: u64,
    /// Whether ALL_PROXY, HTTPS_PROXY or HTTP_PROXY, the first that is set, and NO_PROXY count; they do by
    /// default. They never count for this machine itself. An HTTP proxy that cannot be used, a SOCKS proxy
    /// among them, is an error of every request: it is not passed by.
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

/// Whether a host, as it stands in a URL, is this machine itself: no proxy counts for it.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// The environment names a proxy that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnusableProxy;

impl fmt::Display for UnusableProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the proxy that the environment names is not an HTTP proxy")
    }
}

impl core::error::Error for UnusableProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_name_and_address() {
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
