//! ListDevices: returns the signed-in user's devices.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::page::page;
use crate::simulator::Simulator;
use crate::validation::{Checks, PAGINATION_KEY, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListDevices {
    access_token: Option<String>,
    limit: Option<u64>,
    pagination_token: Option<String>,
}

impl Operation for ListDevices {
    const NAME: &'static str = "ListDevices";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let next = checks.optional("paginationToken", self.pagination_token, &PAGINATION_KEY);
        let limit = checks.at_most("limit", self.limit, 60);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let user = bearer.user(simulator.pools.get(&bearer.pool_id)?)?;
        Ok(page(user.devices.list(), limit, next.as_deref())?.answer("Devices", "PaginationToken"))
    }
}
