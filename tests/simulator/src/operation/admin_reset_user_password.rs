//! AdminResetUserPassword: invalidates a user's password, and sends a code to set a new password.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::delivery;
use crate::failure::Failure;
use crate::message::Purpose;
use crate::recovery;
use crate::simulator::Simulator;
use crate::user::UserStatus;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminResetUserPassword {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Operation for AdminResetUserPassword {
    const NAME: &'static str = "AdminResetUserPassword";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let Simulator { pools, random, messages, .. } = simulator;
        let pool = pools.get_mut(&pool_id)?;
        let options = pool.config.account_recovery.clone();
        let user = pool.find_mut(&username).ok_or_else(Failure::user_not_found)?;
        if !matches!(user.status, UserStatus::Confirmed | UserStatus::ResetRequired) {
            return Err(Failure::not_authorized("User password cannot be reset in the current state."));
        }
        let address = recovery::address(user, &options).ok_or_else(recovery::no_address)?;
        delivery::send_code(user, address, Purpose::ForgotPassword, now, random, messages);
        user.status = UserStatus::ResetRequired;
        user.modified = now;
        Ok(json!({}))
    }
}
