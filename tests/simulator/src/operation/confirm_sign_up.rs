//! ConfirmSignUp: checks the code of a sign-up, and confirms the user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::codes::expired_code;
use crate::failure::Failure;
use crate::message::Purpose;
use crate::secret_hash;
use crate::simulator::Simulator;
use crate::user::{User, UserStatus};
use crate::validation::{CLIENT_ID, CONFIRMATION_CODE, Checks, SECRET_HASH, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ConfirmSignUp {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    force_alias_creation: Option<bool>,
}

impl Operation for ConfirmSignUp {
    const NAME: &'static str = "ConfirmSignUp";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let hash = checks.optional("secretHash", self.secret_hash, &SECRET_HASH);
        let typed = checks.required("username", self.username, &USERNAME);
        let code = checks.required("confirmationCode", self.confirmation_code, &CONFIRMATION_CODE);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        secret_hash::check(&client, &typed, hash.as_deref())?;
        let pool = simulator.pools.get_mut(&client.pool_id)?;
        let limit = pool.config.code_failures_per_hour;
        let Some(user) = pool.find_mut(&typed) else {
            return Err(if client.hides_users() { expired_code() } else { unknown_combination() });
        };
        check_unconfirmed(user)?;
        let redeemed = user.codes.redeem(Purpose::ConfirmSignUp, "", &code, limit, now)?;
        let username = user.username.clone();
        let value = user.attributes.get(redeemed.attribute).cloned();
        let force = self.force_alias_creation.unwrap_or(false);
        let taken = pool.take_alias(&username, redeemed.attribute, value.as_ref(), force);
        let user = pool.user_mut(&username).ok_or_else(unknown_combination)?;
        if let Err(failure) = taken {
            // The code was right, but it stays valid, so that a retry of the request can force the alias.
            user.codes.put(Purpose::ConfirmSignUp, redeemed);
            return Err(failure);
        }
        user.set_verified(redeemed.attribute, true);
        user.status = UserStatus::Confirmed;
        user.modified = now;
        Ok(json!({}))
    }
}

pub(super) fn check_unconfirmed(user: &User) -> Result<(), Failure> {
    if user.status == UserStatus::Unconfirmed {
        return Ok(());
    }
    let status = user.status.name();
    Err(Failure::not_authorized(format!("User cannot be confirmed. Current status is {status}")))
}

/// Returns the error for an unknown user, if the app client does not hide which users exist.
pub(super) fn unknown_combination() -> Failure {
    Failure::new("UserNotFoundException", "Username/client id combination not found.")
}
