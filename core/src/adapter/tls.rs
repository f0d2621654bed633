//! The TLS configuration of all transports.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::transport::{RootCertificates, TransportSettings};
use crate::error::Cause;

/// The TLS configuration of a transport. The first request over TLS creates the configuration.
#[derive(Debug)]
pub struct Tls {
    roots: Roots,
    configuration: OnceLock<Arc<ClientConfig>>,
}

/// The source of the root certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Roots {
    Platform,
    Mozilla,
    /// Files or folders, and the name of the environment variable that contains their paths. The name is
    /// `None` if the paths come from the settings.
    Files(Vec<PathBuf>, Option<&'static str>),
    Pem(Vec<u8>),
}

impl Roots {
    fn new(settings: &TransportSettings, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        match &settings.root_certificates {
            RootCertificates::Platform if settings.root_certificates_from_environment => {
                let set =
                    |name: &'static str| lookup(name).filter(|value| !value.is_empty()).map(|value| (name, value));
                if let Some((name, value)) = set("AWS_CA_BUNDLE").or_else(|| set("SSL_CERT_FILE")) {
                    return Self::Files(Vec::from([value.into()]), Some(name));
                }
                set("SSL_CERT_DIR").map_or(Self::Platform, |(name, value)| {
                    Self::Files(std::env::split_paths(&value).collect(), Some(name))
                })
            }
            RootCertificates::Platform => Self::Platform,
            RootCertificates::Mozilla => Self::Mozilla,
            RootCertificates::PemFile(path) => Self::Files(Vec::from([path.clone()]), None),
            RootCertificates::Pem(pem) => Self::Pem(pem.clone()),
        }
    }

    fn load(&self) -> Result<RootCertStore, UnusableTls> {
        let (certificates, name) = match self {
            Self::Mozilla => return Ok(mozilla()),
            Self::Platform => {
                let mut store = RootCertStore::empty();
                // This call skips certificates of the platform that rustls cannot read.
                let (added, _) = store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                return Ok(if added == 0 { mozilla() } else { store });
            }
            Self::Files(paths, variable) => {
                let name = bundle_name(paths, *variable);
                let mut certificates = Vec::new();
                for path in paths {
                    let found =
                        read(path).map_err(|cause| UnusableTls::bundle("cannot be read", &name, Some(cause)))?;
                    certificates.extend(found);
                }
                (certificates, name)
            }
            Self::Pem(pem) => {
                let name = String::from("in the settings");
                let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
                let found =
                    found.map_err(|error| UnusableTls::bundle("cannot be read", &name, Some(Arc::new(error))))?;
                (found, name)
            }
        };
        let mut store = RootCertStore::empty();
        match store.add_parsable_certificates(certificates) {
            (0, _) => Err(UnusableTls::bundle("contain no usable certificate in PEM format", &name, None)),
            _ => Ok(store),
        }
    }
}

fn mozilla() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

fn bundle_name(paths: &[PathBuf], variable: Option<&'static str>) -> String {
    let paths: Vec<_> = paths.iter().map(|path| alloc::format!("{}", path.display())).collect();
    let variable = variable.map(|variable| alloc::format!(", which {variable} names,")).unwrap_or_default();
    alloc::format!("in {}{variable}", paths.join(" and "))
}

/// Reads the certificates in a file, or in all files of a folder.
fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, Cause> {
    if path.is_dir() {
        // A folder may also contain files that are not certificates, so errors are ignored.
        return Ok(rustls_native_certs::load_certs_from_paths(None, Some(path)).certs);
    }
    let text = std::fs::read(path).map_err(|error| -> Cause { Arc::new(error) })?;
    CertificateDer::pem_slice_iter(&text).collect::<Result<_, _>>().map_err(|error| -> Cause { Arc::new(error) })
}

impl Tls {
    /// Creates the TLS configuration from the settings and, if the settings allow it, from the environment
    /// variables. This function does not read the root certificates.
    #[must_use]
    pub fn new(settings: &TransportSettings) -> Self {
        Self { roots: Roots::new(settings, |name| std::env::var_os(name)), configuration: OnceLock::new() }
    }

    /// Returns the configuration for rustls. The configuration uses the default crypto provider of the
    /// process. If the process has no default provider, the configuration uses the provider of the Cargo
    /// feature `aws-lc-rs` or `ring`.
    ///
    /// # Errors
    /// Returns [`UnusableTls`] if the root certificates are unusable, or if there is no crypto provider.
    pub fn configuration(&self) -> Result<Arc<ClientConfig>, UnusableTls> {
        if let Some(configuration) = self.configuration.get() {
            return Ok(Arc::clone(configuration));
        }
        let builder = builder()?;
        let configuration = builder.with_root_certificates(self.roots.load()?).with_no_client_auth();
        Ok(Arc::clone(self.configuration.get_or_init(|| Arc::new(configuration))))
    }

    /// Returns a configuration that trusts no certificate. Use this configuration for an HTTP client that
    /// must not use TLS.
    ///
    /// # Errors
    /// Returns [`UnusableTls`] if there is no crypto provider.
    pub fn distrusting() -> Result<ClientConfig, UnusableTls> {
        Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
    }
}

/// Starts a configuration with the default crypto provider of the process, or else with the provider of the
/// enabled Cargo feature.
fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, UnusableTls> {
    let provider = CryptoProvider::get_default().cloned().or_else(provider).ok_or_else(UnusableTls::provider)?;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    builder.map_err(|error| UnusableTls::provider().caused_by(Arc::new(error)))
}

/// Returns the crypto provider of the enabled Cargo feature. If both features are enabled, the provider is
/// `aws-lc-rs`, which is also the default of rustls.
#[cfg(feature = "aws-lc-rs")]
fn provider() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
fn provider() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
fn provider() -> Option<Arc<CryptoProvider>> {
    None
}

/// The error of a TLS configuration with unusable root certificates or without a crypto provider.
#[derive(Debug, Clone)]
pub struct UnusableTls {
    message: String,
    cause: Option<Cause>,
}

impl UnusableTls {
    fn bundle(problem: &str, name: &str, cause: Option<Cause>) -> Self {
        let message =
            alloc::format!("the root certificates {name} {problem}: name a bundle of certificates in PEM format");
        Self { message, cause }
    }

    fn provider() -> Self {
        let message = "there is no crypto provider for TLS: turn on the Cargo feature `aws-lc-rs` or `ring`, or \
                       install a default provider in rustls";
        Self { message: message.into(), cause: None }
    }

    fn caused_by(self, cause: Cause) -> Self {
        Self { cause: Some(cause), ..self }
    }
}

impl fmt::Display for UnusableTls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl core::error::Error for UnusableTls {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
