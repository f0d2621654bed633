//! The settings that all transports share.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;
use std::path::PathBuf;

/// The settings of a transport: time-outs, the size limit, the use of proxies, and the root certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportSettings {
    /// The time-out for resolving the host and connecting, including the TLS handshake: 5 seconds by default.
    pub connect_timeout: Duration,
    /// The time-out for the whole exchange, including connecting: 10 seconds by default. If the response to a
    /// refresh is lost, the client retries the refresh after this time-out. The service rejects this retry if
    /// the grace period of the rotated refresh token is over, so the time-out must not be too long.
    pub total_timeout: Duration,
    /// The time after which the transport closes an unused connection: 10 seconds by default. A longer time
    /// would not keep a connection open while the user searches for a code, because the service closes an
    /// idle connection earlier.
    pub idle_timeout: Duration,
    /// The maximum size of a response body, in bytes: 1 MiB by default. A response of the service is only a
    /// few kilobytes long.
    pub largest_body: u64,
    /// Whether to use the proxy that an environment variable names: `true` by default.
    /// [`Proxies`](super::Proxies) lists the variables and the rules. Requests to the local machine never use
    /// a proxy. If the proxy is unusable, every request that needs the proxy fails. A request never bypasses
    /// an unusable proxy.
    pub proxy_from_environment: bool,
    /// The root certificates that the transport trusts. The default is [`RootCertificates::Platform`].
    pub root_certificates: RootCertificates,
    /// Whether an environment variable may replace the root certificates of the platform: `true` by default.
    /// The transport reads the variables `AWS_CA_BUNDLE`, `SSL_CERT_FILE` and `SSL_CERT_DIR` in this order.
    /// It uses the first variable that is set and not empty. The AWS CLI reads the first variable, and curl
    /// reads the other two. This setting has an effect only if `root_certificates` is
    /// [`RootCertificates::Platform`].
    pub root_certificates_from_environment: bool,
}

/// The root certificates that a transport trusts. If the configured file or text is unusable, every request
/// over TLS fails. The transport never uses other certificates instead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootCertificates {
    /// The certificates that the operating system trusts. If the operating system has no certificates, as in
    /// a minimal container, the transport trusts the certificates of Mozilla's root program. The crate
    /// `rustls-native-certs` reads the certificates of the operating system. If the variable `SSL_CERT_FILE`
    /// or `SSL_CERT_DIR` is set, that crate reads the certificates that the variable names instead, even if
    /// `root_certificates_from_environment` is `false`.
    #[default]
    Platform,
    /// The certificates of Mozilla's root program. They are compiled into the program.
    Mozilla,
    /// The path of a file with certificates in PEM format, or of a folder with such files.
    PemFile(PathBuf),
    /// The text of certificates in PEM format.
    Pem(Vec<u8>),
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(10),
            largest_body: 1024 * 1024,
            proxy_from_environment: true,
            root_certificates: RootCertificates::Platform,
            root_certificates_from_environment: true,
        }
    }
}

/// Returns whether the host of a URL is the local machine. Requests to the local machine use no proxy.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

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
