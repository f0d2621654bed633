//! DEVICE_SRP_AUTH in a flow that has no record of the device.

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending};
use super::super::steps::Opening;
use crate::configuration::AppClient;
use crate::device::Devices;
use crate::operation::ChallengeName;
use crate::seed::Seed;

/// A challenge that asks for the device's proof, in a flow that has no record of the device.
///
/// The caller gets this challenge if an earlier flow of the sign-in sent the device key, but the caller
/// created a later flow without [`with_devices`](SignIn::with_devices). To continue the sign-in, pass the
/// device's record to [`answer`](Self::answer).
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
    /// Creates a flow that sends the device's proof. `devices` must contain the record of this device.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, devices: Devices, seed: Seed) -> SignIn {
        let opening = Opening::DeviceProof(self.0.session.clone());
        SignIn::open(app_client, &self.0, Ok(opening), seed).with_devices(devices)
    }
}
