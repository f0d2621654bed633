//! AdminGetDevice: returns one device of any user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, DEVICE_KEY, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminGetDevice {
    user_pool_id: Option<String>,
    username: Option<String>,
    device_key: Option<String>,
}

impl Operation for AdminGetDevice {
    const NAME: &'static str = "AdminGetDevice";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        let key = checks.required("deviceKey", self.device_key, &DEVICE_KEY);
        checks.finish()?;
        let user = simulator.pools.get(&pool_id)?.find(&username).ok_or_else(Failure::user_not_found)?;
        Ok(json!({ "Device": user.devices.find(&key)?.description() }))
    }
}
