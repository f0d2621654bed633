//! DEVICE_SRP_AUTH without a record of the device.

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending};
use super::super::steps::Opening;
use crate::configuration::AppClient;
use crate::device::Devices;
use crate::operation::ChallengeName;
use crate::seed::Seed;

/// The device is to prove itself, and the flow that heard of it was given no record of it.
///
/// This happens when an earlier step of the sign-in named the device and a later one was run without
/// [`with_devices`](SignIn::with_devices). With the record the sign-in can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceChallenge(Pending);

impl ChallengeKind for DeviceChallenge {
    fn from_pending(pending: &Pending) -> Option<Self> {
        (pending.name == ChallengeName::DeviceSrpAuth).then(|| Self(pending.clone()))
    }

    fn pending(&self) -> &Pending {
        &self.0
    }
}

impl DeviceChallenge {
    /// Proves the device, of which there must be a record among these.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, devices: Devices, seed: Seed) -> SignIn {
        let opening = Opening::DeviceProof(self.0.session.clone());
        SignIn::open(app_client, &self.0, Ok(opening), seed).with_devices(devices)
    }
}
