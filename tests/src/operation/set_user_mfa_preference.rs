//! SetUserMFAPreference: which second factors the signed-in user is asked for, and which one first.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::mfa::{self, MfaFactor, Settings};
use crate::simulator::Simulator;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetUserMfaPreference {
    access_token: Option<String>,
    #[serde(rename = "SMSMfaSettings")]
    sms_mfa_settings: Option<Settings>,
    software_token_mfa_settings: Option<Settings>,
    email_mfa_settings: Option<Settings>,
    web_authn_mfa_settings: Option<Settings>,
}

impl Operation for SetUserMfaPreference {
    const NAME: &'static str = "SetUserMFAPreference";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;

        let config = &simulator.pools.get(&bearer.pool_id)?.config;
        let factors = config.mfa_factors.clone();
        let passkeys = config.web_authn.as_ref().is_some_and(|config| config.multi_factor);
        let settings = [
            (MfaFactor::Sms, self.sms_mfa_settings),
            (MfaFactor::SoftwareToken, self.software_token_mfa_settings),
            (MfaFactor::Email, self.email_mfa_settings),
        ];
        let is_preferred = |settings: &Option<Settings>| {
            settings.as_ref().is_some_and(|settings| settings.preferred_mfa == Some(true))
        };
        if settings.iter().filter(|(_, settings)| is_preferred(settings)).count() > 1 {
            return Err(Failure::invalid_parameter("Only one factor can be set as preferred."));
        }
        let user = bearer.user_mut(&mut simulator.pools)?;
        // All or nothing.
        let mut mfa = user.mfa.clone();
        // Those without a preference first, so that one that has it is not cleared again.
        let (preferred, others): (Vec<_>, Vec<_>) = settings.iter().partition(|(_, settings)| is_preferred(settings));
        for (factor, settings) in others.into_iter().chain(preferred) {
            let Some(settings) = settings else { continue };
            if settings.enabled == Some(true) {
                mfa::check_set_up(user, &factors, *factor)?;
            }
            mfa.set(*factor, settings)?;
        }
        if let Some(settings) = self.web_authn_mfa_settings {
            mfa.passkey = settings.enabled.unwrap_or(false);
        }
        if mfa.passkey && !(passkeys && mfa.is_active()) {
            let text = "Passkey MFA needs a pool that has it and another MFA method that is active.";
            return Err(Failure::invalid_parameter(text));
        }
        user.mfa = mfa;
        user.modified = now;
        Ok(json!({}))
    }
}
