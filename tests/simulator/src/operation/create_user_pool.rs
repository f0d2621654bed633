//! CreateUserPool: creates a user pool with the settings in the request.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::password_policy::PasswordPolicy;
use crate::pool_config::{DeviceConfig, MfaConfiguration, PoolConfig, RecoveryOption};
use crate::simulator::Simulator;
use crate::validation::{Checks, NAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateUserPool {
    pool_name: Option<String>,
    policies: Option<Policies>,
    alias_attributes: Option<Vec<String>>,
    username_attributes: Option<Vec<String>>,
    auto_verified_attributes: Option<Vec<String>>,
    username_configuration: Option<UsernameConfiguration>,
    mfa_configuration: Option<String>,
    schema: Option<Vec<SchemaAttribute>>,
    account_recovery_setting: Option<AccountRecoverySetting>,
    admin_create_user_config: Option<AdminCreateUserConfig>,
    device_configuration: Option<DeviceConfiguration>,
    lambda_config: Option<BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeviceConfiguration {
    challenge_required_on_new_device: Option<bool>,
    device_only_remembered_on_user_prompt: Option<bool>,
}

impl DeviceConfiguration {
    fn read(self) -> DeviceConfig {
        DeviceConfig {
            challenge_required_on_new_device: self.challenge_required_on_new_device.unwrap_or(false),
            device_only_remembered_on_user_prompt: self.device_only_remembered_on_user_prompt.unwrap_or(false),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AdminCreateUserConfig {
    allow_admin_create_user_only: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountRecoverySetting {
    recovery_mechanisms: Option<Vec<RecoveryMechanism>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RecoveryMechanism {
    name: RecoveryOption,
    priority: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    password_policy: Option<WirePasswordPolicy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WirePasswordPolicy {
    minimum_length: Option<u64>,
    require_uppercase: Option<bool>,
    require_lowercase: Option<bool>,
    require_numbers: Option<bool>,
    require_symbols: Option<bool>,
    temporary_password_validity_days: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UsernameConfiguration {
    case_sensitive: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SchemaAttribute {
    name: Option<String>,
    required: Option<bool>,
    mutable: Option<bool>,
}

/// Returns whether an attribute is a standard attribute, which every pool has.
///
/// A schema can make a standard attribute required or immutable.
fn is_standard(name: &str) -> bool {
    crate::attribute::STANDARD.contains(&name)
}

fn full_name(name: &str) -> String {
    if is_standard(name) { name.to_owned() } else { format!("custom:{name}") }
}

/// Returns the recovery options, sorted by priority, or the default of a user pool if the request has no
/// options.
fn recovery(setting: Option<AccountRecoverySetting>) -> Vec<RecoveryOption> {
    let mut mechanisms = setting.and_then(|setting| setting.recovery_mechanisms).unwrap_or_default();
    if mechanisms.is_empty() {
        return PoolConfig::default().account_recovery;
    }
    mechanisms.sort_by_key(|mechanism| mechanism.priority);
    mechanisms.into_iter().map(|mechanism| mechanism.name).collect()
}

impl Operation for CreateUserPool {
    const NAME: &'static str = "CreateUserPool";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let name = checks.required("poolName", self.pool_name, &NAME);
        let mfa = self.mfa_configuration.unwrap_or_else(|| "OFF".to_owned());
        let mfa = checks.one_of("mfaConfiguration", Some(mfa), &["OFF", "ON", "OPTIONAL"]);
        let policy = self.policies.and_then(|policies| policies.password_policy).map(WirePasswordPolicy::read);
        checks.finish()?;
        if self.lambda_config.is_some_and(|triggers| !triggers.is_empty()) {
            return Err(Failure::not_simulated("a pool with Lambda triggers"));
        }
        let schema = self.schema.unwrap_or_default();
        let named = |attribute: &SchemaAttribute| attribute.name.clone().unwrap_or_default();
        let config = PoolConfig {
            name,
            alias_attributes: self.alias_attributes.unwrap_or_default(),
            username_attributes: self.username_attributes.unwrap_or_default(),
            auto_verified_attributes: self.auto_verified_attributes.unwrap_or_default(),
            // In the API, user names are case-sensitive by default. In the console, they are not.
            case_sensitive: self.username_configuration.is_none_or(|configuration| configuration.case_sensitive),
            allow_admin_create_user_only: self
                .admin_create_user_config
                .and_then(|config| config.allow_admin_create_user_only)
                .unwrap_or(false),
            mfa_configuration: MfaConfiguration::from_name(&mfa),
            password_policy: policy.unwrap_or_default(),
            custom_attributes: schema.iter().map(named).filter(|name| !is_standard(name)).collect(),
            required_attributes: schema
                .iter()
                .filter(|attribute| attribute.required == Some(true))
                .map(named)
                .filter(|name| is_standard(name) && name != "sub")
                .collect(),
            immutable_attributes: schema
                .iter()
                .filter(|attribute| attribute.mutable == Some(false))
                .map(|attribute| full_name(&named(attribute)))
                .collect(),
            account_recovery: recovery(self.account_recovery_setting),
            device_configuration: self.device_configuration.map(DeviceConfiguration::read),
            ..PoolConfig::default()
        };
        let id = format!("{}_{}", simulator.region, simulator.random.alphanumeric(9));
        Ok(json!({ "UserPool": simulator.add_pool(&id, config, now)?.description() }))
    }
}

impl WirePasswordPolicy {
    /// Returns the password policy. A requirement that is absent from the request is off.
    ///
    /// The default requirements apply only to a pool without a policy.
    fn read(self) -> PasswordPolicy {
        let defaults = PasswordPolicy::default();
        PasswordPolicy {
            minimum_length: self.minimum_length.unwrap_or(defaults.minimum_length),
            require_uppercase: self.require_uppercase.unwrap_or(false),
            require_lowercase: self.require_lowercase.unwrap_or(false),
            require_numbers: self.require_numbers.unwrap_or(false),
            require_symbols: self.require_symbols.unwrap_or(false),
            temporary_password_validity_days: self
                .temporary_password_validity_days
                .unwrap_or(defaults.temporary_password_validity_days),
        }
    }
}
