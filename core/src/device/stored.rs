//! The stored form of devices.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{DeviceRecord, Devices};
use crate::encoding::json;
use crate::error::Error;
use crate::secret::DevicePassword;
use crate::storage::Record;

impl Devices {
    /// Encodes the devices as a record for the store.
    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new(json::to_vec(self).expect("devices consist of strings"))
    }

    /// Reads the devices from a record of this version or of an earlier version of this crate. Unknown
    /// members of the JSON object and incomplete devices are ignored.
    ///
    /// # Errors
    /// Returns [`Error::Store`] if the record is invalid, or if a later version of this crate stored the
    /// record.
    pub fn from_record(record: &Record) -> Result<Self, Error> {
        record.read("stored devices")
    }

    /// Reads the devices from a loaded record. The caller loads the record under the [devices'
    /// key](crate::storage::devices_key). Returns an empty set if the record is absent.
    ///
    /// # Errors
    /// Fails with the same errors as [`from_record`](Self::from_record).
    pub fn from_stored(record: Option<&Record>) -> Result<Self, Error> {
        record.map_or_else(|| Ok(Self::new()), Self::from_record)
    }
}

/// The stored form of devices. Increase the version number if you change the form in such a way that older
/// versions of this crate would misread it.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    version: u32,
    #[serde(default)]
    devices: Vec<StoredDevice>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct StoredDevice {
    #[serde(default)]
    username: String,
    #[serde(default)]
    device_key: String,
    #[serde(default)]
    device_group_key: String,
    #[serde(default = "no_password")]
    password: DevicePassword,
}

fn no_password() -> DevicePassword {
    DevicePassword::new("")
}

const VERSION: u32 = 1;

impl From<Devices> for Stored {
    fn from(devices: Devices) -> Self {
        let stored = |record: DeviceRecord| {
            let DeviceRecord { username, device_key, device_group_key, password } = record;
            StoredDevice { username, device_key, device_group_key, password }
        };
        let Devices { records, aliases } = devices;
        Self { version: VERSION, devices: records.into_values().map(stored).collect(), aliases }
    }
}

impl TryFrom<Stored> for Devices {
    type Error = &'static str;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        if stored.version != VERSION {
            return Err("the devices were stored by another version");
        }
        let complete = |device: StoredDevice| {
            let StoredDevice { username, device_key, device_group_key, password } = device;
            DeviceRecord::new(username, device_key, device_group_key, password).ok()
        };
        let mut devices: Self = stored.devices.into_iter().filter_map(complete).collect();
        for (alias, username) in stored.aliases {
            devices.insert_alias(alias, &username);
        }
        Ok(devices)
    }
}
