//! AdminEnableUser: lets a disabled user sign in again.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminEnableUser {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Operation for AdminEnableUser {
    const NAME: &'static str = "AdminEnableUser";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let user = simulator.pools.get_mut(&pool_id)?.find_mut(&username).ok_or_else(Failure::user_not_found)?;
        user.enabled = true;
        user.modified = now;
        Ok(json!({}))
    }
}
