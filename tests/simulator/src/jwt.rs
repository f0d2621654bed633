//! JSON Web Tokens, signed with a public test key.

use std::sync::LazyLock;

use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use serde_json::{Map, Value, json};

use crate::crypto::{base64, base64_url, from_base64_url, sha256};
use crate::failure::Failure;

/// A PUBLIC TEST KEY, which is part of the source and protects nothing.
///
/// The key is fixed, so that the tokens of a simulator are the same in every run.
static TEST_KEY: LazyLock<Option<KeyPair>> = LazyLock::new(|| KeyPair::from_pkcs8(include_bytes!("test_key.der")).ok());

/// Signs the claims, and returns the token in the form `header.claims.signature`.
pub(crate) fn sign(claims: &Value) -> Result<String, Failure> {
    let unusable = || Failure::internal("The test key cannot be used.");
    let key = TEST_KEY.as_ref().ok_or_else(unusable)?;
    let header = json!({ "alg": "RS256", "kid": key_id(key) });
    let signed = format!("{}.{}", base64_url(header.to_string().as_bytes()), base64_url(claims.to_string().as_bytes()));
    let mut signature = vec![0; key.public().modulus_len()];
    // The random numbers only blind the computation. The signature does not depend on these numbers.
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).map_err(|_| unusable())?;
    Ok(format!("{signed}.{}", base64_url(&signature)))
}

/// A parsed token whose signature is not verified yet: see [`Jwt::is_genuine`].
pub(crate) struct Jwt<'token> {
    pub(crate) claims: Map<String, Value>,
    signed: &'token str,
    signature: Vec<u8>,
}

/// Parses a token without verifying its signature. Returns `None` if the text is not a JSON Web Token.
pub(crate) fn read(token: &str) -> Option<Jwt<'_>> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let object = |part| serde_json::from_slice::<Map<String, Value>>(&from_base64_url(part)?).ok();
    object(header)?;
    Some(Jwt { claims: object(claims)?, signed, signature: from_base64_url(signature)? })
}

impl Jwt<'_> {
    /// Returns whether the token is signed with the test key.
    pub(crate) fn is_genuine(&self) -> bool {
        TEST_KEY.as_ref().is_some_and(|key| {
            let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public().as_ref());
            key.verify(self.signed.as_bytes(), &self.signature).is_ok()
        })
    }

    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    pub(crate) fn seconds(&self, claim: &str) -> Option<u64> {
        self.claims.get(claim)?.as_u64()
    }

    /// Returns the audience of the token (`aud`), or the first audience if there are several.
    pub(crate) fn audience(&self) -> Option<&str> {
        self.text("aud").or_else(|| self.claims.get("aud")?.as_array()?.first()?.as_str())
    }
}

/// Returns the JSON Web Key Set that verifies tokens.
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
