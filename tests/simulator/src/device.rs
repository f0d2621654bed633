//! The devices of a user, and their description in the API.

use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt;

use cognito_core::Timestamp;
use num_bigint::BigUint;
use serde_json::{Value, json};

use crate::crypto::{base64_url, first_bytes, from_base64};
use crate::failure::Failure;
use crate::random::Random;
use crate::srp::{Verifier, modulus};

/// The devices that a user has confirmed.
#[derive(Default)]
pub(crate) struct Devices {
    confirmed: BTreeMap<String, Device>,
    /// The keys of forgotten devices.
    forgotten: BTreeSet<String>,
}

/// A confirmed device, which proves by SRP that it knows the password of its verifier.
pub(crate) struct Device {
    key: String,
    name: Option<String>,
    pub(crate) verifier: Verifier,
    pub(crate) remembered: bool,
    created: Timestamp,
    modified: Timestamp,
    last_authenticated: Timestamp,
}

impl Devices {
    pub(crate) fn find(&self, key: &str) -> Result<&Device, Failure> {
        self.confirmed.get(key).ok_or_else(no_device)
    }

    pub(crate) fn find_mut(&mut self, key: &str) -> Result<&mut Device, Failure> {
        self.confirmed.get_mut(key).ok_or_else(no_device)
    }

    pub(crate) fn confirm(&mut self, device: Device) -> Result<(), Failure> {
        if self.confirmed.contains_key(&device.key) {
            return Err(Failure::new("DeviceKeyExistsException", "Device already exists."));
        }
        self.confirmed.insert(device.key.clone(), device);
        Ok(())
    }

    pub(crate) fn forget(&mut self, key: &str) -> Result<(), Failure> {
        self.confirmed.remove(key).ok_or_else(no_device)?;
        self.forgotten.insert(key.to_owned());
        Ok(())
    }

    pub(crate) fn was_forgotten(&self, key: &str) -> bool {
        self.forgotten.contains(key)
    }

    /// Returns the devices as a list of the API's `DeviceType`, oldest first.
    pub(crate) fn list(&self) -> Vec<Value> {
        let mut devices: Vec<_> = self.confirmed.values().collect();
        devices.sort_by_key(|device| (device.created, &device.key));
        devices.into_iter().map(Device::description).collect()
    }
}

impl Device {
    pub(crate) fn new(key: String, name: Option<String>, verifier: Verifier, remembered: bool, now: Timestamp) -> Self {
        Self { key, name, verifier, remembered, created: now, modified: now, last_authenticated: now }
    }

    /// Records a sign-in from this device, and returns the device key.
    pub(crate) fn record_sign_in(&mut self, now: Timestamp) -> String {
        self.last_authenticated = now;
        self.key.clone()
    }

    /// Sets whether the device is remembered, from the API's `DeviceRememberedStatus`.
    pub(crate) fn set_status(&mut self, status: &str, now: Timestamp) {
        self.remembered = status == "remembered";
        self.modified = now;
    }

    /// Returns this device as the API's `DeviceType`.
    ///
    /// The simulator does not know the IP address of a caller. `last_ip_used` is an address that is reserved
    /// for documentation.
    pub(crate) fn description(&self) -> Value {
        let status = if self.remembered { "remembered" } else { "not_remembered" };
        let name = self.name.as_deref().map(|name| ("device_name", name));
        let attributes = [
            name,
            Some(("device_status", "valid")),
            Some(("last_ip_used", "192.0.2.1")),
            Some(("dev:device_remembered_status", status)),
        ];
        let attributes: Vec<_> =
            attributes.into_iter().flatten().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        json!({
            "DeviceKey": self.key,
            "DeviceAttributes": attributes,
            "DeviceCreateDate": self.created.as_unix_seconds(),
            "DeviceLastModifiedDate": self.modified.as_unix_seconds(),
            "DeviceLastAuthenticatedDate": self.last_authenticated.as_unix_seconds(),
        })
    }
}

impl fmt::Debug for Devices {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Devices").field("count", &self.confirmed.len()).finish_non_exhaustive()
    }
}

/// Returns the device group key, which SRP hashes for a device instead of the pool name.
///
/// All devices of a user have the same device group key.
pub(crate) fn group_key(random: &Random, sub: &str) -> String {
    format!("-{}", base64_url(&first_bytes::<6>(&random.keyed("device group", sub))))
}

/// Reads the API's `DeviceSecretVerifierConfigType`: a salt and an SRP verifier, both in base64.
///
/// The salt must have 1 to 32 bytes. The verifier must be greater than 0 and less than the SRP modulus.
pub(crate) fn read_verifier(salt: &str, verifier: &str) -> Result<Verifier, Failure> {
    let salt = from_base64(salt).filter(|salt| (1..=32).contains(&salt.len()));
    let salt = salt.ok_or_else(|| Failure::invalid_parameter("Invalid device salt."))?;
    let verifier = from_base64(verifier).map(|bytes| BigUint::from_bytes_be(&bytes));
    let verifier = verifier.filter(|verifier| *verifier != BigUint::ZERO && verifier < modulus());
    let verifier = verifier.ok_or_else(|| Failure::invalid_parameter("Invalid device password verifier."))?;
    Ok(Verifier::from_parts(BigUint::from_bytes_be(&salt), verifier))
}

pub(crate) fn no_device() -> Failure {
    Failure::not_found("Device does not exist.")
}
