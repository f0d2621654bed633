//! AdminDeleteUser: removes a user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminDeleteUser {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Operation for AdminDeleteUser {
    const NAME: &'static str = "AdminDeleteUser";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let pool = simulator.pools.get_mut(&pool_id)?;
        let username = pool.find(&username).ok_or_else(Failure::user_not_found)?.username.clone();
        pool.remove(&username);
        Ok(Value::Null)
    }
}
