//! AdminConfirmSignUp: confirms a user without a code, and does not verify any address.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use super::confirm_sign_up::check_unconfirmed;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::user::UserStatus;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminConfirmSignUp {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Operation for AdminConfirmSignUp {
    const NAME: &'static str = "AdminConfirmSignUp";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let pool = simulator.pools.get_mut(&pool_id)?;
        let user = pool.find_mut(&username).ok_or_else(Failure::user_not_found)?;
        check_unconfirmed(user)?;
        user.codes.clear();
        user.status = UserStatus::Confirmed;
        user.modified = now;
        Ok(json!({}))
    }
}
