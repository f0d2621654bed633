//! The configuration of the tool. The command line takes precedence over the environment, and the environment
//! takes precedence over the profile.

use std::fs;
use std::path::{Path, PathBuf};

use cognito_blocking::RootCertificates;
use cognito_blocking::endpoint::{EndpointVariant, Service};
use cognito_blocking::secret::ClientSecret;
use cognito_blocking::{AppClient, Endpoint, IdentityPool, IdentityPoolId, TransportSettings, UserPoolId};
use directories::ProjectDirs;
use serde::Deserialize;

use crate::arguments::Settings;
use crate::output::{Failure, Output};
use crate::store::ToolStore;

/// The settings of one profile, or the settings that the tool merged from the command line, the environment
/// and the profile.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configuration {
    user_pool_id: Option<String>,
    client_id: Option<String>,
    client_secret: Option<ClientSecret>,
    identity_pool_id: Option<String>,
    endpoint: Option<String>,
    identity_endpoint: Option<String>,
    sts_endpoint: Option<String>,
    allow_http: Option<bool>,
    region: Option<String>,
    ca_bundle: Option<PathBuf>,
    store: Option<PathBuf>,
    username: Option<String>,
    /// The name of the profile, if `--profile` or `COGNITO_PROFILE` sets it.
    #[serde(skip)]
    profile: Option<String>,
}

/// The section of `profiles.toml` that the tool reads if the user does not name a profile.
const DEFAULT_PROFILE: &str = "default";

const USER_AGENT: &str = concat!("cognito-cli/", env!("CARGO_PKG_VERSION"));

impl Configuration {
    /// Merges the settings. The command line and the environment take precedence over the profile.
    pub(crate) fn new(settings: &Settings, output: Output) -> Result<Self, Failure> {
        let text = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        let path = |value: &Option<PathBuf>| value.clone().filter(|path| !path.as_os_str().is_empty());
        let name = text(&settings.profile);
        let profile = read_profile(name.as_deref(), output)?;
        Ok(Self {
            user_pool_id: text(&settings.user_pool_id).or(profile.user_pool_id),
            client_id: text(&settings.client_id).or(profile.client_id),
            client_secret: settings.client_secret.clone().filter(has_text).or(profile.client_secret),
            identity_pool_id: text(&settings.identity_pool_id).or(profile.identity_pool_id),
            endpoint: text(&settings.endpoint).or(profile.endpoint),
            identity_endpoint: text(&settings.identity_endpoint).or(profile.identity_endpoint),
            sts_endpoint: text(&settings.sts_endpoint).or(profile.sts_endpoint),
            allow_http: settings.allow_http.and_then(|switch| switch.0).or(profile.allow_http),
            region: text(&settings.region).or(profile.region),
            ca_bundle: path(&settings.ca_bundle).or(profile.ca_bundle),
            store: path(&settings.store).or(profile.store),
            username: trimmed(settings.username.as_ref()).or(trimmed(profile.username.as_ref())),
            profile: name,
        })
    }

    pub(crate) fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// Returns the default settings of the transport, with the configured root certificates.
    pub(crate) fn transport(&self) -> TransportSettings {
        let mut settings = TransportSettings::default();
        if let Some(bundle) = &self.ca_bundle {
            settings.root_certificates = RootCertificates::PemFile(bundle.clone());
        }
        settings
    }

    /// Returns the app client. Writes a warning if a custom endpoint uses plain http.
    pub(crate) fn app_client(&self, output: Output) -> Result<AppClient, Failure> {
        let user_pool_id = required(self.user_pool_id.as_ref(), "--user-pool-id", "COGNITO_USER_POOL_ID")?;
        let client_id = required(self.client_id.as_ref(), "--client-id", "COGNITO_CLIENT_ID")?;
        let mut app_client = AppClient::new(UserPoolId::new(user_pool_id)?, client_id)?.with_user_agent(USER_AGENT)?;
        if let Some(secret) = &self.client_secret {
            app_client = app_client.with_secret(secret.clone());
        }
        Ok(match self.endpoint(Service::UserPools, self.endpoint.as_ref(), output)? {
            Some(endpoint) => app_client.with_endpoint(endpoint),
            None => app_client,
        })
    }

    /// Returns the identity pool. Writes a warning if a custom endpoint uses plain http.
    pub(crate) fn identity_pool(&self, output: Output) -> Result<IdentityPool, Failure> {
        let id = required(self.identity_pool_id.as_ref(), "--identity-pool-id", "COGNITO_IDENTITY_POOL_ID")?;
        let mut identity_pool = IdentityPool::new(IdentityPoolId::new(id)?)?.with_user_agent(USER_AGENT)?;
        if let Some(endpoint) = self.endpoint(Service::IdentityPools, self.identity_endpoint.as_ref(), output)? {
            identity_pool = identity_pool.with_endpoint(endpoint);
        }
        if let Some(endpoint) = self.endpoint(Service::Sts, self.sts_endpoint.as_ref(), output)? {
            identity_pool = identity_pool.with_sts_endpoint(endpoint);
        }
        Ok(identity_pool)
    }

