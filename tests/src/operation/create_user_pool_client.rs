//! CreateUserPoolClient: makes an app client.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::client::{ExplicitAuthFlow, TimeUnit, UserExistenceErrors, Validity};
use crate::config::ClientConfig;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, NAME, POOL_ID};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateUserPoolClient {
    user_pool_id: Option<String>,
    client_name: Option<String>,
    generate_secret: Option<bool>,
    explicit_auth_flows: Option<Vec<String>>,
    prevent_user_existence_errors: Option<String>,
    access_token_validity: Option<u64>,
    id_token_validity: Option<u64>,
    refresh_token_validity: Option<u64>,
    token_validity_units: Option<TokenValidityUnits>,
    enable_token_revocation: Option<bool>,
    auth_session_validity: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct TokenValidityUnits {
    access_token: Option<TimeUnit>,
    id_token: Option<TimeUnit>,
    refresh_token: Option<TimeUnit>,
}

impl Operation for CreateUserPoolClient {
    const NAME: &'static str = "CreateUserPoolClient";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let name = checks.required("clientName", self.client_name, &NAME);
        let errors = self.prevent_user_existence_errors.unwrap_or_else(|| "LEGACY".to_owned());
        let errors = checks.one_of("preventUserExistenceErrors", Some(errors), &["LEGACY", "ENABLED"]);
        checks.finish()?;
        let units = self.token_validity_units.unwrap_or_default();
        let defaults = ClientConfig::default();
        let session = self.auth_session_validity.unwrap_or(defaults.auth_session_validity_minutes);
        if !(3..=15).contains(&session) {
            return Err(Failure::invalid_parameter("Auth session validity must be between 3 and 15 minutes."));
        }
        let config = ClientConfig {
            id: None,
            name,
            secret: None,
            generate_secret: self.generate_secret.unwrap_or(false),
            explicit_auth_flows: read_flows(self.explicit_auth_flows.unwrap_or_default())?,
            prevent_user_existence_errors: match errors.as_str() {
                "ENABLED" => UserExistenceErrors::Enabled,
                _ => UserExistenceErrors::Legacy,
            },
            access_token_validity: access(self.access_token_validity, units.access_token)?,
            id_token_validity: access(self.id_token_validity, units.id_token)?,
            refresh_token_validity: refresh(self.refresh_token_validity, units.refresh_token)?,
            enable_token_revocation: self.enable_token_revocation.unwrap_or(true),
            auth_session_validity_minutes: session,
        };
        Ok(json!({ "UserPoolClient": simulator.add_client(&pool_id, config, now)?.description() }))
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
             ALLOW_USER_PASSWORD_AUTH, ALLOW_ADMIN_USER_PASSWORD_AUTH, USER_PASSWORD_AUTH, ALLOW_USER_AUTH]]",
            names.join(", ")
        ))
    })
}

/// Access and ID tokens: hours unless a unit is given, five minutes to a day.
fn access(amount: Option<u64>, unit: Option<TimeUnit>) -> Result<Validity, Failure> {
    let unit = unit.unwrap_or(TimeUnit::Hours);
    let validity = amount.map_or(Validity::hours(1), |amount| Validity { amount, unit });
    in_range(validity, 300, 86_400)
}

/// Refresh tokens: days unless a unit is given, an hour to ten years. Zero stands for the default.
fn refresh(amount: Option<u64>, unit: Option<TimeUnit>) -> Result<Validity, Failure> {
    let unit = unit.unwrap_or(TimeUnit::Days);
    let given = amount.filter(|amount| *amount > 0);
    in_range(given.map_or(Validity::days(30), |amount| Validity { amount, unit }), 3_600, 315_360_000)
}

fn in_range(validity: Validity, shortest: u64, longest: u64) -> Result<Validity, Failure> {
    if (shortest..=longest).contains(&validity.seconds()) {
        return Ok(validity);
    }
    Err(Failure::invalid_parameter("Invalid range for token validity."))
}
