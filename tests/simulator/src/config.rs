//! The configuration of a simulated region, which is also the file format of `cognito-sim --config`.

use alloc::collections::BTreeMap;
use core::fmt;

use serde::Deserialize;

use crate::client::{ExplicitAuthFlow, RefreshTokenRotation, UserExistenceErrors, Validity};
use crate::failure::Failure;
use crate::identity_pool_config::{IdentityPoolConfig, Roles};
use crate::mfa::MfaFactor;
use crate::pool_config::{MfaConfiguration, PoolConfig, WebAuthnConfig};
use crate::user::UserStatus;

/// The configuration of a simulated region: the content of a configuration file.
///
/// A configuration file is JSON. Its members have the names of the fields, and every member is optional:
///
/// ```
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let config = cognito_testkit::Config::from_json(r#"{
///     "region": "eu-west-1",
///     "pools": [{
///         "id": "eu-west-1_Example01",
///         "auto_verified_attributes": ["email"],
///         "clients": [{
///             "id": "webclient",
///             "explicit_auth_flows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
///         }],
///         "users": [{
///             "username": "alice",
///             "password": "Correct-horse-1",
///             "attributes": { "email": "alice@example.com" }
///         }]
///     }]
/// }"#)?;
/// # assert_eq!(config.pools.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The AWS region in pool ids and in the issuer of tokens. The default is `us-east-1`.
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
    /// Parses the text of a configuration file.
    ///
    /// # Errors
    /// The text is not valid JSON, has an invalid value, or has an unknown member, which is probably
    /// misspelled.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        serde_json::from_str(text).map_err(|error| ConfigError::new(error.to_string()))
    }

    /// Returns a configuration with one user pool and one identity pool, which suits most tests.
    ///
    /// The user pool has the app client `public` without a secret and the app client `secret` with a secret.
    /// Both clients allow SRP, password and refresh flows. Users may set up every second factor, and passkeys
    /// for `localhost`. The identity pool trusts both app clients, allows guests and the basic flow, and has
    /// one role for guests and one role for signed-in users.
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

/// The configuration of an app client.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientConfig {
    /// The client id. The default is a generated id.
    pub id: Option<String>,
    /// The client's name. The default is `client`.
    pub name: String,
    /// The client secret. Without `secret` and `generate_secret`, the client has no secret.
    pub secret: Option<String>,
    /// Whether to generate a client secret if `secret` is absent. The default is `false`.
    pub generate_secret: bool,
    /// The sign-in flows that the client may use. The default is SRP, custom challenges and refresh, as in
    /// Cognito.
    pub explicit_auth_flows: Vec<ExplicitAuthFlow>,
    /// Whether errors hide that a user does not exist. With `ENABLED`, errors hide this fact. With `LEGACY`,
    /// the API's default, errors reveal this fact.
    pub prevent_user_existence_errors: UserExistenceErrors,
    /// The lifetime of access tokens, such as `{"amount": 60, "unit": "minutes"}`. The default is one hour.
    pub access_token_validity: Validity,
    /// The lifetime of ID tokens. The default is one hour.
    pub id_token_validity: Validity,
    /// The lifetime of refresh tokens. The default is 30 days.
    pub refresh_token_validity: Validity,
    /// The rotation of refresh tokens, such as `{"retry_grace_period_seconds": 10}`. The default is no
    /// rotation.
    pub refresh_token_rotation: Option<RefreshTokenRotation>,
    /// The scopes that GetClientToken may grant, each in the form `resource-server/scope`.
    pub scopes: Vec<String>,
    /// Whether RevokeToken works and tokens have the claim `origin_jti`. The default is `true`.
    pub enable_token_revocation: bool,
    /// How long a challenge can be answered, in minutes, from 3 to 15. The default is 3 minutes.
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
    /// Rejects a combination of flows that Cognito does not allow.
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

/// The configuration of a user.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UserConfig {
    /// The user name. In a pool with `username_attributes`, the user name is an e-mail address or a phone
    /// number.
    pub username: String,
    /// The password. A user without a password cannot sign in with a password.
    pub password: Option<String>,
    /// The attributes by name.
    ///
    /// An e-mail address or phone number is verified by default, unless the status is `UNCONFIRMED`. To
    /// override this, set `email_verified` or `phone_number_verified` to `"true"` or `"false"`.
    pub attributes: BTreeMap<String, String>,
    /// The status of the user. The default is `CONFIRMED`.
    pub status: UserStatus,
    /// Whether the user may sign in. The default is `true`.
    pub enabled: bool,
    /// The second factors, such as `{"enabled": ["SMS_MFA"]}`. By default the user has no second factor.
    pub mfa: UserMfaConfig,
}

/// The second factors of a user.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UserMfaConfig {
    /// The enabled second factors: `SMS_MFA`, `SOFTWARE_TOKEN_MFA` or `EMAIL_OTP`.
    pub enabled: Vec<MfaFactor>,
    /// The enabled factor that Cognito requests without offering a choice.
    pub preferred: Option<MfaFactor>,
    /// The secret of the user's authenticator app in Base32, of any length.
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

/// The reason why a configuration is invalid, as a message for people.
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
