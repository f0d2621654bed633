//! ForgotPassword: sends a code to set a new password.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use super::confirm_sign_up::unknown_combination;
use crate::delivery;
use crate::failure::Failure;
use crate::message::Purpose;
use crate::recovery::{self, Recovery};
use crate::secret_hash;
use crate::simulator::Simulator;
use crate::validation::{CLIENT_ID, Checks, SECRET_HASH, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ForgotPassword {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
}

impl Operation for ForgotPassword {
    const NAME: &'static str = "ForgotPassword";

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
        let (limit, options) = (pool.config.code_sends_per_hour, pool.config.account_recovery.clone());
        recovery::check_allowed(&options)?;
        let hidden = client.hides_users();
        let made_up_answer = || Ok(json!({ "CodeDeliveryDetails": delivery::made_up_details(&typed) }));
        let Some(user) = pool.find_mut(&typed) else {
            return if hidden { made_up_answer() } else { Err(unknown_combination()) };
        };
        let address = match recovery::for_user(user, &options)? {
            Recovery::Code(address) => address,
            // The response for a user who cannot receive a code is the same as for an unknown user.
            Recovery::Refused(_) if hidden => return made_up_answer(),
            Recovery::Refused(failure) => return Err(failure),
        };
        user.codes.count_send(Purpose::ForgotPassword, address.attribute, limit, now)?;
        let details = delivery::send_code(user, address, Purpose::ForgotPassword, now, random, messages);
        Ok(json!({ "CodeDeliveryDetails": details }))
    }
}
