//! ChangePassword: sets a new password for the signed-in user, who also sends the old password.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, PASSWORD, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChangePassword {
    previous_password: Option<String>,
    proposed_password: Option<String>,
    access_token: Option<String>,
}

impl Operation for ChangePassword {
    const NAME: &'static str = "ChangePassword";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let previous = checks.optional("previousPassword", self.previous_password, &PASSWORD);
        let proposed = checks.required("proposedPassword", self.proposed_password, &PASSWORD);
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let Simulator { pools, random, .. } = simulator;
        let pool = pools.get_mut(&bearer.pool_id)?;
        let group = pool.group().to_owned();
        let policy = pool.config.password_policy;
        let user = pool.user_by_sub_mut(&bearer.sub).ok_or_else(Failure::user_not_found)?;
        // A user without a password may set the first password without an old password.
        let right = match (&user.verifier, &previous) {
            (Some(verifier), Some(previous)) => verifier.matches(&group, &user.username, previous),
            (Some(_), None) => false,
            (None, _) => true,
        };
        if !right {
            return Err(Failure::incorrect());
        }
        policy.check(&proposed)?;
        user.set_password(&group, &proposed, random, now);
        Ok(json!({}))
    }
}
