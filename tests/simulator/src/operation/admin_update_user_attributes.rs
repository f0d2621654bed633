//! AdminUpdateUserAttributes: changes any user's attributes.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::attribute::{self, Attribute, Writer};
use crate::failure::Failure;
use crate::profile;
use crate::simulator::Simulator;
use crate::validation::{Checks, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminUpdateUserAttributes {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

impl Operation for AdminUpdateUserAttributes {
    const NAME: &'static str = "AdminUpdateUserAttributes";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        checks.present("userAttributes", self.user_attributes.is_some());
        checks.finish()?;
        let Simulator { pools, random, messages, .. } = simulator;
        let pool = pools.get_mut(&pool_id)?;
        let username = pool.find(&username).ok_or_else(Failure::user_not_found)?.username.clone();
        let attributes = self.user_attributes.unwrap_or_default();
        let update = attribute::accept_update(attributes, &pool.config, Writer::Administrator)?;
        profile::update(pool, &username, update, now, random, messages)?;
        Ok(json!({}))
    }
}
