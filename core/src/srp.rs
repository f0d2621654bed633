//! Secure Remote Password (SRP) as Cognito uses it: the client's side, for users and for remembered devices.
//!
//! Cognito uses SRP-6a ([RFC 5054]) with SHA-256, in the 3072-bit group 15 of [RFC 3526] with generator 2.
//! Cognito differs from RFC 5054 in three details. To hash an integer, Cognito encodes the integer like
//! Java's `BigInteger.toByteArray`. This module calls the encoding `PAD`. The shared key is 16 bytes of
//! HKDF-SHA256 ([RFC 5869]) with the salt `PAD(u)` and the info text `Caldera Derived Key`. The client's
//! proof is an HMAC over the names of the pool and the user, a secret block and a timestamp. The server sends
//! no proof to the client.
//!
//! ```text
//! A = g^a                               k = H(PAD(N) | PAD(g))
//! u = H(PAD(A) | PAD(B))                x = H(PAD(salt) | H(pool | user | ":" | password))
//! S = (B - k*g^x) ^ (a + u*x) mod N     K = HKDF(salt = PAD(u), input = PAD(S))
//! signature = HMAC(K, pool | user | secret block | timestamp)
//! ```
//!
//! For a user, `pool` is the part of the user pool id after the `_`, and `user` is USER_ID_FOR_SRP, not the
//! name that the user typed. For a device, `pool` is the device group key, and `user` is the device key.
//!
//! Exponentiations with a secret exponent take constant time for a given length of `a`. This module uses
//! num-bigint only to compute public integers. All secrets that this module holds are zeroized on drop, but
//! the module cannot zeroize the copies that the arithmetic leaves on the stack.
//!
//! ```
//! use cognito_core::srp::{EphemeralKey, Identity};
//!
//! let key = EphemeralKey::from_bytes(&[7; 32])?;
//! let (pool, user, password) = ("QdbSdK39m", "0d4f1c2e", "correct horse");
//! let identity = Identity { pool, user, password };
//! // The client sends key.srp_a(), and the service answers with SALT, SRP_B and
//! // SECRET_BLOCK.
//! let salt = "22cb089ced3d3d89cbba8f0440f29226";
//! let exchange = key.exchange(identity, salt, "e36e39a5d1f1")?;
//! let signature = exchange.claim_signature("b3BhcXVl", "Tue Jan 1 06:06:09 UTC 2019")?;
//! assert_eq!(signature.len(), 44);
//! # Ok::<(), cognito_core::srp::SrpError>(())
//! ```
//!
//! [RFC 3526]: https://www.rfc-editor.org/rfc/rfc3526#section-4
//! [RFC 5054]: https://www.rfc-editor.org/rfc/rfc5054#section-2.6
//! [RFC 5869]: https://www.rfc-editor.org/rfc/rfc5869

mod comb;
mod device;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod group;
mod integer;
mod residue;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use num_bigint::{BigInt, Sign};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::encoding::lenient_base64;

pub use device::DeviceVerifier;

/// The user or device that authenticates by SRP, and its password. The documentation of the [module](self)
/// defines `pool` and `user`.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// The name of the user pool, or the device group key.
    pub pool: &'a str,
    /// The USER_ID_FOR_SRP of the user, or the device key.
    pub user: &'a str,
    /// The password of the user or of the device.
    pub password: &'a str,
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Identity").field("pool", &self.pool).field("user", &self.user).finish_non_exhaustive()
    }
}

