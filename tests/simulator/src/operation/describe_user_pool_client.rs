//! DescribeUserPoolClient: returns the settings of an app client.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{CLIENT_ID, Checks, POOL_ID};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeUserPoolClient {
    user_pool_id: Option<String>,
    client_id: Option<String>,
}

impl Operation for DescribeUserPoolClient {
    const NAME: &'static str = "DescribeUserPoolClient";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        checks.finish()?;
        simulator.pools.get(&pool_id)?;
        Ok(json!({ "UserPoolClient": simulator.client_of(&pool_id, &client_id)?.description() }))
    }
}
