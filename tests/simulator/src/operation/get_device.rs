//! GetDevice: returns one device of the signed-in user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, DEVICE_KEY, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetDevice {
    access_token: Option<String>,
    device_key: Option<String>,
}

impl Operation for GetDevice {
    const NAME: &'static str = "GetDevice";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let key = checks.required("deviceKey", self.device_key, &DEVICE_KEY);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let user = bearer.user(simulator.pools.get(&bearer.pool_id)?)?;
        Ok(json!({ "Device": user.devices.find(&key)?.description() }))
    }
}
