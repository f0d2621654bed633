use std::time::Duration;

/// How long to wait, and how much to take.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportSettings {
    /// For resolving the host and connecting to it; 5 seconds by default. The TLS handshake counts as connecting.
    pub connect_timeout: Duration,
    /// For the whole exchange, connecting included; 10 seconds by default. A refresh whose answer was lost is sent again
    /// after it, and is to be in time for the grace period of a refresh token that rotates.
    pub total_timeout: Duration,
    /// How long an unused connection is kept; 10 seconds by default. A user takes longer than the service keeps a
    /// connection to find a code, so that a longer time would only find it dead.
    pub idle_timeout: Duration,
    /// The largest answer, in bytes; 1 MiB by default. The service's own are a few kilobytes.
    pub largest_body: u64,
    /// Whether ALL_PROXY, HTTPS_PROXY or HTTP_PROXY, the first that is set, and NO_PROXY count; they do by default. They
    /// never count for this machine itself. An HTTP proxy that cannot be used, a SOCKS proxy among them, is an error of
    /// every request: it is not passed by.
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
