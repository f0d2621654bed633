//! DeleteUserPool: removes a user pool with its app clients and users.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteUserPool {
    user_pool_id: Option<String>,
}

impl Operation for DeleteUserPool {
    const NAME: &'static str = "DeleteUserPool";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        checks.finish()?;
        simulator.pools.get(&pool_id)?;
        simulator.pools.0.remove(&pool_id);
        simulator.clients.retain(|_, client| client.pool_id != pool_id);
        Ok(Value::Null)
    }
}
