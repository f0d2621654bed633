//! ResendConfirmationCode: sends a new code for a sign-up, and makes the previous code invalid.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use super::confirm_sign_up::unknown_combination;
use crate::delivery;
use crate::failure::Failure;
use crate::message::Purpose;
use crate::secret_hash;
use crate::simulator::Simulator;
use crate::user::UserStatus;
use crate::validation::{CLIENT_ID, Checks, SECRET_HASH, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ResendConfirmationCode {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
}

impl Operation for ResendConfirmationCode {
    const NAME: &'static str = "ResendConfirmationCode";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let hash = checks.optional("secretHash", self.secret_hash, &SECRET_HASH);
        let typed = checks.required("username", self.username, &USERNAME);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        secret_hash::check(&client, &typed, hash.as_deref())?;
        let Simulator { pools, random, messages, .. } = simulator;
        let pool = pools.get_mut(&client.pool_id)?;
        let limit = pool.config.code_sends_per_hour;
        let allowed = pool.config.auto_verified_attributes.clone();
        let user = match pool.find_mut(&typed) {
            None if client.hides_users() => return Ok(answer(delivery::made_up_details(&typed))),
            None => return Err(unknown_combination()),
            // The response for a disabled user is the same as for an unknown user, and no code is sent.
            Some(user) if !user.enabled && client.hides_users() => {
                return Ok(answer(delivery::made_up_details(&typed)));
            }
            Some(user) if !user.enabled => return Err(Failure::disabled()),
            Some(user) => user,
        };
        if user.status != UserStatus::Unconfirmed {
            return Err(Failure::invalid_parameter("User is already confirmed."));
        }
        let address = delivery::address(user, &allowed)
            .ok_or_else(|| Failure::invalid_parameter("Cannot resend codes. Auto verification not turned on."))?;
        user.codes.count_send(Purpose::ConfirmSignUp, address.attribute, limit, now)?;
        Ok(answer(delivery::send_code(user, address, Purpose::ConfirmSignUp, now, random, messages)))
    }
}

fn answer(details: Value) -> Value {
    json!({ "CodeDeliveryDetails": details })
}
