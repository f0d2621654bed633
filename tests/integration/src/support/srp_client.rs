//! An SRP client for tests of the simulated service, independent of the client under test.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use num_bigint::{BigInt, BigUint, Sign};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The ephemeral key pair of one SRP exchange.
pub struct SrpClient {
    secret: BigUint,
    public: BigUint,
}

fn modulus() -> BigUint {
    let vectors: Value = serde_json::from_str(include_str!("../../../../core/src/srp/vectors/srp.json")).unwrap();
    BigUint::parse_bytes(vectors["modulus"].as_str().unwrap().as_bytes(), 16).unwrap()
}

/// Returns the bytes that Java's `BigInteger.toByteArray` writes.
fn pad(number: &BigInt) -> Vec<u8> {
    number.to_signed_bytes_be()
}

fn hash(parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().to_vec()
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn unsigned(bytes: &[u8]) -> BigInt {
    BigInt::from_bytes_be(Sign::Plus, bytes)
}

impl SrpClient {
    pub fn new(secret: &[u8]) -> Self {
        let secret = BigUint::from_bytes_be(secret);
        let public = BigUint::from(2_u8).modpow(&secret, &modulus());
        Self { secret, public }
    }

    pub fn public_hex(&self) -> String {
        self.public.to_str_radix(16)
    }

    /// Returns the responses to a PASSWORD_VERIFIER challenge.
    #[track_caller]
    pub fn respond(&self, pool_id: &str, password: &str, challenge: &Value, timestamp: &str) -> Value {
        let text = |name: &str| challenge[name].as_str().unwrap_or_else(|| panic!("no {name} in {challenge}"));
        let group = pool_id.split_once('_').unwrap().1;
        let user = text("USER_ID_FOR_SRP");
        let mut responses = self.prove(group, user, password, challenge, timestamp);
        responses["USERNAME"] = json!(user);
        responses
    }

    /// Returns the responses that prove the password of a user or of a device.
    #[track_caller]
    pub fn prove(&self, group: &str, user: &str, password: &str, challenge: &Value, timestamp: &str) -> Value {
        let text = |name: &str| challenge[name].as_str().unwrap_or_else(|| panic!("no {name} in {challenge}"));
        let key = self.key(group, user, password, text("SALT"), text("SRP_B"));
        let block = STANDARD.decode(text("SECRET_BLOCK")).unwrap();
        let signature = hmac(&key, &[group.as_bytes(), user.as_bytes(), &block, timestamp.as_bytes()]);
        json!({
            "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature),
            "TIMESTAMP": timestamp,
        })
    }

    fn key(&self, group: &str, user: &str, password: &str, salt: &str, server_public: &str) -> Vec<u8> {
        let modulus = BigInt::from(modulus());
        let two = BigInt::from(2);
        let salt = BigInt::parse_bytes(salt.as_bytes(), 16).unwrap();
        let server_public = BigInt::parse_bytes(server_public.as_bytes(), 16).unwrap();
        let inner = hash(&[group.as_bytes(), user.as_bytes(), b":", password.as_bytes()]);
        let x = unsigned(&hash(&[&pad(&salt), &inner]));
        let k = unsigned(&hash(&[&pad(&modulus), &pad(&two)]));
        let u = unsigned(&hash(&[&pad(&BigInt::from(self.public.clone())), &pad(&server_public)]));
        let base = server_public - k * two.modpow(&x, &modulus);
        let exponent = BigInt::from(self.secret.clone()) + &u * x;
        // For a negative base, `modpow` returns the residue with the sign of the modulus, as SRP needs it.
        let shared = base.modpow(&exponent, &modulus);
        let extracted = hmac(&pad(&u), &[&pad(&shared)]);
        hmac(&extracted, &[b"Caldera Derived Key", &[1]])[..16].to_vec()
    }
}

/// Returns the `DeviceSecretVerifierConfigType` of a device with this password.
pub fn device_verifier(group: &str, device_key: &str, password: &str) -> Value {
    let salt = pad(&unsigned(b"sixteen bytes of"));
    let inner = hash(&[group.as_bytes(), device_key.as_bytes(), b":", password.as_bytes()]);
    let x = unsigned(&hash(&[&salt, &inner]));
    let verifier = BigInt::from(2).modpow(&x, &BigInt::from(modulus()));
    json!({ "Salt": STANDARD.encode(salt), "PasswordVerifier": STANDARD.encode(pad(&verifier)) })
}
