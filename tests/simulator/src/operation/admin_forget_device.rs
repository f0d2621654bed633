//! AdminForgetDevice: removes a device of any user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, DEVICE_KEY, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminForgetDevice {
    user_pool_id: Option<String>,
    username: Option<String>,
    device_key: Option<String>,
}

impl Operation for AdminForgetDevice {
    const NAME: &'static str = "AdminForgetDevice";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        let key = checks.required("deviceKey", self.device_key, &DEVICE_KEY);
        checks.finish()?;
        let pool = simulator.pools.get_mut(&pool_id)?;
        let user = pool.find_mut(&username).ok_or_else(Failure::user_not_found)?;
        user.devices.forget(&key)?;
        Ok(Value::Null)
    }
}
