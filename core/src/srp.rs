//! Secure Remote Password as Cognito speaks it: the client's half, for users and for remembered devices.
//!
//! It is SRP-6a ([RFC 5054]) over the 3072-bit group 15 of [RFC 3526] with generator 2 and SHA-256, with three habits of
//! the service's own. Integers are hashed as Java's `BigInteger.toByteArray` writes them, which is called `PAD` here.
//! The shared key is 16 bytes of HKDF-SHA256 ([RFC 5869]) with salt `PAD(u)` and the info text `Caldera Derived Key`.
//! The proof is an HMAC over names, a secret block and a timestamp, and the server proves nothing in return.
//!
//! ```text
//! A = g^a                                  k = H(PAD(N) | PAD(g))
//! u = H(PAD(A) | PAD(B))                   x = H(PAD(salt) | H(pool | user | ":" | password))
//! S = (B - k*g^x) ^ (a + u*x) mod N        K = HKDF(salt = PAD(u), input = PAD(S))
//! signature = HMAC(K, pool | user | secret block | timestamp)
//! ```
//!
//! For a user, `pool` is the part of the user pool's id after the `_`, and `user` is USER_ID_FOR_SRP, never what was
//! typed. For a device they are the device group key and the device key.
//!
//! Exponentiations with a secret exponent take constant time for a given length of `a`; public integers are num-bigint.
//! Everything secret that this module holds is zeroized on drop; copies that the arithmetic leaves on the stack are out of
//! its reach.
//!
//! ```
//! use cognito_core::srp::{EphemeralKey, Identity};
//!
//! let key = EphemeralKey::from_bytes(&[7; 32])?;
//! let identity = Identity { pool: "QdbSdK39m", user: "0d4f1c2e", password: "correct horse" };
//! // key.srp_a() goes to the service, which answers with SALT, SRP_B and SECRET_BLOCK.
//! let exchange = key.exchange(identity, "22cb089ced3d3d89cbba8f0440f29226", "e36e39a5d1f1")?;
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

/// Who proves, and with what. See the [module](self) for what `pool` and `user` are.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// The user pool's name, or the device group key.
    pub pool: &'a str,
    /// USER_ID_FOR_SRP, or the device key.
    pub user: &'a str,
    /// The user's password, or the device's.
    pub password: &'a str,
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Identity").field("pool", &self.pool).field("user", &self.user).finish_non_exhaustive()
    }
}

/// Why the arithmetic was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SrpError {
    /// `a` is zero or longer than [`EphemeralKey::MAX_BYTES`].
    #[error("the secret value a must be neither zero nor longer than 128 bytes")]
    EphemeralKey,
    /// SALT or SRP_B is not a hexadecimal integer.
    #[error("{0} is not a hexadecimal integer")]
    NotHexadecimal(&'static str),
    /// SALT or SRP_B has more than 1,024 digits.
    #[error("{0} has more than 1024 digits")]
    TooLong(&'static str),
    /// SRP_B is zero modulo N: whoever sent it does not know the verifier.
    #[error("SRP_B is zero modulo N")]
    ZeroPublicValue,
    /// The scrambling parameter u is zero.
    #[error("the scrambling parameter u is zero")]
    ZeroScramblingParameter,
    /// SECRET_BLOCK is not base64.
    #[error("SECRET_BLOCK is not base64")]
    SecretBlock,
}

/// The client's ephemeral pair: the secret value `a` and the public value `A`. For one sign-in only.
#[derive(Clone)]
pub struct EphemeralKey {
    secret: Zeroizing<residue::Exponent>,
    secret_bits: u32,
    public: BigInt,
}

impl EphemeralKey {
    /// The longest `a` that is taken, in bytes. The JavaScript package uses all of them; 32 are enough.
    pub const MAX_BYTES: usize = 128;

    /// From the secret value `a`, big-endian, which must come from a cryptographically secure source.
    ///
    /// # Errors
    /// [`SrpError::EphemeralKey`]
    pub fn from_bytes(a: &[u8]) -> Result<Self, SrpError> {
        // Java writes an integer whose top bit is set with a zero byte in front.
        let a = a.strip_prefix(&[0]).filter(|_| a.len() == Self::MAX_BYTES + 1).unwrap_or(a);
        if a.len() > Self::MAX_BYTES || a.iter().all(|byte| *byte == 0) {
            return Err(SrpError::EphemeralKey);
        }
        let secret = Zeroizing::new(group::exponent(a));
        let secret_bits = u32::try_from(a.len() * 8).map_err(|_| SrpError::EphemeralKey)?;
        let public = group::power_of_generator(&secret, secret_bits);
        Ok(Self { secret, secret_bits, public: BigInt::from_bytes_be(Sign::Plus, &public) })
    }

    /// SRP_A: the public value as the service takes it, lower-case hexadecimal without leading zeros.
    #[must_use]
    pub fn srp_a(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// Computes what both sides share from the service's `SALT` and `SRP_B`, both signed hexadecimal integers of up to
    /// 1,024 digits. (The service pretends to know users that it does not know, and may give these a negative salt.)
    ///
    /// # Errors
    /// [`SrpError`] when one of them is not such a number, and when SRP_B or u is zero.
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

/// What one exchange has come to. All but the scrambling parameter is as secret as the password.
///
/// A sign-in needs [`claim_signature`](Self::claim_signature) only; the intermediates are here for tests.
pub struct Exchange {
    scrambling: [u8; 32],
    private_key: Zeroizing<[u8; 32]>,
    premaster: Zeroizing<Vec<u8>>,
    claim_key: Zeroizing<[u8; 16]>,
    signed: String,
}

impl Exchange {
    /// u, big-endian. Public.
    #[must_use]
    pub fn scrambling_parameter(&self) -> &[u8; 32] {
        &self.scrambling
    }

    /// x, big-endian. Secret: with the salt it is as good as the password.
    #[must_use]
    pub fn private_key(&self) -> &[u8; 32] {
        &self.private_key
    }

    /// S, big-endian, in the 384 bytes of N. Secret.
    #[must_use]
    pub fn premaster_secret(&self) -> &[u8] {
        &self.premaster
    }

    /// K, the key of the signature. Secret.
    #[must_use]
    pub fn claim_key(&self) -> &[u8; 16] {
        &self.claim_key
    }

    /// PASSWORD_CLAIM_SIGNATURE in base64. `secret_block` is SECRET_BLOCK as received, base64 with or without padding;
    /// `timestamp` is the TIMESTAMP that goes beside the signature ([`Timestamp::cognito_text`]).
    ///
    /// # Errors
    /// [`SrpError::SecretBlock`]
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

/// v = g^x in the 384 bytes of N, big-endian: what the service keeps in place of a password. `salt` is a signed hexadecimal
/// integer. Who has it can try out passwords, so it is not for everyone's eyes.
///
/// # Errors
/// [`SrpError`] when the salt is no such number.
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
        .expect("16 bytes are within HKDF's bound of 255 blocks");
    key
}

pub(crate) fn hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}
