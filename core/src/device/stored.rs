//! Devices as they are stored.

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
    /// The devices as a record.
    #[must_use]
    pub fn to_record(&self) -> Record {
        Record::new(json::to_vec(self).expect("devices are of texts"))
    }

    /// The devices in a record of this or an earlier version. Members that this version does not know are ignored, and
    /// so is a device that is not whole.
    ///
    /// # Errors
    /// [`Error::Store`] when the record is none of devices, or one of a later version.
    pub fn from_record(record: &Record) -> Result<Self, Error> {
        record.read("stored devices")
    }

    /// The devices in what the store has under the [devices' key](crate::storage::devices_key): none if it has nothing.
    ///
    /// # Errors
    /// Those of [`from_record`](Self::from_record).
    pub fn from_stored(record: Option<&Record>) -> Result<Self, Error> {
        record.map_or_else(|| Ok(Self::new()), Self::from_record)
    }
}

/// The stored form. The version goes up when an older reader would go wrong.
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
        let whole = |device: StoredDevice| {
            let StoredDevice { username, device_key, device_group_key, password } = device;
            DeviceRecord::new(username, device_key, device_group_key, password).ok()
        };
        let mut devices: Self = stored.devices.into_iter().filter_map(whole).collect();
        for (alias, username) in stored.aliases {
            devices.insert_alias(alias, &username);
        }
        Ok(devices)
    }
}
