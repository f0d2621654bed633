//! SetUserSettings: turns codes by text message on or off. This operation is deprecated.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::mfa::{self, MfaFactor};
use crate::simulator::Simulator;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetUserSettings {
    access_token: Option<String>,
    #[serde(rename = "MFAOptions")]
    mfa_options: Option<Vec<MfaOption>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MfaOption {
    delivery_medium: Option<String>,
    attribute_name: Option<String>,
}

impl Operation for SetUserSettings {
    const NAME: &'static str = "SetUserSettings";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.present("mFAOptions", self.mfa_options.is_some());
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let options = self.mfa_options.unwrap_or_default();
        let is_sms = |option: &MfaOption| {
            option.attribute_name.as_deref() == Some("phone_number") && option.delivery_medium.as_deref() == Some("SMS")
        };
        if !options.iter().all(is_sms) {
            return Err(Failure::invalid_parameter("MFA options can only be SMS to phone_number."));
        }
        let factors = simulator.pools.get(&bearer.pool_id)?.config.mfa_factors.clone();
        let user = bearer.user_mut(&mut simulator.pools)?;
        if !options.is_empty() {
            mfa::check_set_up(user, &factors, MfaFactor::Sms)?;
        }
        user.mfa.switch(MfaFactor::Sms, !options.is_empty());
        user.modified = now;
        Ok(json!({}))
    }
}
