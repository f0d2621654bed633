//! AdminDisableUser: prevents a user from signing in, and revokes the user's access tokens.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminDisableUser {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Operation for AdminDisableUser {
    const NAME: &'static str = "AdminDisableUser";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let user = simulator.pools.get_mut(&pool_id)?.find_mut(&username).ok_or_else(Failure::user_not_found)?;
        user.enabled = false;
        user.modified = now;
        let sub = user.sub.clone();
        simulator.tokens.revoke_access(&pool_id, &sub);
        Ok(json!({}))
    }
}
