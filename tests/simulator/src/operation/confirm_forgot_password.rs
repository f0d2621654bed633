//! ConfirmForgotPassword: checks the code of ForgotPassword, and sets a new password.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use super::confirm_sign_up::unknown_combination;
use crate::codes::code_mismatch;
use crate::failure::Failure;
use crate::lockout::Lockout;
use crate::message::Purpose;
use crate::secret_hash;
use crate::simulator::Simulator;
use crate::user::UserStatus;
use crate::validation::{CLIENT_ID, CONFIRMATION_CODE, Checks, PASSWORD, SECRET_HASH, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ConfirmForgotPassword {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    password: Option<String>,
}

impl Operation for ConfirmForgotPassword {
    const NAME: &'static str = "ConfirmForgotPassword";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let hash = checks.optional("secretHash", self.secret_hash, &SECRET_HASH);
        let typed = checks.required("username", self.username, &USERNAME);
        let code = checks.required("confirmationCode", self.confirmation_code, &CONFIRMATION_CODE);
        let password = checks.required("password", self.password, &PASSWORD);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        secret_hash::check(&client, &typed, hash.as_deref())?;
        let Simulator { pools, random, .. } = simulator;
        let pool = pools.get_mut(&client.pool_id)?;
        let (policy, limit) = (pool.config.password_policy, pool.config.code_failures_per_hour);
        let group = pool.group().to_owned();
        let user = match pool.find_mut(&typed) {
            Some(user) if user.enabled => user,
            _ if client.hides_users() => return Err(code_mismatch()),
            Some(_) => return Err(Failure::disabled()),
            None => return Err(unknown_combination()),
        };
        // The password is checked first, so that an invalid password does not use up the code.
        policy.check(&password)?;
        user.codes.redeem(Purpose::ForgotPassword, "", &code, limit, now)?;
        user.set_password(&group, &password, random, now);
        user.status = UserStatus::Confirmed;
        user.lockout = Lockout::default();
        Ok(json!({}))
    }
}
