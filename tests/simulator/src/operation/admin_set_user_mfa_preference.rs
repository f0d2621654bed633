//! AdminSetUserMFAPreference: sets which second factors a user has, and which factor is preferred.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::mfa::Preferences;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminSetUserMfaPreference {
    user_pool_id: Option<String>,
    username: Option<String>,
    #[serde(flatten)]
    preferences: Preferences,
}

impl Operation for AdminSetUserMfaPreference {
    const NAME: &'static str = "AdminSetUserMFAPreference";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let pool = simulator.pools.get_mut(&pool_id)?;
        let config = pool.config.clone();
        let user = pool.find_mut(&username).ok_or_else(Failure::user_not_found)?;
        self.preferences.apply(user, &config, now)?;
        Ok(json!({}))
    }
}
