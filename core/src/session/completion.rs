//! What every way to tokens ends with: a device that is new is registered.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Session, SignedIn};
use crate::configuration::AppClient;
use crate::device::{DeviceRegistration, FailedRegistration, NewDevice, Registering};
use crate::error::Error;
use crate::flow::guarded::Steps;
use crate::flow::{Event, Step};
use crate::operation::NewDeviceMetadata;
use crate::seed::Seed;
use crate::timestamp::Timestamp;

/// From tokens to a user who is signed in. Nothing that fails from here on costs the tokens: the only error is misuse.
#[derive(Debug)]
pub(crate) struct Completion {
    signed_in: SignedIn,
    registering: Option<Registering>,
}

impl Completion {
    /// `new_device` is what came with the tokens.
    pub(crate) fn new(
        app_client: &AppClient,
        mut signed_in: SignedIn,
        new_device: Option<&NewDeviceMetadata>,
        device_name: Option<String>,
        seed: &Seed,
    ) -> Self {
        let username = signed_in.session.username();
        let new_device = new_device.map(|metadata| NewDevice::generate(username, metadata, device_name, seed));
        let registering = match new_device {
            Some(Ok(new_device)) => {
                let device_key = new_device.device_key();
                signed_in.session = signed_in.session.with_device_key(device_key);
                Some(Registering::new(app_client, signed_in.session.access_token(), new_device))
            }
            Some(Err(problem)) => {
                let failed = FailedRegistration { new_device: None, error: problem.into() };
                signed_in.device.registration = DeviceRegistration::Failed(Box::new(failed));
                None
            }
            None => None,
        };
        Self { signed_in, registering }
    }

    /// The session, before the device is registered.
    pub(crate) fn session(&self) -> &Session {
        &self.signed_in.session
    }
}

impl Steps for Completion {
    type Output = SignedIn;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<SignedIn>, Error> {
        if let Some(registering) = &mut self.registering {
            self.signed_in.device.registration = match registering.advance(now, event).map(Step::finished) {
                Ok(Ok(confirmed)) => DeviceRegistration::Confirmed(Box::new(confirmed)),
                Ok(Err(step)) => return Ok(step),
                Err(Error::Misuse(misuse)) => return Err(misuse.into()),
                Err(error) => {
                    let new_device = Some(registering.new_device.clone());
                    DeviceRegistration::Failed(Box::new(FailedRegistration { new_device, error }))
                }
            };
        }
        Ok(Step::Done(self.signed_in.clone()))
    }
}
