//! GlobalSignOut: revokes all tokens of the signed-in user.

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
pub(crate) struct GlobalSignOut {
    access_token: Option<String>,
}

impl Operation for GlobalSignOut {
    const NAME: &'static str = "GlobalSignOut";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        simulator.tokens.revoke_user(&bearer.pool_id, &bearer.sub);
        Ok(json!({}))
    }
}
