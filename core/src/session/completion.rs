//! From tokens to a user who is signed in: a new device is registered.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Session, SignedIn};
use crate::configuration::AppClient;
use crate::device::{DeviceRegistration, FailedRegistration, NewDevice, NewDeviceDraft, Registering};
use crate::error::{Error, InvalidInput};
use crate::flow::guarded::Machine;
use crate::flow::{Event, Step};
use crate::operation::NewDeviceMetadata;
use crate::seed::Seed;
use crate::timestamp::Timestamp;

/// Tokens that have come, perhaps with the keys of a new device.
#[derive(Debug)]
pub(crate) struct Renewed {
    app_client: AppClient,
    signed_in: SignedIn,
    new_device: Option<NewDeviceDraft>,
}

impl Renewed {
    /// `new_device` came with the tokens.
    pub(crate) fn new(
        app_client: &AppClient,
        mut signed_in: SignedIn,
        new_device: Option<&NewDeviceMetadata>,
        device_name: Option<String>,
        seed: &Seed,
    ) -> Self {
        let username = signed_in.session.username();
        let new_device = new_device.map(|metadata| NewDeviceDraft::new(username, metadata, device_name, seed));
        if let Some(device_key) = new_device.as_ref().and_then(NewDeviceDraft::device_key) {
            signed_in.session = signed_in.session.with_device_key(device_key);
        }
        Self { app_client: app_client.clone(), signed_in, new_device }
    }

    /// The session, before the device is registered.
    pub(crate) fn session(&self) -> &Session {
        &self.signed_in.session
    }

    /// The new device, which needs [a computation](NewDeviceDraft::generate).
    pub(crate) fn take_new_device(&mut self) -> Option<NewDeviceDraft> {
        self.new_device.take()
    }

    /// Computes what the new device needs, if there is one.
    pub(crate) fn complete(mut self) -> Completion {
        let new_device = self.take_new_device().map(|draft| draft.generate());
        self.complete_with(new_device)
    }

    /// Registers this device.
    pub(crate) fn complete_with(self, new_device: Option<Result<NewDevice, InvalidInput>>) -> Completion {
        let Self { app_client, mut signed_in, .. } = self;
        let registering = match new_device {
            Some(Ok(new_device)) => Some(Registering::new(&app_client, signed_in.session.access_token(), new_device)),
            Some(Err(problem)) => {
                let failed = FailedRegistration { new_device: None, error: problem.into() };
                signed_in.device.registration = DeviceRegistration::Failed(Box::new(failed));
                None
            }
            None => None,
        };
        Completion { signed_in, registering }
    }
}

/// Registers a new device, if there is one. The tokens are never lost: the only error is misuse.
#[derive(Debug)]
pub(crate) struct Completion {
    signed_in: SignedIn,
    registering: Option<Registering>,
}

impl Machine for Completion {
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