    /// Returns the endpoint of a service, or `None` if neither a URL nor a region is set. For `None`, the
    /// library uses the endpoint of the region in the pool's id.
    fn endpoint(&self, service: Service, url: Option<&String>, output: Output) -> Result<Option<Endpoint>, Failure> {
        let endpoint = match (url, &self.region) {
            (Some(url), _) => Some(self.custom_endpoint(url, output)?),
            (None, Some(region)) => Some(Endpoint::for_service(service, region, EndpointVariant::default())?),
            (None, None) => None,
        };
        Ok(endpoint)
    }

    fn custom_endpoint(&self, url: &str, output: Output) -> Result<Endpoint, Failure> {
        let error = match Endpoint::custom(url) {
            Ok(endpoint) => return Ok(endpoint),
            Err(error) => error,
        };
        // The URL is invalid even if plain http is allowed.
        let Ok(endpoint) = Endpoint::insecure(url) else { return Err(error.into()) };
        if self.allow_http != Some(true) {
            return Err(Failure::Usage(format!("{error}: pass --allow-http if the network is safe")));
        }
        let url = endpoint.url();
        output.warning(&format!(
            "requests to {url} are not encrypted: others on the network can read passwords and tokens"
        ));
        Ok(endpoint)
    }

    /// Returns the configured store or the default store. The folder of the default store may be absent.
    pub(crate) fn store(&self) -> Result<ToolStore, Failure> {
        match &self.store {
            Some(path) => Ok(ToolStore::new(path.clone())),
            None => Ok(ToolStore::in_folder(project_folders()?.data_dir().to_owned(), "sessions.json")),
        }
    }

    /// Returns the issuer that an authenticator app shows next to the user name.
    pub(crate) fn issuer(&self) -> String {
        let name = self.profile.as_ref().filter(|name| *name != DEFAULT_PROFILE).or(self.user_pool_id.as_ref());
        name.cloned().unwrap_or_default()
    }
}

/// Removes leading and trailing spaces from a user name, because user names in Cognito contain no spaces.
/// Returns `None` if the result is empty.
fn trimmed(name: Option<&String>) -> Option<String> {
    name.map(|name| name.trim()).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Returns whether a client secret contains a character other than a space. The library removes leading and
/// trailing spaces from a client secret.
fn has_text(secret: &ClientSecret) -> bool {
    !secret.expose().trim().is_empty()
}

fn required<'a>(value: Option<&'a String>, flag: &str, variable: &str) -> Result<&'a str, Failure> {
    let error =
        || Failure::Usage(format!("a setting is missing: pass {flag}, set {variable}, or add it to the profile"));
    value.map(String::as_str).ok_or_else(error)
}

fn project_folders() -> Result<ProjectDirs, Failure> {
    let error = || Failure::Usage("there is no home folder: pass --store".to_owned());
    ProjectDirs::from("", "", "cognito").ok_or_else(error)
}

/// Reads the profile with this name. Without a name, reads the default profile, which may be absent.
fn read_profile(name: Option<&str>, output: Output) -> Result<Configuration, Failure> {
    let missing = |name: &str| Err(Failure::Usage(format!("there is no profile {name} in profiles.toml")));
    let Ok(folders) = project_folders() else { return name.map_or_else(|| Ok(Configuration::default()), missing) };
    let path = folders.config_dir().join("profiles.toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::file(&path, &error)),
    };
    let mut sections = parse(&path, &text)?;
    if sections.values().any(|value| !value.is_table()) {
        let problem = "a setting is outside of a section: put it into a section such as [default]";
        return Err(Failure::Usage(format!("{}: {problem}", path.display())));
    }
    let Some(section) = sections.remove(name.unwrap_or(DEFAULT_PROFILE)) else {
        return name.map_or_else(|| Ok(Configuration::default()), missing);
    };
    // The message of the parser would quote the line, which may contain the client secret.
    let error = || {
        Failure::Usage(format!(
            "{}: a setting is unknown, or its value is not a string (allow_http: not true or false)",
            path.display()
        ))
    };
    let profile: Configuration = section.try_into().map_err(|_| error())?;
    if profile.client_secret.is_some() && is_readable_by_others(&path) {
        let problem = "contains a client secret, but other users can read the file";
        output.warning(&format!("{} {problem}", path.display()));
    }
    Ok(profile)
}

fn parse(path: &Path, text: &str) -> Result<toml::Table, Failure> {
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Failure::Usage(format!("{}: invalid TOML at line {line}", path.display()))
    })
}

#[cfg(unix)]
fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others(_path: &Path) -> bool {
    false
}
