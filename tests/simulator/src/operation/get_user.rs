//! GetUser: returns the signed-in user's attributes.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetUser {
    access_token: Option<String>,
}

impl Operation for GetUser {
    const NAME: &'static str = "GetUser";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let user = bearer.user(simulator.pools.get(&bearer.pool_id)?)?;
        let mut answer = json!({ "Username": user.username, "UserAttributes": user.attribute_list() });
        user.mfa.describe(&mut answer);
        Ok(answer)
    }
}