/// The reason why the SRP arithmetic rejected its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SrpError {
    /// The secret value `a` is zero, or is longer than [`EphemeralKey::MAX_BYTES`].
    #[error("the secret value a must not be zero or longer than 128 bytes")]
    EphemeralKey,
    /// SALT or SRP_B is not a hexadecimal integer.
    #[error("{0} must be a hexadecimal integer")]
    NotHexadecimal(&'static str),
    /// SALT or SRP_B has more than 1,024 digits.
    #[error("{0} must have at most 1024 digits")]
    TooLong(&'static str),
    /// SRP_B is zero modulo N, which shows that the sender does not know the verifier.
    #[error("SRP_B must not be zero modulo N")]
    ZeroPublicValue,
    /// The scrambling parameter u is zero.
    #[error("the scrambling parameter u must not be zero")]
    ZeroScramblingParameter,
    /// SECRET_BLOCK is not valid base64.
    #[error("SECRET_BLOCK must be base64")]
    SecretBlock,
}

/// The client's ephemeral key pair: the secret value `a` and the public value `A`. Use each ephemeral key for
/// one sign-in only.
#[derive(Clone)]
pub struct EphemeralKey {
    secret: Zeroizing<residue::Exponent>,
    secret_bits: u32,
    public: BigInt,
}

impl EphemeralKey {
    /// The maximum length of `a`, in bytes. AWS's JavaScript package uses keys of the maximum length, but 32
    /// bytes are enough.
    pub const MAX_BYTES: usize = 128;

    /// Creates the key pair from the secret value `a`, in big-endian order. The bytes of `a` must come from a
    /// cryptographically secure source.
    ///
    /// # Errors
    /// [`SrpError::EphemeralKey`] if `a` is zero or too long.
    pub fn from_bytes(a: &[u8]) -> Result<Self, SrpError> {
        // Java's encoding of an integer whose top bit is set starts with a zero byte.
        let a = a.strip_prefix(&[0]).filter(|_| a.len() == Self::MAX_BYTES + 1).unwrap_or(a);
        if a.len() > Self::MAX_BYTES || a.iter().all(|byte| *byte == 0) {
            return Err(SrpError::EphemeralKey);
        }
        let secret = Zeroizing::new(group::exponent(a));
        let secret_bits = u32::try_from(a.len() * 8).map_err(|_| SrpError::EphemeralKey)?;
        let public = group::power_of_generator(&secret, secret_bits);
        Ok(Self { secret, secret_bits, public: BigInt::from_bytes_be(Sign::Plus, &public) })
    }

    /// Returns SRP_A, which is the public value in lower-case hexadecimal without leading zeros.
    #[must_use]
    pub fn srp_a(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// Computes the values of the SRP exchange from `SALT` and `SRP_B`, which the service sends. Both are
    /// signed hexadecimal integers of up to 1,024 digits. The service also sends a salt for a user who does
    /// not exist, and this salt may be negative.
    ///
    /// # Errors
    /// [`SrpError`] if `salt` or `srp_b` is invalid, if SRP_B is zero modulo N, or if u is zero.
    pub fn exchange(&self, identity: Identity<'_>, salt: &str, srp_b: &str) -> Result<Exchange, SrpError> {
        let salt = integer::parse("SALT", salt)?;
        let server = integer::parse("SRP_B", srp_b)?;
        let base = group::reduce(&server).ok_or(SrpError::ZeroPublicValue)?;
        let scrambling = scrambling_parameter(&self.public, &server);
        if scrambling == [0; 32] {
            return Err(SrpError::ZeroScramblingParameter);
        }
        let private_key = private_key(identity, &salt);
        let premaster = group::premaster_secret(&base, &self.secret, self.secret_bits, &scrambling, &private_key);
        let claim_key = claim_key(&scrambling, &premaster);
        let signed = [identity.pool, identity.user].concat();
        Ok(Exchange { scrambling, private_key, premaster, claim_key, signed })
    }
}

impl fmt::Debug for EphemeralKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EphemeralKey").finish_non_exhaustive()
    }
}

/// The result of an SRP exchange. Every value except the scrambling parameter is as secret as the password.
///
/// A sign-in needs only [`claim_signature`](Self::claim_signature). The other methods return intermediate
/// values, for tests.
pub struct Exchange {
    scrambling: [u8; 32],
    private_key: Zeroizing<[u8; 32]>,
    premaster: Zeroizing<Vec<u8>>,
    claim_key: Zeroizing<[u8; 16]>,
    signed: String,
}

