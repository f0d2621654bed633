//! DeleteUserAttributes: removes attributes of the signed-in user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::attribute::{self, Writer};
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteUserAttributes {
    access_token: Option<String>,
    user_attribute_names: Option<Vec<String>>,
}

impl Operation for DeleteUserAttributes {
    const NAME: &'static str = "DeleteUserAttributes";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.present("userAttributeNames", self.user_attribute_names.is_some());
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let names = self.user_attribute_names.unwrap_or_default();
        let pool = simulator.pools.get(&bearer.pool_id)?;
        let names = attribute::accept_removal(names, &pool.config, Writer::Client)?;
        let user = bearer.user_mut(&mut simulator.pools)?;
        names.iter().for_each(|name| user.remove_attribute(name));
        user.modified = now;
        Ok(json!({}))
    }
}
