//! A description of pools, for set-up in one go and for the file that `cognito-sim --config` reads.

use alloc::collections::BTreeMap;
use core::fmt;

use serde::Deserialize;

use crate::client::{ExplicitAuthFlow, RefreshTokenRotation, UserExistenceErrors, Validity};
use crate::failure::Failure;
use crate::identity_pool_config::{IdentityPoolConfig, Roles};
use crate::mfa::MfaFactor;
use crate::pool_config::{MfaConfiguration, PoolConfig, WebAuthnConfig};
use crate::user::UserStatus;

/// The whole of a simulated region: the content of a configuration file.
///
/// The file is JSON; every member has the name it has here, and may be left out:
///
/// ```
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let config = cognito_testkit::Config::from_json(r#"{
///     "region": "eu-west-1",
///     "pools": [{
///         "id": "eu-west-1_Example01",
///         "auto_verified_attributes": ["email"],
///         "clients": [{ "id": "webclient", "explicit_auth_flows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }],
///         "users": [{ "username": "alice", "password": "Correct-horse-1", "attributes": { "email": "alice@example.com" } }]
///     }]
/// }"#)?;
/// # assert_eq!(config.pools.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The region in pool ids and in the issuer of tokens: `us-east-1`.
    pub region: String,
    /// The user pools.
    pub pools: Vec<PoolConfig>,
    /// The identity pools.
    pub identity_pools: Vec<IdentityPoolConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self { region: "us-east-1".to_owned(), pools: Vec::new(), identity_pools: Vec::new() }
    }
}

impl Config {
    /// Reads a configuration file's text. A member it does not know is an error, since it would be a mistyped one.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        serde_json::from_str(text).map_err(|error| ConfigError::new(error.to_string()))
    }

    /// One pool with a public client and a client with a secret, both with SRP, password and refresh flows. Users may
    /// set up every second factor, and passkeys for `localhost`. One identity pool trusts its clients, has guests, a role
    /// for these and one for the others, and allows the basic flow.
    #[must_use]
    pub fn standard() -> Self {
        let flows = vec![
            ExplicitAuthFlow::AllowUserSrpAuth,
            ExplicitAuthFlow::AllowUserPasswordAuth,
            ExplicitAuthFlow::AllowRefreshTokenAuth,
        ];
        let public = ClientConfig { name: "public".to_owned(), explicit_auth_flows: flows, ..ClientConfig::default() };
        let secret = ClientConfig { name: "secret".to_owned(), generate_secret: true, ..public.clone() };
        let pool = PoolConfig {
            auto_verified_attributes: vec!["email".to_owned()],
            mfa_configuration: MfaConfiguration::Optional,
            mfa_factors: vec![MfaFactor::Sms, MfaFactor::SoftwareToken, MfaFactor::Email],
            web_authn: Some(WebAuthnConfig {
                relying_party_id: Some("localhost".to_owned()),
                ..WebAuthnConfig::default()
            }),
            clients: vec![public, secret],
            ..PoolConfig::default()
        };
        let role = |name: &str| Some(format!("arn:aws:iam::123456789012:role/{name}"));
        let identity_pool = IdentityPoolConfig {
            allow_unauthenticated_identities: true,
            allow_classic_flow: true,
            user_pools: vec![pool.name.clone()],
            roles: Roles { authenticated: role("authenticated"), unauthenticated: role("unauthenticated") },
            ..IdentityPoolConfig::default()
        };
        Self { pools: vec![pool], identity_pools: vec![identity_pool], ..Self::default() }
    }
}

