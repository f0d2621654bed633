//! The configuration: command line and environment first, then the profile.

use std::fs;
use std::path::{Path, PathBuf};

use cognito_blocking::endpoint::{EndpointVariant, Service};
use cognito_blocking::secret::ClientSecret;
use cognito_blocking::{AppClient, Endpoint, IdentityPool, IdentityPoolId, UserPoolId};
use directories::ProjectDirs;
use serde::Deserialize;

use crate::arguments::Settings;
use crate::output::{Failure, Output};

/// A section of the profile file, and what has come of all three sources.
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
    region: Option<String>,
    store: Option<PathBuf>,
    username: Option<String>,
    /// Which profile it is.
    #[serde(skip)]
    profile: Option<String>,
}

/// The section that counts when none is named.
const DEFAULT_PROFILE: &str = "default";

const USER_AGENT: &str = concat!("cognito-cli/", env!("CARGO_PKG_VERSION"));

impl Configuration {
    /// Takes what the command line and the environment say, and the rest from the profile.
    pub(crate) fn new(settings: &Settings, output: Output) -> Result<Self, Failure> {
        let text = |given: &Option<String>| given.clone().filter(|text| !text.is_empty());
        let name = text(&settings.profile);
        let profile = read_profile(name.as_deref(), output)?;
        Ok(Self {
            user_pool_id: text(&settings.user_pool_id).or(profile.user_pool_id),
            client_id: text(&settings.client_id).or(profile.client_id),
            client_secret: settings.client_secret.clone().filter(|secret| !secret.is_empty()).or(profile.client_secret),
            identity_pool_id: text(&settings.identity_pool_id).or(profile.identity_pool_id),
            endpoint: text(&settings.endpoint).or(profile.endpoint),
            identity_endpoint: text(&settings.identity_endpoint).or(profile.identity_endpoint),
            sts_endpoint: text(&settings.sts_endpoint).or(profile.sts_endpoint),
            region: text(&settings.region).or(profile.region),
            store: settings.store.clone().filter(|path| !path.as_os_str().is_empty()).or(profile.store),
            username: text(&settings.username).or(profile.username),
            profile: name,
        })
    }

    pub(crate) fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    pub(crate) fn app_client(&self) -> Result<AppClient, Failure> {
        let user_pool_id = required(self.user_pool_id.as_ref(), "--user-pool-id", "COGNITO_USER_POOL_ID")?;
        let client_id = required(self.client_id.as_ref(), "--client-id", "COGNITO_CLIENT_ID")?;
        let mut app_client = AppClient::new(UserPoolId::new(user_pool_id)?, client_id)?.with_user_agent(USER_AGENT)?;
        if let Some(secret) = &self.client_secret {
            app_client = app_client.with_secret(secret.clone());
        }
        Ok(match self.endpoint(Service::UserPools, self.endpoint.as_ref())? {
            Some(endpoint) => app_client.with_endpoint(endpoint),
            None => app_client,
        })
    }

    pub(crate) fn identity_pool(&self) -> Result<IdentityPool, Failure> {
        let id = required(self.identity_pool_id.as_ref(), "--identity-pool-id", "COGNITO_IDENTITY_POOL_ID")?;
        let mut identity_pool = IdentityPool::new(IdentityPoolId::new(id)?)?.with_user_agent(USER_AGENT)?;
        if let Some(endpoint) = self.endpoint(Service::IdentityPools, self.identity_endpoint.as_ref())? {
            identity_pool = identity_pool.with_endpoint(endpoint);
        }
        if let Some(endpoint) = self.endpoint(Service::Sts, self.sts_endpoint.as_ref())? {
            identity_pool = identity_pool.with_sts_endpoint(endpoint);
        }
        Ok(identity_pool)
    }

    /// The endpoint of a service, where it is not the one that follows from the pool's id.
    fn endpoint(&self, service: Service, url: Option<&String>) -> Result<Option<Endpoint>, Failure> {
        let endpoint = match (url, &self.region) {
            (Some(url), _) => Some(Endpoint::custom(url)?),
            (None, Some(region)) => Some(Endpoint::for_service(service, region, EndpointVariant::default())?),
            (None, None) => None,
        };
        Ok(endpoint)
    }

    /// The file of the sessions. Its folder is made if it is the usual one.
    pub(crate) fn store(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.store {
            return Ok(path.clone());
        }
        let folder = folders()?.data_dir().to_owned();
        make_private_folder(&folder).map_err(|error| Failure::file(&folder, &error))?;
        Ok(folder.join("sessions.json"))
    }

    /// What an authenticator app is to show beside the user's name.
    pub(crate) fn issuer(&self) -> String {
        let name = self.profile.as_ref().filter(|name| *name != DEFAULT_PROFILE).or(self.user_pool_id.as_ref());
        name.cloned().unwrap_or_default()
    }
}

fn required<'a>(value: Option<&'a String>, flag: &str, variable: &str) -> Result<&'a str, Failure> {
    let problem = || Failure::Usage(format!("give {flag}, or set {variable}, or name a --profile that has it"));
    value.map(String::as_str).ok_or_else(problem)
}

fn folders() -> Result<ProjectDirs, Failure> {
    let problem = || Failure::Usage("there is no home folder: give --store".to_owned());
    ProjectDirs::from("", "", "cognito").ok_or_else(problem)
}

/// The section of this name; that of the default name need not be there.
fn read_profile(name: Option<&str>, output: Output) -> Result<Configuration, Failure> {
    let missing = |name: &str| Err(Failure::Usage(format!("there is no profile {name}")));
    let Ok(folders) = folders() else { return name.map_or_else(|| Ok(Configuration::default()), missing) };
    let path = folders.config_dir().join("profiles.toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::file(&path, &error)),
    };
    let mut sections = parse(&path, &text)?;
    if sections.values().any(|value| !value.is_table()) {
        let problem = "a setting stands outside of a section: settings go under one, such as [default]";
        return Err(Failure::Usage(format!("{}: {problem}", path.display())));
    }
    let Some(section) = sections.remove(name.unwrap_or(DEFAULT_PROFILE)) else {
        return name.map_or_else(|| Ok(Configuration::default()), missing);
    };
    // The parser's own message would show the line, which may hold the secret.
    let broken = || Failure::Usage(format!("{}: a profile has a setting that is unknown or no text", path.display()));
    let profile: Configuration = section.try_into().map_err(|_| broken())?;
    if profile.client_secret.is_some() && is_open_to_others(&path) {
        output.warning(&format!("{} holds a client secret, and others can read it", path.display()));
    }
    Ok(profile)
}

fn parse(path: &Path, text: &str) -> Result<toml::Table, Failure> {
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Failure::Usage(format!("{}: line {line} is not TOML", path.display()))
    })
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}

fn make_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}
