//! The settings that all transports share.

use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;
use std::path::PathBuf;

/// The time-outs and the size limit of a transport, and whether the transport uses a proxy from the
/// environment variables.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportSettings {
    /// The time-out for resolving the host and connecting, including the TLS handshake: 5 seconds by default.
    pub connect_timeout: Duration,
    /// The time-out for the whole exchange, including connecting: 10 seconds by default. If the response to a
    /// refresh is lost, the client retries the refresh after this time-out. The retry must reach the service
    /// within the grace period of the rotated refresh token.
    pub total_timeout: Duration,
    /// The time after which the transport closes an unused connection: 10 seconds by default. A longer time
    /// would not help while a user looks for a code and enters the code, because the service closes an idle
    /// connection earlier.
    pub idle_timeout: Duration,
    /// The maximum size of a response body, in bytes: 1 MiB by default. The responses of the service have a
    /// few kilobytes.
    pub largest_body: u64,
    /// Whether to use the proxy that an environment variable names: `true` by default. The transport reads
    /// the variables `ALL_PROXY`, `HTTPS_PROXY` and `HTTP_PROXY` in this order, and uses the first variable
    /// that is set. The variable `NO_PROXY` lists hosts for which the transport uses no proxy. Requests to
    /// the local machine never use a proxy. If the proxy is unusable (for example a SOCKS proxy), every
    /// request fails. A request never silently bypasses an unusable proxy.
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
