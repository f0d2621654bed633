//! The settings that all transports share.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;
use std::path::PathBuf;

/// The settings of a transport: its limits for time and size, its proxy, and its root certificates.
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
    /// Whether to use the proxies from the environment: `true` by default. [`Proxies`](super::Proxies) says
    /// which variables are read. If a request needs a proxy that cannot be used, the request fails. A request
    /// never silently bypasses a proxy.
    pub proxy_from_environment: bool,
    /// The root certificates that may have signed the certificate of a server: those of the platform by
    /// default.
    pub root_certificates: RootCertificates,
    /// Whether the environment may name other root certificates than those of the platform: `true` by
    /// default. The first of the variables `AWS_CA_BUNDLE`, `SSL_CERT_FILE` and `SSL_CERT_DIR` that is set
    /// and not empty names them, as for the AWS CLI and curl. This setting has an effect only where
    /// `root_certificates` is [`RootCertificates::Platform`].
    pub root_certificates_from_environment: bool,
}

/// The root certificates that a transport trusts. A bundle that cannot be used makes every request over TLS
/// fail. A transport never falls back to other certificates than those that the bundle names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RootCertificates {
    /// The certificates that the operating system trusts. If the operating system has none, as in a minimal
    /// container, the certificates of Mozilla's root program. On Unix systems except macOS, OpenSSL's
    /// variables `SSL_CERT_FILE` and `SSL_CERT_DIR` are part of the platform.
    #[default]
    Platform,
    /// The certificates of Mozilla's root program, as they were when this crate was built.
    Mozilla,
    /// The certificates in this file, in PEM format, or in the files of this folder.
    PemFile(PathBuf),
    /// These certificates, in PEM format.
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

/// Returns whether the host of a URL is the local machine, for which no proxy is used.
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
