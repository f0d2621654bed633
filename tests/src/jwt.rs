//! JSON Web Tokens, signed with a key that everybody has.

use std::sync::LazyLock;

use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};

use crate::crypto::{base64, base64_url, sha256};
use crate::failure::Failure;

/// A PUBLIC TEST KEY: it is part of the source, and protects nothing. With one fixed key the tokens of a simulator are
/// the same in every run.
static TEST_KEY: LazyLock<Option<KeyPair>> = LazyLock::new(|| KeyPair::from_pkcs8(include_bytes!("test_key.der")).ok());

/// `header.claims.signature`
pub(crate) fn sign(claims: &Value) -> Result<String, Failure> {
    let unusable = || Failure::internal("The test key cannot be used.");
    let key = TEST_KEY.as_ref().ok_or_else(unusable)?;
    let header = json!({ "alg": "RS256", "kid": key_id(key) });
    let signed = format!("{}.{}", base64_url(header.to_string().as_bytes()), base64_url(claims.to_string().as_bytes()));
    let mut signature = vec![0; key.public().modulus_len()];
    // The system's randomness blinds the arithmetic; the signature does not depend on it.
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).map_err(|_| unusable())?;
    Ok(format!("{signed}.{}", base64_url(&signature)))
}

/// The set of keys that tokens verify with.
pub(crate) fn key_set() -> Value {
    let Some(key) = TEST_KEY.as_ref() else { return json!({ "keys": [] }) };
    let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
    json!({ "keys": [{
        "alg": "RS256",
        "e": base64_url(&public.e),
        "kid": key_id(key),
        "kty": "RSA",
        "n": base64_url(&public.n),
        "use": "sig",
    }]})
}

fn key_id(key: &KeyPair) -> String {
    base64(&sha256(&[key.public().as_ref()]))
}
