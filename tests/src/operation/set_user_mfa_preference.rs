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
        let user = bearer.user_mut(&mut simulator.pools)?;
        // All or nothing.
        let mut mfa = user.mfa.clone();
        for (factor, settings) in in_order(settings)? {
            if settings.enabled == Some(true) {
                mfa::check_set_up(user, &factors, factor)?;
            }
            mfa.set(factor, &settings)?;
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

/// The settings that were given, the preferred factor last, so that none after it clears the preference.
fn in_order(settings: [(MfaFactor, Option<Settings>); 3]) -> Result<Vec<(MfaFactor, Settings)>, Failure> {
    let given = settings.into_iter().filter_map(|(factor, settings)| Some((factor, settings?)));
    let (preferred, mut others): (Vec<_>, Vec<_>) =
        given.partition(|(_, settings)| settings.preferred_mfa == Some(true));
    if preferred.len() > 1 {
        return Err(Failure::invalid_parameter("Only one factor can be set as preferred."));
    }
    others.extend(preferred);
    Ok(others)
}
