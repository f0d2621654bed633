//! DeleteUser: removes the signed-in user, which makes all tokens of the user invalid.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteUser {
    access_token: Option<String>,
}

impl Operation for DeleteUser {
    const NAME: &'static str = "DeleteUser";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let username = bearer.user(simulator.pools.get(&bearer.pool_id)?)?.username.clone();
        simulator.pools.get_mut(&bearer.pool_id)?.remove(&username);
        Ok(Value::Null)
    }
}
