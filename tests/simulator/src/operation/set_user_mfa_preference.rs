//! SetUserMFAPreference: sets which second factors the signed-in user has, and which factor is preferred.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::mfa::Preferences;
use crate::simulator::Simulator;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetUserMfaPreference {
    access_token: Option<String>,
    #[serde(flatten)]
    preferences: Preferences,
}

impl Operation for SetUserMfaPreference {
    const NAME: &'static str = "SetUserMFAPreference";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let config = simulator.pools.get(&bearer.pool_id)?.config.clone();
        self.preferences.apply(bearer.user_mut(&mut simulator.pools)?, &config, now)?;
        Ok(json!({}))
    }
}
