//! UpdateUserAttributes: changes the signed-in user's attributes.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::attribute::{self, Attribute, Writer};
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::profile;
use crate::simulator::Simulator;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateUserAttributes {
    access_token: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

impl Operation for UpdateUserAttributes {
    const NAME: &'static str = "UpdateUserAttributes";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.present("userAttributes", self.user_attributes.is_some());
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let Simulator { pools, random, messages, .. } = simulator;
        let pool = pools.get_mut(&bearer.pool_id)?;
        let attributes = self.user_attributes.unwrap_or_default();
        let update = attribute::accept_update(attributes, &pool.config, Writer::Client)?;
        let username = bearer.user(pool)?.username.clone();
        let sent = profile::update(pool, &username, update, now, random, messages)?;
        Ok(json!({ "CodeDeliveryDetailsList": sent }))
    }
}