/// An app client.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientConfig {
    /// The client id; made up when absent.
    pub id: Option<String>,
    /// The client's name: `client`.
    pub name: String,
    /// The client secret; with this or with `generate_secret` the client has one.
    pub secret: Option<String>,
    /// Make up a secret.
    pub generate_secret: bool,
    /// What sign-ins the client may start; by default SRP, custom and refresh, as in Cognito.
    pub explicit_auth_flows: Vec<ExplicitAuthFlow>,
    /// `ENABLED` hides whether a user exists; `LEGACY`, the API's default, tells.
    pub prevent_user_existence_errors: UserExistenceErrors,
    /// An hour by default, as `{"amount": 60, "unit": "minutes"}`.
    pub access_token_validity: Validity,
    /// An hour by default.
    pub id_token_validity: Validity,
    /// 30 days by default.
    pub refresh_token_validity: Validity,
    /// Rotation of refresh tokens, as `{"retry_grace_period_seconds": 10}`. Without it there is none.
    pub refresh_token_rotation: Option<RefreshTokenRotation>,
    /// The scopes that GetClientToken may grant, as `resource-server/scope`.
    pub scopes: Vec<String>,
    /// Whether RevokeToken works and tokens carry `origin_jti`: yes.
    pub enable_token_revocation: bool,
    /// How long a challenge may be answered, 3 to 15 minutes: 3.
    pub auth_session_validity_minutes: u64,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            id: None,
            name: "client".to_owned(),
            secret: None,
            generate_secret: false,
            explicit_auth_flows: ExplicitAuthFlow::COGNITO_DEFAULT.to_vec(),
            prevent_user_existence_errors: UserExistenceErrors::Legacy,
            access_token_validity: Validity::hours(1),
            id_token_validity: Validity::hours(1),
            refresh_token_validity: Validity::days(30),
            refresh_token_rotation: None,
            scopes: Vec::new(),
            enable_token_revocation: true,
            auth_session_validity_minutes: 3,
        }
    }
}

impl ClientConfig {
    /// Refuses flows that do not go together.
    pub(crate) fn check_flows(&self) -> Result<(), Failure> {
        let has = self.explicit_auth_flows.contains(&ExplicitAuthFlow::AllowClientTokenAuth);
        if has && self.explicit_auth_flows.len() > 1 {
            let text = "ALLOW_CLIENT_TOKEN_AUTH must be the only authentication flow of an app client.";
            return Err(Failure::invalid_parameter(text));
        }
        Ok(())
    }
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("ClientConfig");
        debug.field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A user.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UserConfig {
    /// The user name; in a pool with `username_attributes` the e-mail address or phone number.
    pub username: String,
    /// The password. Without one the user cannot sign in by password.
    pub password: Option<String>,
    /// The attributes by name. Unless they are given, `email_verified` and
    /// `phone_number_verified` are `"true"`, and `"false"` for a user who is not confirmed.
    pub attributes: BTreeMap<String, String>,
    /// `CONFIRMED` by default.
    pub status: UserStatus,
    /// Whether the user may sign in: yes.
    pub enabled: bool,
    /// The second factors, as `{"enabled": ["SMS_MFA"]}`. By default there are none.
    pub mfa: UserMfaConfig,
}

/// The second factors of a user.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UserMfaConfig {
    /// `SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`: what the user is asked for.
    pub enabled: Vec<MfaFactor>,
    /// Which of them is asked for without a question.
    pub preferred: Option<MfaFactor>,
    /// The secret of the authenticator app in Base32, of any length.
    pub software_token_secret: Option<String>,
}

impl fmt::Debug for UserMfaConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("UserMfaConfig");
        debug.field("enabled", &self.enabled).field("preferred", &self.preferred).finish_non_exhaustive()
    }
}

impl Default for UserConfig {
    fn default() -> Self {
        Self {
            username: String::new(),
            password: None,
            attributes: BTreeMap::new(),
            status: UserStatus::Confirmed,
            enabled: true,
            mfa: UserMfaConfig::default(),
        }
    }
}

impl fmt::Debug for UserConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("UserConfig");
        debug.field("username", &self.username).field("status", &self.status).finish_non_exhaustive()
    }
}

/// Why a configuration was not taken, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(String);

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl From<Failure> for ConfigError {
    fn from(failure: Failure) -> Self {
        Self(failure.into_message())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl core::error::Error for ConfigError {}
