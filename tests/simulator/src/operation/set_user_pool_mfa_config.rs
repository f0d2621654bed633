//! SetUserPoolMfaConfig: sets a user pool's second factors, whether MFA is required, and passkeys.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::mfa::MfaFactor;
use crate::pool_config::{MfaConfiguration, PoolConfig, WebAuthnConfig};
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetUserPoolMfaConfig {
    user_pool_id: Option<String>,
    mfa_configuration: Option<String>,
    sms_mfa_configuration: Option<Value>,
    software_token_mfa_configuration: Option<SoftwareToken>,
    email_mfa_configuration: Option<Value>,
    web_authn_configuration: Option<WebAuthn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SoftwareToken {
    #[serde(default)]
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WebAuthn {
    relying_party_id: Option<String>,
    user_verification: Option<String>,
    factor_configuration: Option<String>,
}

const MULTI_FACTOR: &str = "MULTI_FACTOR_WITH_USER_VERIFICATION";

impl Operation for SetUserPoolMfaConfig {
    const NAME: &'static str = "SetUserPoolMfaConfig";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let mfa = self.mfa_configuration.unwrap_or_else(|| "OFF".to_owned());
        let mfa = checks.one_of("mfaConfiguration", Some(mfa), &["OFF", "ON", "OPTIONAL"]);
        checks.finish()?;
        let config = &mut simulator.pools.get_mut(&pool_id)?.config;
        let factors = [
            (MfaFactor::Sms, self.sms_mfa_configuration.is_some()),
            (MfaFactor::SoftwareToken, self.software_token_mfa_configuration.is_some_and(|token| token.enabled)),
            (MfaFactor::Email, self.email_mfa_configuration.is_some()),
        ];
        config.mfa_factors = factors.into_iter().filter(|(_, has)| *has).map(|(factor, _)| factor).collect();
        config.mfa_configuration = MfaConfiguration::from_name(&mfa);
        if let Some(web_authn) = self.web_authn_configuration {
            config.web_authn = Some(web_authn.read());
        }
        Ok(description(config))
    }
}

impl WebAuthn {
    fn read(self) -> WebAuthnConfig {
        WebAuthnConfig {
            relying_party_id: self.relying_party_id,
            user_verification_required: self.user_verification.as_deref() == Some("required"),
            multi_factor: self.factor_configuration.as_deref() == Some(MULTI_FACTOR),
        }
    }
}

/// Returns the MFA and passkey settings of the pool, as the API describes them.
fn description(config: &PoolConfig) -> Value {
    let has = |factor| config.mfa_factors.contains(&factor);
    let mut description = json!({
        "MfaConfiguration": config.mfa_configuration,
        "SoftwareTokenMfaConfiguration": { "Enabled": has(MfaFactor::SoftwareToken) },
    });
    let Some(members) = description.as_object_mut() else { return description };
    if has(MfaFactor::Sms) {
        members.insert("SmsMfaConfiguration".to_owned(), json!({}));
    }
    if has(MfaFactor::Email) {
        members.insert("EmailMfaConfiguration".to_owned(), json!({}));
    }
    if let Some(web_authn) = &config.web_authn {
        let required = web_authn.user_verification_required;
        let passkeys = json!({
            "RelyingPartyId": web_authn.relying_party_id,
            "UserVerification": if required { "required" } else { "preferred" },
            "FactorConfiguration": if web_authn.multi_factor { MULTI_FACTOR } else { "SINGLE_FACTOR" },
        });
        members.insert("WebAuthnConfiguration".to_owned(), passkeys);
    }
    description
}
