//! DEVICE_SRP_AUTH without a record of the device.

use super::super::SignIn;
use super::super::opening::Opening;
use super::Pending;
use crate::configuration::AppClient;
use crate::device::Devices;
use crate::seed::Seed;

/// The device is to prove itself, and the flow that heard of it was given no record of it.
///
/// This happens when an earlier step of the sign-in named the device and a later one was run without
/// [`with_devices`](SignIn::with_devices). With the record the sign-in can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceChallenge(pub(super) Pending);

impl DeviceChallenge {
    /// Proves the device, of which there must be a record among these.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, devices: Devices, seed: Seed) -> SignIn {
        let opening = Opening::Device(self.0.session.clone());
        self.0.open(app_client, opening, seed).with_devices(devices)
    }
}
