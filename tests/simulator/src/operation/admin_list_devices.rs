//! AdminListDevices: returns any user's devices.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::failure::Failure;
use crate::page::page;
use crate::simulator::Simulator;
use crate::validation::{Checks, PAGINATION_KEY, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminListDevices {
    user_pool_id: Option<String>,
    username: Option<String>,
    limit: Option<u64>,
    pagination_token: Option<String>,
}

impl Operation for AdminListDevices {
    const NAME: &'static str = "AdminListDevices";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        let next = checks.optional("paginationToken", self.pagination_token, &PAGINATION_KEY);
        let limit = checks.at_most("limit", self.limit, 60);
        checks.finish()?;
        let user = simulator.pools.get(&pool_id)?.find(&username).ok_or_else(Failure::user_not_found)?;
        Ok(page(user.devices.list(), limit, next.as_deref())?.answer("Devices", "PaginationToken"))
    }
}
