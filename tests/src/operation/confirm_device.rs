//! ConfirmDevice: remembers a device of the signed-in user.
//!
//! No pool tracks devices here: no sign-in hands out a device key, so there is none to confirm.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, DEVICE_KEY, STRING, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ConfirmDevice {
    access_token: Option<String>,
    device_key: Option<String>,
    device_name: Option<String>,
}

impl Operation for ConfirmDevice {
    const NAME: &'static str = "ConfirmDevice";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.required("deviceKey", self.device_key, &DEVICE_KEY);
        checks.optional("deviceName", self.device_name, &STRING);
        checks.finish()?;
        bearer(simulator, &token, now)?;
        Err(no_device())
    }
}

pub(super) fn no_device() -> Failure {
    Failure::not_found("Device does not exist.")
}
