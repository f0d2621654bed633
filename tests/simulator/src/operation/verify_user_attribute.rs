//! VerifyUserAttribute: checks the code that verifies an address of the signed-in user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use super::get_user_attribute_verification_code::verifiable;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::message::Purpose;
use crate::simulator::Simulator;
use crate::validation::{ATTRIBUTE_NAME, CONFIRMATION_CODE, Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VerifyUserAttribute {
    access_token: Option<String>,
    attribute_name: Option<String>,
    code: Option<String>,
}

impl Operation for VerifyUserAttribute {
    const NAME: &'static str = "VerifyUserAttribute";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let name = checks.required("attributeName", self.attribute_name, &ATTRIBUTE_NAME);
        let code = checks.required("code", self.code, &CONFIRMATION_CODE);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let attribute = verifiable(&name)?.attribute;
        let pool = simulator.pools.get_mut(&bearer.pool_id)?;
        let limit = pool.config.code_failures_per_hour;
        let user = pool.user_by_sub_mut(&bearer.sub).ok_or_else(Failure::user_not_found)?;
        let redeemed = user.codes.redeem(Purpose::VerifyAttribute, attribute, &code, limit, now)?;
        let (username, value) = (user.username.clone(), user.attributes.get(attribute).cloned());
        let taken = pool.take_alias(&username, attribute, value.as_ref(), false);
        let user = pool.user_mut(&username).ok_or_else(Failure::user_not_found)?;
        if let Err(failure) = taken {
            // The code was right, but another user has the address as an alias. The code stays valid for a
            // retry.
            user.codes.put(Purpose::VerifyAttribute, redeemed);
            return Err(failure);
        }
        if value.is_some() {
            user.set_verified(attribute, true);
            user.modified = now;
        }
        Ok(json!({}))
    }
}
