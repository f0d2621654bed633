//! GetUser: the signed-in user's attributes.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::pool::Pool;
use crate::simulator::Simulator;
use crate::user::User;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetUser {
    access_token: Option<String>,
}

impl Operation for GetUser {
    const NAME: &'static str = "GetUser";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let user = bearer.user(simulator.pools.get(&bearer.pool_id)?)?;
        Ok(json!({ "Username": user.username, "UserAttributes": user.attribute_list() }))
    }
}

/// Who bears an access token that works.
pub(super) struct Bearer {
    pub(super) pool_id: String,
    pub(super) sub: String,
}

pub(super) fn bearer(simulator: &Simulator, token: &str, now: Timestamp) -> Result<Bearer, Failure> {
    let (_, family) = simulator.tokens.access(token, now)?;
    let bearer = Bearer { pool_id: family.pool_id.clone(), sub: family.sub.clone() };
    let user = bearer.user(simulator.pools.get(&bearer.pool_id)?)?;
    if user.enabled { Ok(bearer) } else { Err(Failure::disabled()) }
}

impl Bearer {
    pub(super) fn user<'pool>(&self, pool: &'pool Pool) -> Result<&'pool User, Failure> {
        pool.user_by_sub(&self.sub).ok_or_else(Failure::user_not_found)
    }
}
