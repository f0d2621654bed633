//! AdminGetUser: returns any user's attributes and status.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminGetUser {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Operation for AdminGetUser {
    const NAME: &'static str = "AdminGetUser";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let user = simulator.pools.get(&pool_id)?.find(&username).ok_or_else(Failure::user_not_found)?;
        let mut answer = json!({
            "Username": user.username,
            "UserAttributes": user.attribute_list(),
            "UserCreateDate": user.created.as_unix_seconds(),
            "UserLastModifiedDate": user.modified.as_unix_seconds(),
            "Enabled": user.enabled,
            "UserStatus": user.status.name(),
        });
        user.mfa.describe(&mut answer);
        Ok(answer)
    }
}
