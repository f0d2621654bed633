//! The values that a client computes to register a device.

use alloc::string::String;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint::{BigInt, Sign};
use zeroize::Zeroizing;

use super::{Identity, group, integer, private_key};
use crate::secret::DevicePassword;
use crate::seed::Seed;

/// A device's password, salt and verifier. The service checks the device's proof with the salt and the
/// verifier.
///
/// ConfirmDevice sends the salt and the verifier as `DeviceSecretVerifierConfig`. The password stays on the
/// client.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeviceSecretVerifierConfigType.html>
#[derive(Clone)]
pub struct DeviceVerifier {
    password: DevicePassword,
    salt: String,
    verifier: Zeroizing<String>,
}

impl DeviceVerifier {
    /// Derives a new password and a new salt from the seed, and computes the verifier.
    #[must_use]
    pub fn generate(device_group_key: &str, device_key: &str, seed: &Seed) -> Self {
        let password = seed.expand::<40>("device password");
        let salt = seed.expand::<16>("device salt");
        Self::from_random_bytes(device_group_key, device_key, &password, &salt)
    }

    /// Computes the verifier for a password of 40 random bytes and a salt of 16 random bytes.
    #[must_use]
    pub fn from_random_bytes(device_group_key: &str, device_key: &str, password: &[u8; 40], salt: &[u8; 16]) -> Self {
        let password = DevicePassword::from(STANDARD.encode(password));
        let identity = Identity { pool: device_group_key, user: device_key, password: password.expose() };
        let salt = BigInt::from_bytes_be(Sign::Plus, salt);
        let verifier = Zeroizing::new(group::verifier(&private_key(identity, &salt)));
        Self {
            salt: STANDARD.encode(integer::pad(&salt)),
            verifier: Zeroizing::new(STANDARD.encode(integer::pad_unsigned(&verifier).as_slice())),
            password,
        }
    }

    /// Returns the device's password, 56 characters of base64. The caller must store the password and must
    /// never send it.
    #[must_use]
    pub fn password(&self) -> &DevicePassword {
        &self.password
    }

    /// Returns the salt in base64, for the member `Salt` of ConfirmDevice.
    #[must_use]
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// Returns the verifier in base64, for the member `PasswordVerifier` of ConfirmDevice.
    #[must_use]
    pub fn password_verifier(&self) -> &str {
        &self.verifier
    }
}

impl fmt::Debug for DeviceVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DeviceVerifier").finish_non_exhaustive()
    }
}
