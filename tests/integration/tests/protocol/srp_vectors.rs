//! SRP of the simulated service, compared with transcripts of other clients.

use cognito_testkit::srp::{KeyExchange, Verifier, modulus, padded, parse_public, signature};
use num_bigint::BigUint;
use serde_json::Value;

#[track_caller]
fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn srp() -> Value {
    vectors(include_str!("../../../../core/src/srp/vectors/srp.json"))
}

fn behaviour() -> Value {
    vectors(include_str!("../../../../core/src/srp/vectors/behaviour.json"))
}

#[track_caller]
fn text<'value>(value: &'value Value, name: &str) -> &'value str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}"))
}

#[track_caller]
fn bytes(hex: &str) -> Vec<u8> {
    BigUint::parse_bytes(hex.as_bytes(), 16).unwrap().to_bytes_be()
}

#[track_caller]
fn decoded(base64: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(base64).unwrap()
}

#[test]
fn the_modulus_matches_the_transcripts() {
    assert_eq!(modulus().to_str_radix(16), text(&srp(), "modulus"));
}

#[test]
fn the_verifier_matches_every_transcript() {
    let srp = srp();
    let sign_ins = srp["sign_in"].as_array().unwrap();
    assert!(sign_ins.len() > 40);
    for vector in sign_ins {
        let salt = bytes(text(vector, "salt"));
        let (group, user, password) = (text(vector, "group"), text(vector, "username"), text(vector, "password"));
        let verifier = Verifier::new(group, user, password, &salt);
        assert_eq!(verifier.verifier().to_str_radix(16), text(vector, "verifier"), "{}", text(vector, "edge"));
        assert!(verifier.matches(group, user, password));
        assert!(!verifier.matches(group, user, "another"));
    }
}

#[test]
fn the_service_derives_the_same_values_as_the_client() {
    for vector in behaviour()["srp"].as_array().unwrap() {
        let name = text(vector, "name");
        let (group, user) = (text(vector, "pool_name"), text(vector, "username"));
        let verifier = Verifier::new(group, user, text(vector, "password"), &bytes(text(vector, "salt_wire_hex")));
        let client_public = parse_public(text(vector, "srp_a")).unwrap();
        let exchange = KeyExchange::new(&verifier, client_public, &bytes(text(vector, "b_hex"))).unwrap();
        assert_eq!(exchange.public_hex(), text(vector, "srp_b"), "B of {name}");
        let shared = text(vector, "s_hex").trim_start_matches('0');
        assert_eq!(exchange.shared_secret().to_str_radix(16), shared, "S of {name}");
        assert_eq!(exchange.key().to_vec(), key_bytes(text(vector, "hkdf_key_hex")), "K of {name}");
        let block = decoded(text(vector, "secret_block_b64"));
        let claimed = signature(&exchange.key(), group, user, &block, text(vector, "timestamp"));
        assert_eq!(claimed, text(vector, "signature_b64"), "signature of {name}");
    }
}

/// Decodes a hexadecimal key with its leading zeros, which `bytes` would drop.
#[track_caller]
fn key_bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn the_signature_matches_every_transcript() {
    for vector in srp()["sign_in"].as_array().unwrap() {
        let key = key_bytes(text(vector, "key")).try_into().unwrap();
        let block = decoded(text(vector, "secret_block"));
        let claimed =
            signature(&key, text(vector, "group"), text(vector, "username"), &block, text(vector, "timestamp"));
        assert_eq!(claimed, text(vector, "signature"), "{}", text(vector, "edge"));
    }
}

#[test]
fn device_and_user_verifiers_are_computed_the_same_way() {
    for vector in srp()["device"].as_array().unwrap() {
        let salt = bytes(text(vector, "random_salt_bytes"));
        let (group, key) = (text(vector, "device_group_key"), text(vector, "device_key"));
        let verifier = Verifier::new(group, key, text(vector, "random_password"), &salt);
        assert_eq!(padded(verifier.verifier()), decoded(text(vector, "password_verifier_base64")));
    }
}

#[test]
fn numbers_are_padded_as_in_java() {
    let padded_hex = |number: u32| padded(&BigUint::from(number));
    assert_eq!(padded_hex(0), [0]);
    assert_eq!(padded_hex(127), [0x7f]);
    assert_eq!(padded_hex(128), [0, 0x80]);
    assert_eq!(padded_hex(256), [1, 0]);
}

#[test]
fn a_multiple_of_the_modulus_starts_no_exchange() {
    let verifier = Verifier::new("group", "user", "password", &[1; 16]);
    for multiple in [BigUint::ZERO, modulus().clone(), modulus() * 2_u8] {
        assert!(KeyExchange::new(&verifier, multiple, &[9; 32]).is_none());
    }
}
