//! The registration of a new device, with the operation ConfirmDevice.

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

/// The report of a sign-in or a refresh about the changes to the user's device. Apply a report to the stored
/// devices with [`Devices::update`](super::Devices::update).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DeviceReport {
    /// Whether the sign-in or the refresh registered a new device.
    pub registration: DeviceRegistration,
    /// The key of a device that the service rejected. Either the service no longer knows the device, or the
    /// service rejected the device's SRP proof. The stored record of this device is invalid. The user was
    /// signed in without the device.
    pub gone_device_key: Option<String>,
    /// All names of the user except the canonical name: the name that the user typed, the name that the
    /// service returned, and the `sub`.
    pub aliases: Vec<String>,
}

impl DeviceReport {
    /// Returns whether the report contains no changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let has_no_registration = matches!(self.registration, DeviceRegistration::NotNeeded);
        has_no_registration && self.gone_device_key.is_none() && self.aliases.is_empty()
    }

    /// Combines this report with a newer report about the same user.
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

/// The result of registering a new device.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum DeviceRegistration {
    /// The service sent no keys for a new device, so no registration was needed. The user pool does not track
    /// devices, or the service already knows the device.
    #[default]
    NotNeeded,
    /// The new device is registered.
    Confirmed(Box<ConfirmedDevice>),
    /// The registration of the new device failed. The user is signed in anyway, but the service rejects each
    /// refresh of the tokens until the device is registered. Run a [`RegisterDevice`] to retry the
    /// registration.
    Failed(Box<FailedRegistration>),
}

/// A device that has been registered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfirmedDevice {
    /// The record of the device. The application must store this record.
    pub record: DeviceRecord,
    /// Whether the user pool remembers the device only if the user agrees (`UserConfirmationNecessary` in the
    /// service's response). If the value is `true`, ask the user whether the service may remember the device.
    /// If the user agrees, send [`UpdateDeviceStatus`](crate::operation::UpdateDeviceStatus). Sign-ins use
    /// the device in the same way before and after the user agrees.
    ///
    /// If the service's response was lost, the value is unknown, and this field is `false`.
    pub user_confirmation_necessary: bool,
}

/// A device that could not be registered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FailedRegistration {
    /// The device whose registration can be retried, or `None` if the service sent invalid keys.
    pub new_device: Option<NewDevice>,
    /// The error that ended the registration.
    pub error: Error,
}

/// A device that has a generated password but is not registered yet. A `NewDevice` contains the device's
/// password, so keep the value as secret as a [`DeviceRecord`].
#[derive(Debug, Clone)]
pub struct NewDevice {
    record: DeviceRecord,
    verifier: DeviceVerifier,
    name: Option<String>,
}

impl NewDevice {
    /// Returns the `DeviceKey` of the new device.
    #[must_use]
    pub fn device_key(&self) -> &str {
        self.record.device_key()
    }
}

/// The keys that the service sent for a new device. The device has no password yet.
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

    /// Returns the `DeviceKey`, or `None` if the service did not send all keys that a device needs.
    pub(crate) fn device_key(&self) -> Option<&str> {
        self.check().is_ok().then_some(self.device_key.as_str())
    }

    fn check(&self) -> Result<(), InvalidInput> {
        InvalidInput::require("DeviceKey", &self.device_key)?;
        InvalidInput::require("DeviceGroupKey", &self.device_group_key)
    }

    /// Generates a password and an SRP verifier for the device. The computation takes one modular
    /// exponentiation.
    pub(crate) fn generate(&self) -> Result<NewDevice, InvalidInput> {
        self.check()?;
        let verifier = DeviceVerifier::generate(&self.device_group_key, &self.device_key, &self.seed);
        let password = verifier.password().clone();
        let record = DeviceRecord::new(&*self.username, &*self.device_key, &*self.device_group_key, password)?;
        Ok(NewDevice { record, verifier, name: self.name.clone() })
    }
}

/// Retries the failed registration of a device, with the same password. The retry is safe even if the service
/// has already registered the device and only the response was lost.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ConfirmDevice.html>
///
/// ```
/// # use cognito_core::{AppClient, DeviceRegistration, RegisterDevice, SignedIn};
/// # fn again(app_client: &AppClient, signed_in: &SignedIn) -> Option<RegisterDevice> {
/// let DeviceRegistration::Failed(failed) = &signed_in.device.registration else {
///     return None;
/// };
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
    /// Creates a flow that registers this device for the user with this access token. The caller can pass a
    /// [`Session`](crate::Session) as the access token.
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
            // The error means that an earlier attempt succeeded: the service assigned this key to this device
            // only, and all attempts send the same verifier.
            Err(error) if error.refusal_kind() == Some(RefusalKind::DeviceKeyExists) => {
                Ok(Step::Done(self.confirmed(false)))
            }
            Err(error) => Err(error),
        }
    }
}
