//! AdminUpdateDeviceStatus: sets whether a device of any user is remembered.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, DEVICE_KEY, POOL_ID, USERNAME};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AdminUpdateDeviceStatus {
    user_pool_id: Option<String>,
    username: Option<String>,
    device_key: Option<String>,
    device_remembered_status: Option<String>,
}

impl Operation for AdminUpdateDeviceStatus {
    const NAME: &'static str = "AdminUpdateDeviceStatus";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let username = checks.required("username", self.username, &USERNAME);
        let key = checks.required("deviceKey", self.device_key, &DEVICE_KEY);
        let status = self.device_remembered_status.unwrap_or_else(|| "remembered".to_owned());
        let status = checks.one_of("deviceRememberedStatus", Some(status), &["remembered", "not_remembered"]);
        checks.finish()?;
        let pool = simulator.pools.get_mut(&pool_id)?;
        let user = pool.find_mut(&username).ok_or_else(Failure::user_not_found)?;
        user.devices.find_mut(&key)?.set_status(&status, now);
        Ok(json!({}))
    }
}
