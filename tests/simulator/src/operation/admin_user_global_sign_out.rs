//! AdminUserGlobalSignOut: revokes all tokens of a user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminUserGlobalSignOut {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Operation for AdminUserGlobalSignOut {
    const NAME: &'static str = "AdminUserGlobalSignOut";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let user = simulator.pools.get(&pool_id)?.find(&username).ok_or_else(Failure::user_not_found)?;
        simulator.tokens.revoke_user(&pool_id, &user.sub);
        Ok(json!({}))
    }
}
