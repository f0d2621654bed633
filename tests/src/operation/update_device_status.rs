//! UpdateDeviceStatus: whether a device of the signed-in user is remembered. There are none yet.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use super::confirm_device::no_device;
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
        checks.required("deviceKey", self.device_key, &DEVICE_KEY);
        let status = self.device_remembered_status.unwrap_or_else(|| "remembered".to_owned());
        checks.one_of("deviceRememberedStatus", Some(status), &["remembered", "not_remembered"]);
        checks.finish()?;
        bearer(simulator, &token, now)?;
        Err(no_device())
    }
}
