//! DescribeUserPool: returns the settings of a user pool.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeUserPool {
    user_pool_id: Option<String>,
}

impl Operation for DescribeUserPool {
    const NAME: &'static str = "DescribeUserPool";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        checks.finish()?;
        Ok(json!({ "UserPool": simulator.pools.get(&pool_id)?.description() }))
    }
}
