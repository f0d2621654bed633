//! The service's half of Cognito's SRP-6a, as functions without state.
//!
//! The arithmetic uses `num-bigint`. The arithmetic deliberately shares no code with a client, so that an
//! error of the client cannot hide. The arithmetic is not constant-time, because the password of a simulated
//! user is no secret.

use core::fmt;
use std::sync::LazyLock;

use num_bigint::BigUint;

use crate::crypto::{base64, first_bytes, hmac_sha256, sha256};

/// The modulus of group 15 of RFC 3526, in hexadecimal. The generator is 2.
const MODULUS: &[u8] = b"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6\
F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804\
F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A\
8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864\
D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E\
4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

static N: LazyLock<BigUint> = LazyLock::new(|| BigUint::parse_bytes(MODULUS, 16).unwrap_or_default());
static K: LazyLock<BigUint> = LazyLock::new(|| number(&sha256(&[&padded(&N), &padded(&g())])));

fn g() -> BigUint {
    BigUint::from(2_u8)
}

fn number(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(bytes)
}

/// Returns the modulus N of the SRP group.
#[must_use]
pub fn modulus() -> &'static BigUint {
    &N
}

/// Returns a number as big-endian bytes, like Java's `BigInteger.toByteArray`.
///
/// The result has as few bytes as possible, with a zero byte in front if the top bit is set. The protocol
/// hashes every number in this form, and never pads a number to the length of the modulus.
#[must_use]
pub fn padded(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| first & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    bytes
}

/// The verifier of a password, which the service stores: a salt, and `g^x mod N` for the salted hash x.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    salt: BigUint,
    verifier: BigUint,
}

impl Verifier {
    /// Computes the verifier of a password.
    ///
    /// For a user, `group` is the part of the pool id after the underscore, and `user` is the canonical user
    /// name. For a device, `group` is the device group key, and `user` is the device key.
    #[must_use]
    pub fn new(group: &str, user: &str, password: &str, salt: &[u8]) -> Self {
        let salt = number(salt);
        let verifier = g().modpow(&secret_exponent(group, user, password, &salt), &N);
        Self { salt, verifier }
    }

    /// Returns a verifier that a client has computed, as in ConfirmDevice.
    #[must_use]
    pub fn from_parts(salt: BigUint, verifier: BigUint) -> Self {
        Self { salt, verifier }
    }

    /// Returns whether this is the verifier of the password.
    #[must_use]
    pub fn matches(&self, group: &str, user: &str, password: &str) -> bool {
        g().modpow(&secret_exponent(group, user, password, &self.salt), &N) == self.verifier
    }

    /// Returns the salt in the form of SALT on the wire.
    ///
    /// The salt is in hexadecimal without leading zeros, so its length can be odd.
    #[must_use]
    pub fn salt_hex(&self) -> String {
        self.salt.to_str_radix(16)
    }

    /// Returns the number `g^x mod N` of the verifier.
    #[must_use]
    pub fn verifier(&self) -> &BigUint {
        &self.verifier
    }
}

fn secret_exponent(group: &str, user: &str, password: &str, salt: &BigUint) -> BigUint {
    let inner = sha256(&[group.as_bytes(), user.as_bytes(), b":", password.as_bytes()]);
    number(&sha256(&[&padded(salt), &inner]))
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verifier").finish_non_exhaustive()
    }
}

/// The service's state of one key exchange, after the client has sent its public number A.
#[derive(Clone)]
pub struct KeyExchange {
    verifier: BigUint,
    client_public: BigUint,
    secret: BigUint,
    public: BigUint,
}

impl KeyExchange {
    /// Computes the service's public number `B = k·v + g^b mod N`.
    ///
    /// Returns `None` if the client's public number A is a multiple of N. If the service accepted such a
    /// number, the client could sign in with any password.
    #[must_use]
    pub fn new(verifier: &Verifier, client_public: BigUint, secret: &[u8]) -> Option<Self> {
        if &client_public % &*N == BigUint::ZERO {
            return None;
        }
        let secret = number(secret);
        let verifier = verifier.verifier.clone();
        let public = (&*K * &verifier + g().modpow(&secret, &N)) % &*N;
        Some(Self { verifier, client_public, secret, public })
    }

    /// Returns the service's public number B in hexadecimal, which is the form of SRP_B on the wire.
    #[must_use]
    pub fn public_hex(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// Returns the shared secret `S = (A · v^u)^b mod N`.
    #[must_use]
    pub fn shared_secret(&self) -> BigUint {
        (&self.client_public * self.verifier.modpow(&self.scrambler(), &N)).modpow(&self.secret, &N)
    }

    /// Returns the 16-byte key that both sides derive with HKDF-SHA256.
    ///
    /// The input is PAD(S), and the salt is PAD(u), where PAD is [`padded`].
    #[must_use]
    pub fn key(&self) -> [u8; 16] {
        let extracted = hmac_sha256(&padded(&self.scrambler()), &[&padded(&self.shared_secret())]);
        first_bytes(&hmac_sha256(&extracted, &[b"Caldera Derived Key", &[1]]))
    }

    fn scrambler(&self) -> BigUint {
        number(&sha256(&[&padded(&self.client_public), &padded(&self.public)]))
    }
}

impl fmt::Debug for KeyExchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeyExchange").finish_non_exhaustive()
    }
}

/// Returns PASSWORD_CLAIM_SIGNATURE for a key.
///
/// `secret_block` is SECRET_BLOCK, decoded from base64.
#[must_use]
pub fn signature(key: &[u8; 16], group: &str, user: &str, secret_block: &[u8], timestamp: &str) -> String {
    base64(&hmac_sha256(key, &[group.as_bytes(), user.as_bytes(), secret_block, timestamp.as_bytes()]))
}

/// Parses SRP_A, which is any number of hexadecimal digits. Returns `None` if the text is invalid.
#[must_use]
pub fn parse_public(text: &str) -> Option<BigUint> {
    let digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    digits.then(|| BigUint::parse_bytes(text.as_bytes(), 16)).flatten()
}
