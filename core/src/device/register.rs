//! A new device is registered: ConfirmDevice, with a password that was drawn for it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::DeviceRecord;
use crate::configuration::AppClient;
use crate::error::{Error, InvalidInput, RefusalKind};
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Event, Flow, Step};
use crate::operation::{ConfirmDevice, NewDeviceMetadata};
use crate::protocol::Call;
use crate::secret::AccessToken;
use crate::seed::Seed;
use crate::srp::DeviceVerifier;
use crate::timestamp::Timestamp;

/// What a sign-in or a refresh has to tell of the device. [`Devices::update`](super::Devices::update) takes
/// it over.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DeviceReport {
    /// What became of a device that is new to the service.
    pub registration: DeviceRegistration,
    /// The key of a device that the service does not know any more, or whose proof it has refused: its record
    /// is good for nothing. The user was signed in without it.
    pub gone_device_key: Option<String>,
    /// Names of the user that were seen beside the canonical one: what was typed, what the service echoed,
    /// the `sub`.
    pub aliases: Vec<String>,
}

impl DeviceReport {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let is_old = matches!(self.registration, DeviceRegistration::NotNeeded);
        is_old && self.gone_device_key.is_none() && self.aliases.is_empty()
    }

    /// This report, followed by a newer one of the same user.
    pub(crate) fn followed_by(mut self, newer: &Self) -> Self {
        let is_gone = |key: &str| newer.gone_device_key.as_deref() == Some(key);
        let is_replaced = !matches!(newer.registration, DeviceRegistration::NotNeeded);
        let is_removed =
            matches!(&self.registration, DeviceRegistration::Confirmed(old) if is_gone(old.record.device_key()));
        if is_replaced || is_removed {
            self.registration.clone_from(&newer.registration);
        }
        if newer.gone_device_key.is_some() {
            self.gone_device_key.clone_from(&newer.gone_device_key);
        }
        for alias in &newer.aliases {
            if !self.aliases.contains(alias) {
                self.aliases.push(alias.clone());
            }
        }
        self
    }
}

/// What became of a device that is new to the service.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum DeviceRegistration {
    /// The service gave no keys for a new device: the pool tracks none, or it knows this one.
    #[default]
    NotNeeded,
    /// It is registered.
    Confirmed(Box<ConfirmedDevice>),
    /// It is not. The user is signed in all the same, but the service refuses to refresh the tokens of a
    /// device that is not registered: run a [`RegisterDevice`].
    Failed(Box<FailedRegistration>),
}

/// A device that has been registered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfirmedDevice {
    /// What to keep of it.
    pub record: DeviceRecord,
    /// `UserConfirmationNecessary`: the pool remembers a device only when its user wants that. Ask, and if so
    /// send [`UpdateDeviceStatus`](crate::operation::UpdateDeviceStatus). Until then the device signs in as
    /// any other.
    ///
    /// It is `false` also where the answer that would have said so was lost.
    pub user_confirmation_necessary: bool,
}

/// A device that could not be registered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FailedRegistration {
    /// What to try again with; none when the service gave keys that cannot be used.
    pub new_device: Option<NewDevice>,
    /// Why.
    pub error: Error,
}

/// A device with a password that was drawn for it, before the service has taken it. It is as secret as the
/// record.
#[derive(Debug, Clone)]
pub struct NewDevice {
    record: DeviceRecord,
    verifier: DeviceVerifier,
    name: Option<String>,
}

impl NewDevice {
    /// `DeviceKey`.
    #[must_use]
    pub fn device_key(&self) -> &str {
        self.record.device_key()
    }
}

/// The keys that the service gave for a new device, before a password is drawn for it.
#[derive(Debug)]
pub(crate) struct NewDeviceDraft {
    username: String,
    device_key: String,
    device_group_key: String,
    name: Option<String>,
    seed: Seed,
}

