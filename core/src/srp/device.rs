//! What a client registers for a device that is to be remembered.

use alloc::string::String;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint::{BigInt, Sign};
use zeroize::Zeroizing;

use super::{Identity, group, integer, private_key};
use crate::secret::DevicePassword;
use crate::seed::Seed;

/// A device's password, and the salt and verifier by which the service will know it.
///
/// ConfirmDevice takes the salt and the verifier as `DeviceSecretVerifierConfig`; the password stays with the client.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_DeviceSecretVerifierConfigType.html>
#[derive(Clone)]
pub struct DeviceVerifier {
    password: DevicePassword,
    salt: String,
    verifier: Zeroizing<String>,
}

impl DeviceVerifier {
    /// Draws a new password and salt from the seed.
    #[must_use]
    pub fn generate(device_group_key: &str, device_key: &str, seed: &Seed) -> Self {
        let password = seed.expand::<40>("device password");
        let salt = seed.expand::<16>("device salt");
        Self::from_random_bytes(device_group_key, device_key, &password, &salt)
    }

    /// From bytes that are random already: 40 for the password and 16 for the salt.
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

    /// The device's password, 56 characters of base64. To be kept, and never sent.
    #[must_use]
    pub fn password(&self) -> &DevicePassword {
        &self.password
    }

    /// `Salt`, base64.
    #[must_use]
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// `PasswordVerifier`, base64.
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
