//! The settings of an app client in the requests CreateUserPoolClient and UpdateUserPoolClient.

use serde::Deserialize;
use serde_json::json;

use crate::client::{ExplicitAuthFlow, RefreshTokenRotation, TimeUnit, UserExistenceErrors, Validity};
use crate::config::ClientConfig;
use crate::failure::Failure;
use crate::validation::Checks;

/// The common members of CreateUserPoolClient and UpdateUserPoolClient.
///
/// Each of these operations resets every absent member to the member's default.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ClientSettings {
    explicit_auth_flows: Option<Vec<String>>,
    prevent_user_existence_errors: Option<String>,
    access_token_validity: Option<u64>,
    id_token_validity: Option<u64>,
    refresh_token_validity: Option<u64>,
    token_validity_units: Option<TokenValidityUnits>,
    enable_token_revocation: Option<bool>,
    auth_session_validity: Option<u64>,
    refresh_token_rotation: Option<Rotation>,
    #[serde(rename = "AllowedOAuthScopes")]
    scopes: Option<Vec<String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct TokenValidityUnits {
    access_token: Option<TimeUnit>,
    id_token: Option<TimeUnit>,
    refresh_token: Option<TimeUnit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rotation {
    feature: Option<String>,
    retry_grace_period_seconds: Option<u64>,
}

impl ClientSettings {
    pub(crate) fn check(&self, checks: &mut Checks) {
        let errors = self.prevent_user_existence_errors.clone().unwrap_or_else(|| "LEGACY".to_owned());
        checks.one_of("preventUserExistenceErrors", Some(errors), &["LEGACY", "ENABLED"]);
        if let Some(rotation) = &self.refresh_token_rotation {
            let feature = rotation.feature.clone();
            checks.one_of("refreshTokenRotation.feature", feature, &["ENABLED", "DISABLED"]);
            let member = "refreshTokenRotation.retryGracePeriodSeconds";
            checks.at_most(member, rotation.retry_grace_period_seconds, 60);
        }
    }

    pub(crate) fn read(self, name: String) -> Result<ClientConfig, Failure> {
        let units = self.token_validity_units.unwrap_or_default();
        let defaults = ClientConfig::default();
        let session = self.auth_session_validity.unwrap_or(defaults.auth_session_validity_minutes);
        if !(3..=15).contains(&session) {
            return Err(Failure::invalid_parameter("Auth session validity must be between 3 and 15 minutes."));
        }
        let hides = self.prevent_user_existence_errors.as_deref() == Some("ENABLED");
        Ok(ClientConfig {
            name,
            explicit_auth_flows: read_flows(self.explicit_auth_flows.unwrap_or_default())?,
            prevent_user_existence_errors: if hides {
                UserExistenceErrors::Enabled
            } else {
                UserExistenceErrors::Legacy
            },
            access_token_validity: access(self.access_token_validity, units.access_token)?,
            id_token_validity: access(self.id_token_validity, units.id_token)?,
            refresh_token_validity: refresh(self.refresh_token_validity, units.refresh_token)?,
            refresh_token_rotation: self.refresh_token_rotation.and_then(Rotation::read),
            scopes: self.scopes.unwrap_or_default(),
            enable_token_revocation: self.enable_token_revocation.unwrap_or(true),
            auth_session_validity_minutes: session,
            ..defaults
        })
    }
}

impl Rotation {
    fn read(self) -> Option<RefreshTokenRotation> {
        let retry_grace_period_seconds = self.retry_grace_period_seconds.unwrap_or_default();
        let rotation = RefreshTokenRotation { retry_grace_period_seconds, ..RefreshTokenRotation::default() };
        (self.feature.as_deref() == Some("ENABLED")).then_some(rotation)
    }
}

fn read_flows(names: Vec<String>) -> Result<Vec<ExplicitAuthFlow>, Failure> {
    if names.is_empty() {
        return Ok(ExplicitAuthFlow::COGNITO_DEFAULT.to_vec());
    }
    let read = |name: &String| serde_json::from_value(json!(name)).ok();
    let flows: Option<Vec<_>> = names.iter().map(read).collect();
    flows.ok_or_else(|| {
        Failure::invalid_parameter(format!(
            "1 validation error detected: Value '[{}]' at 'explicitAuthFlows' failed to satisfy constraint: \
             Member must satisfy constraint: [Member must satisfy enum value set: [ALLOW_USER_SRP_AUTH, \
             ALLOW_REFRESH_TOKEN_AUTH, ADMIN_NO_SRP_AUTH, ALLOW_CUSTOM_AUTH, CUSTOM_AUTH_FLOW_ONLY, \
             ALLOW_USER_PASSWORD_AUTH, ALLOW_ADMIN_USER_PASSWORD_AUTH, USER_PASSWORD_AUTH, ALLOW_USER_AUTH, \
             ALLOW_CLIENT_TOKEN_AUTH]]",
            names.join(", ")
        ))
    })
}

/// Returns the lifetime of access or ID tokens, from five minutes to a day. The default unit is hours.
fn access(amount: Option<u64>, unit: Option<TimeUnit>) -> Result<Validity, Failure> {
    let unit = unit.unwrap_or(TimeUnit::Hours);
    let validity = amount.map_or(Validity::hours(1), |amount| Validity { amount, unit });
    in_range(validity, 300, 86_400)
}

/// Returns the lifetime of refresh tokens, from an hour to ten years. The default unit is days.
///
/// Zero means the default lifetime of 30 days.
fn refresh(amount: Option<u64>, unit: Option<TimeUnit>) -> Result<Validity, Failure> {
    let unit = unit.unwrap_or(TimeUnit::Days);
    let given = amount.filter(|amount| *amount > 0);
    in_range(given.map_or(Validity::days(30), |amount| Validity { amount, unit }), 3_600, 315_360_000)
}

fn in_range(validity: Validity, min_seconds: u64, max_seconds: u64) -> Result<Validity, Failure> {
    if (min_seconds..=max_seconds).contains(&validity.seconds()) {
        return Ok(validity);
    }
    Err(Failure::invalid_parameter("Invalid range for token validity."))
}