impl Exchange {
    /// Returns the scrambling parameter u, in big-endian order. The scrambling parameter is not secret.
    #[must_use]
    pub fn scrambling_parameter(&self) -> &[u8; 32] {
        &self.scrambling
    }

    /// Returns the private key x, in big-endian order. Keep the private key secret: an attacker who has this
    /// key can sign in without the password.
    #[must_use]
    pub fn private_key(&self) -> &[u8; 32] {
        &self.private_key
    }

    /// Returns the premaster secret S in big-endian order. S has 384 bytes, like N. The value S must be kept
    /// secret.
    #[must_use]
    pub fn premaster_secret(&self) -> &[u8] {
        &self.premaster
    }

    /// Returns the key K, with which the signature is computed. The key K must be kept secret.
    #[must_use]
    pub fn claim_key(&self) -> &[u8; 16] {
        &self.claim_key
    }

    /// Computes PASSWORD_CLAIM_SIGNATURE, in base64. `secret_block` is the SECRET_BLOCK that the service
    /// sent, in base64 with or without padding. `timestamp` is the TIMESTAMP that the client sends together
    /// with the signature ([`Timestamp::cognito_text`]).
    ///
    /// # Errors
    /// [`SrpError::SecretBlock`] if `secret_block` is not valid base64.
    ///
    /// [`Timestamp::cognito_text`]: crate::Timestamp::cognito_text
    pub fn claim_signature(&self, secret_block: &str, timestamp: &str) -> Result<String, SrpError> {
        let secret_block = lenient_base64::decode(secret_block).ok_or(SrpError::SecretBlock)?;
        let mut mac = hmac(&self.claim_key[..]);
        for part in [self.signed.as_bytes(), &secret_block, timestamp.as_bytes()] {
            mac.update(part);
        }
        Ok(STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Exchange").finish_non_exhaustive()
    }
}

/// Computes the verifier v = g^x in big-endian order. The verifier has 384 bytes, like N. The service stores
/// the verifier in place of the password. `salt` is a signed hexadecimal integer. Keep the verifier secret:
/// an attacker who has the verifier can test guesses of the password.
///
/// # Errors
/// [`SrpError`] if `salt` is not a hexadecimal integer of up to 1,024 digits.
pub fn verifier(identity: Identity<'_>, salt: &str) -> Result<Vec<u8>, SrpError> {
    Ok(group::verifier(&private_key(identity, &integer::parse("SALT", salt)?)))
}

fn scrambling_parameter(client: &BigInt, server: &BigInt) -> [u8; 32] {
    Sha256::new().chain_update(integer::pad(client)).chain_update(integer::pad(server)).finalize().into()
}

fn private_key(identity: Identity<'_>, salt: &BigInt) -> Zeroizing<[u8; 32]> {
    let mut inner = Sha256::new();
    for part in [identity.pool, identity.user, ":", identity.password] {
        inner.update(part);
    }
    let inner = Zeroizing::new(<[u8; 32]>::from(inner.finalize()));
    Zeroizing::new(Sha256::new().chain_update(integer::pad(salt)).chain_update(inner.as_slice()).finalize().into())
}

fn claim_key(scrambling: &[u8], premaster: &[u8]) -> Zeroizing<[u8; 16]> {
    let salt = integer::pad_unsigned(scrambling);
    let input = integer::pad_unsigned(premaster);
    let mut key = Zeroizing::new([0; 16]);
    Hkdf::<Sha256>::new(Some(&salt), &input)
        .expand(b"Caldera Derived Key", key.as_mut_slice())
        .expect("16 bytes are within HKDF's limit of 255 blocks");
    key
}

pub(crate) fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC accepts a key of any length")
}