impl NewDeviceDraft {
    pub(crate) fn new(username: &str, metadata: &NewDeviceMetadata, name: Option<String>, seed: &Seed) -> Self {
        Self {
            username: username.into(),
            device_key: metadata.device_key.clone().unwrap_or_default(),
            device_group_key: metadata.device_group_key.clone().unwrap_or_default(),
            name,
            seed: seed.hold(),
        }
    }

    /// `DeviceKey`, if the service gave all that a device needs.
    pub(crate) fn device_key(&self) -> Option<&str> {
        self.check().is_ok().then_some(self.device_key.as_str())
    }

    fn check(&self) -> Result<(), InvalidInput> {
        InvalidInput::require("DeviceKey", &self.device_key)?;
        InvalidInput::require("DeviceGroupKey", &self.device_group_key)
    }

    /// Draws a password for the device. One exponentiation.
    pub(crate) fn generate(&self) -> Result<NewDevice, InvalidInput> {
        self.check()?;
        let verifier = DeviceVerifier::generate(&self.device_group_key, &self.device_key, &self.seed);
        let password = verifier.password().clone();
        let record = DeviceRecord::new(&*self.username, &*self.device_key, &*self.device_group_key, password)?;
        Ok(NewDevice { record, verifier, name: self.name.clone() })
    }
}

/// Registers a device whose registration has failed, with the same password: it does no harm if the service
/// has taken it before and only the answer was lost.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmDevice.html>
///
/// ```
/// # use cognito_core::{AppClient, DeviceRegistration, RegisterDevice, SignedIn};
/// # fn again(app_client: &AppClient, signed_in: &SignedIn) -> Option<RegisterDevice> {
/// let DeviceRegistration::Failed(failed) = &signed_in.device.registration else { return None };
/// Some(RegisterDevice::new(app_client, &signed_in.session, failed.new_device.clone()?))
/// # }
/// ```
#[derive(Debug)]
pub struct RegisterDevice(Guarded<Registering>);

#[derive(Debug)]
pub(crate) struct Registering {
    pub(crate) new_device: NewDevice,
    call: Box<Call<ConfirmDevice>>,
}

impl RegisterDevice {
    /// Registers this device for the user whom the access token is of, such as a
    /// [`Session`](crate::Session)'s.
    #[must_use]
    pub fn new(app_client: &AppClient, access_token: &impl AsRef<AccessToken>, new_device: NewDevice) -> Self {
        Self(Guarded::new(Registering::new(app_client, access_token.as_ref(), new_device)))
    }
}

impl Flow for RegisterDevice {
    type Output = ConfirmedDevice;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<ConfirmedDevice>, Error> {
        self.0.step(now, event)
    }
}

impl Registering {
    pub(crate) fn new(app_client: &AppClient, access_token: &AccessToken, new_device: NewDevice) -> Self {
        let mut operation = ConfirmDevice::new(new_device.device_key(), &new_device.verifier);
        operation.device_name.clone_from(&new_device.name);
        let call = Box::new(Call::signed_in(app_client, access_token, operation));
        Self { new_device, call }
    }

    fn confirmed(&self, user_confirmation_necessary: bool) -> ConfirmedDevice {
        ConfirmedDevice { record: self.new_device.record.clone(), user_confirmation_necessary }
    }
}

impl Steps for Registering {
    type Output = ConfirmedDevice;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<ConfirmedDevice>, Error> {
        match self.call.step(now, event).map(Step::finished) {
            Ok(Ok(response)) => Ok(Step::Done(self.confirmed(response.user_confirmation_necessary == Some(true)))),
            Ok(Err(step)) => Ok(step),
            // The service gave this key to nobody else, and has had this verifier for it only.
            Err(error) if error.refusal_kind() == Some(RefusalKind::DeviceKeyExists) => {
                Ok(Step::Done(self.confirmed(false)))
            }
            Err(error) => Err(error),
        }
    }
}
