//! Remembered devices: what a client keeps of one, and how a new one is registered.
//!
//! In a pool that tracks devices, tokens that are given to a device which did not name itself come with keys for it. The
//! device is registered with a password of its own, which never leaves it, and from then on signs in beside the user:
//! it names itself with `DEVICE_KEY`, and proves itself by SRP when the service asks `DEVICE_SRP_AUTH`, in place of a
//! second factor where the pool is set up so. A refresh of tokens must name the device that they were given to.
//!
//! All of that happens inside a [`SignIn`](crate::SignIn) and a [`Refresh`](crate::Refresh). What is left to the
//! application is to keep [`Devices`]: hand them to a sign-in, and take over what its [`DeviceReport`] says.
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

/// A device that is registered for one user: its keys, and the password by which it signs in. It is always whole.
///
/// Whoever has it can stand in for the user's second factor; `Debug` does not show the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeviceRecord {
    username: String,
    device_key: String,
    device_group_key: String,
    password: DevicePassword,
}

impl DeviceRecord {
    /// A record from its parts: the user's canonical name, `DeviceKey`, `DeviceGroupKey` and the device's password.
    ///
    /// # Errors
    /// When one of them is empty: a record that is not whole is of no use.
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

    /// The canonical name of the user whom the device is registered for.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// `DEVICE_KEY`: the region, `_` and a UUID.
    #[must_use]
    pub fn device_key(&self) -> &str {
        &self.device_key
    }

    /// `DeviceGroupKey`, which SRP hashes in place of the pool's name.
    #[must_use]
    pub fn device_group_key(&self) -> &str {
        &self.device_group_key
    }

    /// The device's password, in base64. It is never sent.
    #[must_use]
    pub fn password(&self) -> &DevicePassword {
        &self.password
    }
}

/// The records of this machine's users, by canonical name, and the other names that they go by.
///
/// As JSON it holds the devices' passwords in the clear.
///
/// ```
/// # use cognito_core::{AppClient, Devices, Seed, SignIn, SignInOutcome};
/// # fn sign_in(client: &AppClient, seed: Seed, run: impl Fn(SignIn) -> SignInOutcome, devices: &mut Devices) {
/// let flow = SignIn::srp(client, "alice@example.com", "Very$ecur3", seed).with_devices(devices.clone());
/// if let SignInOutcome::SignedIn(signed_in) = run(flow) {
///     devices.update(signed_in.session.username(), &signed_in.device);
///     // If this has changed them, store them.
/// }
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored", into = "stored::Stored")]
pub struct Devices {
    records: BTreeMap<String, DeviceRecord>,
    /// Canonical names by the others.
    aliases: BTreeMap<String, String>,
}

impl Devices {
    /// No devices.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The device of the user who goes by this name: the canonical one, or another that was seen with it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&DeviceRecord> {
        let canonical = || self.aliases.get(name).and_then(|username| self.records.get(username));
        self.records.get(name).or_else(canonical)
    }

    /// Every record, in the order of the users' names.
    pub fn iter(&self) -> impl Iterator<Item = &DeviceRecord> {
        self.records.values()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Keeps a record, in place of the user's earlier one.
    pub fn insert(&mut self, record: DeviceRecord) {
        self.aliases.remove(&record.username);
        self.records.insert(record.username.clone(), record);
    }

    /// Keeps another name of a user who has a record: an e-mail address, a `sub`.
    pub fn insert_alias(&mut self, alias: impl Into<String>, username: &str) {
        let alias = alias.into();
        if self.records.contains_key(username) && !self.records.contains_key(&alias) {
            self.aliases.insert(alias, username.to_owned());
        }
    }

    /// Removes the record of this canonical name, and gives it.
    pub fn remove(&mut self, username: &str) -> Option<DeviceRecord> {
        self.aliases.retain(|_, canonical| canonical != username);
        self.records.remove(username)
    }

    /// Removes the record of this device, whoever's it is, and gives it.
    pub fn remove_device(&mut self, device_key: &str) -> Option<DeviceRecord> {
        let record = self.records.values().find(|record| record.device_key == device_key)?;
        let username = record.username.clone();
        self.remove(&username)
    }

    /// Takes over what a sign-in or a refresh of the user of this canonical name has learned. Says whether that has
    /// changed anything, and so is to be stored.
    pub fn update(&mut self, username: &str, report: &DeviceReport) -> bool {
        let before = self.clone();
        // A name that was somebody else's alias may have led to somebody else's device, which is gone for this user only.
        let is_theirs =
            |record: &&DeviceRecord| record.username == username || report.aliases.contains(&record.username);
        let gone = |record: &&DeviceRecord| report.gone_device_key.as_deref() == Some(record.device_key());
        if let Some(record) = self.records.values().find(gone).filter(is_theirs) {
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

/// Names that are not the canonical one, each once.
pub(crate) fn aliases<'a>(names: impl IntoIterator<Item = &'a str>, canonical: &str) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for name in names {
        if !name.is_empty() && name != canonical && !aliases.iter().any(|known| known == name) {
            aliases.push(name.to_owned());
        }
    }
    aliases
}
