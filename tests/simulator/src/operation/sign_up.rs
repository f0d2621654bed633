//! SignUp: creates a user, and sends a confirmation code.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::attribute::{self, Attribute, Writer};
use crate::delivery;
use crate::failure::Failure;
use crate::message::Purpose;
use crate::naming::name_user;
use crate::secret_hash;
use crate::simulator::Simulator;
use crate::user::{User, UserStatus};
use crate::validation::{CLIENT_ID, Checks, PASSWORD, SECRET_HASH, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SignUp {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    password: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

impl Operation for SignUp {
    const NAME: &'static str = "SignUp";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let hash = checks.optional("secretHash", self.secret_hash, &SECRET_HASH);
        let typed = checks.required("username", self.username, &USERNAME);
        let password = checks.required("password", self.password, &PASSWORD);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        secret_hash::check(&client, &typed, hash.as_deref())?;
        let Simulator { pools, random, messages, .. } = simulator;
        let pool = pools.get_mut(&client.pool_id)?;
        if pool.config.allow_admin_create_user_only {
            return Err(Failure::not_authorized("SignUp is not permitted for this user pool"));
        }
        pool.config.password_policy.check(&password)?;
        let mut attributes = attribute::accept(self.user_attributes, &pool.config, Writer::Client)?;
        let is_alias = pool.config.alias_attributes.iter().any(|alias| alias == "preferred_username");
        if is_alias && attributes.contains_key("preferred_username") {
            let text = "A preferred user name cannot be given before the user is confirmed.";
            return Err(Failure::invalid_parameter(text));
        }
        let name = name_user(pool, &typed, &mut attributes, "User already exists", random)?;
        attribute::check_required(&attributes, &pool.config)?;
        let mut user = User::new(name.username, name.sub, UserStatus::Unconfirmed, now);
        user.attributes = attributes;
        user.set_password(pool.group(), &password, random, now);
        for attribute in ["email", "phone_number"] {
            if user.attributes.contains_key(attribute) {
                user.set_verified(attribute, false);
            }
        }
        let mut answer = json!({ "UserConfirmed": false, "UserSub": user.sub });
        if let Some(address) = delivery::address(&user, &pool.config.auto_verified_attributes) {
            let details = delivery::send_code(&mut user, address, Purpose::ConfirmSignUp, now, random, messages);
            if let Some(members) = answer.as_object_mut() {
                members.insert("CodeDeliveryDetails".to_owned(), details);
            }
        }
        pool.insert(user);
        Ok(answer)
    }
}
