//! Remembered devices: the record that a client stores for a device, and the registration of a new device.
//!
//! If a user pool tracks devices and a request contains no device key, the service sends the keys of a new
//! device together with the tokens. The client then generates a password, and registers the device with an
//! SRP verifier of the password. The client never sends the password. After the registration, each sign-in of
//! the user sends the device's key as `DEVICE_KEY`. If the service sends the challenge `DEVICE_SRP_AUTH`, the
//! client proves over SRP that it knows the device's password. In some configurations of a user pool, this
//! proof replaces the user's second factor. A refresh must send the key of the device for which the service
//! issued the tokens.
//!
//! The flows [`SignIn`](crate::SignIn) and [`Refresh`](crate::Refresh) register new devices and send the keys
//! of registered devices. The application must store the [`Devices`] and pass them to each sign-in. After
//! each sign-in and each refresh, the application must apply the returned [`DeviceReport`] to the `Devices`.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-device-tracking.html>

mod device_key;
mod register;
mod stored;
#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::error::InvalidInput;
use crate::secret::DevicePassword;

pub(crate) use device_key::{NamesDevice, is_gone};
pub use register::{ConfirmedDevice, DeviceRegistration, DeviceReport, FailedRegistration, NewDevice, RegisterDevice};
pub(crate) use register::{NewDeviceDraft, Registering};

/// The keys and the password of a device that is registered for one user. No field of a record is empty.
///
/// The password in a record can replace the user's second factor, so keep the record secret. `Debug` does not
/// print the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceRecord {
    username: String,
    device_key: String,
    device_group_key: String,
    password: DevicePassword,
}

impl DeviceRecord {
    /// Creates a record from the user's canonical name, the `DeviceKey`, the `DeviceGroupKey` and the
    /// device's password.
    ///
    /// # Errors
    /// Returns an error if any of the four values is empty.
    pub fn new(
        username: impl Into<String>,
        device_key: impl Into<String>,
        device_group_key: impl Into<String>,
        password: impl Into<DevicePassword>,
    ) -> Result<Self, InvalidInput> {
        let record = Self {
            username: username.into(),
            device_key: device_key.into(),
            device_group_key: device_group_key.into(),
            password: password.into(),
        };
        InvalidInput::require("username", &record.username)?;
        InvalidInput::require("DeviceKey", &record.device_key)?;
        InvalidInput::require("DeviceGroupKey", &record.device_group_key)?;
        InvalidInput::require("device password", record.password.expose())?;
        Ok(record)
    }

    /// Returns the canonical name of the user for whom the device is registered.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Returns the device key, which consists of the AWS region, `_` and a UUID.
    #[must_use]
    pub fn device_key(&self) -> &str {
        &self.device_key
    }

    /// Returns the `DeviceGroupKey`. The SRP computation for a device uses this key instead of the user
    /// pool's name.
    #[must_use]
    pub fn device_group_key(&self) -> &str {
        &self.device_group_key
    }

    /// Returns the device's password, in base64. The password is never sent to the service.
    #[must_use]
    pub fn password(&self) -> &DevicePassword {
        &self.password
    }
}

/// The devices of all users on this machine, and the users' aliases. The set has at most one record for each
/// user, under the user's canonical name.
///
/// If you serialize `Devices`, the output contains the devices' passwords in plain text.
///
/// ```
/// # use cognito_core::{AppClient, Devices, Seed, SignIn, SignInOutcome};
/// # fn sign_in(
/// #     client: &AppClient,
/// #     seed: Seed,
/// #     run: impl Fn(SignIn) -> SignInOutcome,
/// #     devices: &mut Devices,
/// # ) {
/// let flow = SignIn::srp(client, "alice@example.com", "Very$ecur3", seed)
///     .with_devices(devices.clone());
/// if let SignInOutcome::SignedIn(signed_in) = run(flow) {
///     let is_changed = devices.update(signed_in.session.username(), &signed_in.device);
///     // If `is_changed`, store the devices.
/// }
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub struct Devices {
    records: BTreeMap<String, DeviceRecord>,
    /// A map from each alias to the canonical name of the user with this alias.
    aliases: BTreeMap<String, String>,
}

impl Devices {
    /// Creates an empty set of devices.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the device of the user with this name. `name` is the user's canonical name or an alias of the
    /// user.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&DeviceRecord> {
        let canonical = || self.aliases.get(name).and_then(|username| self.records.get(username));
        self.records.get(name).or_else(canonical)
    }

    /// Returns all records, ordered by user name.
    pub fn iter(&self) -> impl Iterator<Item = &DeviceRecord> {
        self.records.values()
    }

    /// Returns whether the set has no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Inserts a record, and replaces the user's earlier record if there is one.
    pub fn insert(&mut self, record: DeviceRecord) {
        self.aliases.remove(&record.username);
        self.records.insert(record.username.clone(), record);
    }

    /// Inserts an alias, such as an e-mail address or a `sub`, for a user who has a record. The method does
    /// nothing if the user has no record, or if the alias is the canonical name of a user who has a record.
    pub fn insert_alias(&mut self, alias: impl Into<String>, username: &str) {
        let alias = alias.into();
        if self.records.contains_key(username) && !self.records.contains_key(&alias) {
            self.aliases.insert(alias, username.to_owned());
        }
    }

    /// Removes and returns the record of the user with this canonical name.
    pub fn remove(&mut self, username: &str) -> Option<DeviceRecord> {
        self.aliases.retain(|_, canonical| canonical != username);
        self.records.remove(username)
    }

    /// Removes and returns the record with this device key.
    pub fn remove_device(&mut self, device_key: &str) -> Option<DeviceRecord> {
        let record = self.records.values().find(|record| record.device_key == device_key)?;
        let username = record.username.clone();
        self.remove(&username)
    }

    /// Updates the devices with the report of a sign-in or a refresh. `username` is the user's canonical
    /// name. Returns whether the devices have changed. If the devices have changed, store them.
    pub fn update(&mut self, username: &str, report: &DeviceReport) -> bool {
        let before = self.clone();
        // The typed name can also be an alias of a second user. In this case, the request may have contained
        // the key of the second user's device. The record of this device must stay.
        let belongs_to_user =
            |record: &&DeviceRecord| record.username == username || report.aliases.contains(&record.username);
        let is_gone = |record: &&DeviceRecord| report.gone_device_key.as_deref() == Some(record.device_key());
        if let Some(record) = self.records.values().find(is_gone).filter(belongs_to_user) {
            let username = record.username.clone();
            self.remove(&username);
        }
        if let DeviceRegistration::Confirmed(confirmed) = &report.registration {
            self.insert(confirmed.record.clone());
        }
        for alias in &report.aliases {
            self.insert_alias(alias, username);
        }
        *self != before
    }
}

impl FromIterator<DeviceRecord> for Devices {
    fn from_iter<I: IntoIterator<Item = DeviceRecord>>(records: I) -> Self {
        let mut devices = Self::new();
        records.into_iter().for_each(|record| devices.insert(record));
        devices
    }
}

/// Returns the non-empty names that differ from the canonical name, without duplicates.
pub(crate) fn aliases<'a>(names: impl IntoIterator<Item = &'a str>, canonical: &str) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for name in names {
        if !name.is_empty() && name != canonical && !aliases.iter().any(|known| known == name) {
            aliases.push(name.to_owned());
        }
    }
    aliases
}
