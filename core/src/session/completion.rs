//! The registration of a new device, as the last part of a sign-in or a refresh.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Session, SignedIn};
use crate::configuration::AppClient;
use crate::device::{DeviceRegistration, FailedRegistration, NewDevice, NewDeviceDraft, Registering};
use crate::error::{Error, InvalidInput};
use crate::flow::guarded::Steps;
use crate::flow::{Event, Step};
use crate::operation::NewDeviceMetadata;
use crate::seed::Seed;
use crate::timestamp::Timestamp;

/// New tokens, together with the keys of a new device if the service sent such keys.
#[derive(Debug)]
pub(crate) struct Renewed {
    app_client: AppClient,
    signed_in: SignedIn,
    new_device: Option<NewDeviceDraft>,
}

impl Renewed {
    /// Combines new tokens with the keys of a new device, if the same response contained such keys.
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

    /// Returns the session with the new tokens.
    pub(crate) fn session(&self) -> &Session {
        &self.signed_in.session
    }

    /// Removes the new device's keys from this value, and returns the keys. The caller can
    /// [generate](NewDeviceDraft::generate) the device's password.
    pub(crate) fn take_new_device(&mut self) -> Option<NewDeviceDraft> {
        self.new_device.take()
    }

    /// Generates the password of the new device, if there is one. Returns the last part of the flow, which
    /// registers the device.
    pub(crate) fn complete(mut self) -> Completion {
        let new_device = self.take_new_device().map(|draft| draft.generate());
        self.complete_with(new_device)
    }

    /// Returns the last part of the flow, which registers this device, if there is one.
    pub(crate) fn complete_with(self, new_device: Option<Result<NewDevice, InvalidInput>>) -> Completion {
        let Self { app_client, mut signed_in, .. } = self;
        let registering = match new_device {
            Some(Ok(new_device)) => Some(Registering::new(&app_client, signed_in.session.access_token(), new_device)),
            Some(Err(error)) => {
                let failed = FailedRegistration { new_device: None, error: error.into() };
                signed_in.device.registration = DeviceRegistration::Failed(Box::new(failed));
                None
            }
            None => None,
        };
        Completion { signed_in, registering }
    }
}

/// Registers a new device, if there is one. If the registration fails, the output still contains the tokens.
/// The only possible error is [`Error::Misuse`].
#[derive(Debug)]
pub(crate) struct Completion {
    signed_in: SignedIn,
    registering: Option<Registering>,
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
