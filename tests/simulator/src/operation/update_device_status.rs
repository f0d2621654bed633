//! UpdateDeviceStatus: sets whether a device of the signed-in user is remembered.

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
pub(crate) struct UpdateDeviceStatus {
    access_token: Option<String>,
    device_key: Option<String>,
    device_remembered_status: Option<String>,
}

impl Operation for UpdateDeviceStatus {
    const NAME: &'static str = "UpdateDeviceStatus";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let key = checks.required("deviceKey", self.device_key, &DEVICE_KEY);
        let status = self.device_remembered_status.unwrap_or_else(|| "remembered".to_owned());
        let status = checks.one_of("deviceRememberedStatus", Some(status), &["remembered", "not_remembered"]);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let user = bearer.user_mut(&mut simulator.pools)?;
        user.devices.find_mut(&key)?.set_status(&status, now);
        Ok(json!({}))
    }
}
