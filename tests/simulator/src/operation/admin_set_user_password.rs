//! AdminSetUserPassword: sets a permanent or a temporary password of a user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::user::UserStatus;
use crate::validation::{Checks, PASSWORD, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminSetUserPassword {
    user_pool_id: Option<String>,
    username: Option<String>,
    password: Option<String>,
    permanent: Option<bool>,
}

impl Operation for AdminSetUserPassword {
    const NAME: &'static str = "AdminSetUserPassword";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        let password = checks.required("password", self.password, &PASSWORD);
        checks.finish()?;
        let Simulator { pools, random, .. } = simulator;
        let pool = pools.get_mut(&pool_id)?;
        let (group, policy) = (pool.group().to_owned(), pool.config.password_policy);
        let user = pool.find_mut(&username).ok_or_else(Failure::user_not_found)?;
        policy.check(&password)?;
        user.set_password(&group, &password, random, now);
        let permanent = self.permanent.unwrap_or(false);
        user.status = if permanent { UserStatus::Confirmed } else { UserStatus::ForceChangePassword };
        Ok(json!({}))
    }
}
