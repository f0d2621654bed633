//! GetUserAttributeVerificationCode: sends a code to verify an address of the signed-in user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::delivery::{self, Address, EMAIL, PHONE};
use crate::failure::Failure;
use crate::message::Purpose;
use crate::simulator::Simulator;
use crate::validation::{ATTRIBUTE_NAME, Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetUserAttributeVerificationCode {
    access_token: Option<String>,
    attribute_name: Option<String>,
}

impl Operation for GetUserAttributeVerificationCode {
    const NAME: &'static str = "GetUserAttributeVerificationCode";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let name = checks.required("attributeName", self.attribute_name, &ATTRIBUTE_NAME);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let Simulator { pools, random, messages, .. } = simulator;
        let limit = pools.get(&bearer.pool_id)?.config.code_sends_per_hour;
        let user = bearer.user_mut(pools)?;
        let address = verifiable(&name)?;
        if !user.attributes.contains_key(address.attribute) {
            return Err(Failure::invalid_parameter(format!("User does not have the attribute {name}.")));
        }
        user.codes.count_send(Purpose::VerifyAttribute, address.attribute, limit, now)?;
        let details = delivery::send_code(user, address, Purpose::VerifyAttribute, now, random, messages);
        Ok(json!({ "CodeDeliveryDetails": details }))
    }
}

/// Returns the address for `email` or `phone_number`, the only attributes that a code can verify.
pub(super) fn verifiable(name: &str) -> Result<Address, Failure> {
    let address = [EMAIL, PHONE].into_iter().find(|address| address.attribute == name);
    address.ok_or_else(|| {
        Failure::invalid_parameter("Attribute cannot be verified: it is neither email nor phone_number.")
    })
}
