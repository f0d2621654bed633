mod arithmetic;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use num_bigint::BigUint;
use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::{Seed, Timestamp};

const SALT: &str = "22cb089ced3d3d89cbba8f0440f29226";
const ALICE: Identity<'_> = Identity { pool: "QdbSdK39m", user: "alice", password: "Very$ecur3" };

fn key() -> EphemeralKey {
    EphemeralKey::from_bytes(&[7; 32]).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let even = if hex.len().is_multiple_of(2) { hex.to_string() } else { format!("0{hex}") };
    (0..even.len()).step_by(2).map(|at| u8::from_str_radix(&even[at..at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    BigUint::from_bytes_be(bytes).to_str_radix(16)
}

fn trimmed(hex: &str) -> &str {
    hex.trim_start_matches('0')
}

fn array<const BYTES: usize>(hex: &str) -> [u8; BYTES] {
    bytes(hex).try_into().unwrap()
}

#[derive(Deserialize)]
struct SrpFile {
    modulus: String,
    k: String,
    sign_in: Vec<SignInVector>,
    device: Vec<DeviceVector>,
    timestamps: Vec<TimestampVector>,
}

#[derive(Deserialize)]
struct SignInVector {
    edge: String,
    group: String,
    username: String,
    password: String,
    a: String,
    salt: String,
    srp_b: String,
    secret_block: String,
    timestamp: String,
    srp_a: String,
    u: String,
    x: String,
    s: String,
    key: String,
    signature: String,
    verifier: String,
}

#[derive(Deserialize)]
struct DeviceVector {
    device_group_key: String,
    device_key: String,
    random_password_bytes: String,
    random_salt_bytes: String,
    random_password: String,
    salt_base64: String,
    password_verifier_base64: String,
}

#[derive(Deserialize)]
struct TimestampVector {
    unix_seconds: u64,
    timestamp: String,
}

fn srp_file() -> SrpFile {
    serde_json::from_str(include_str!("vectors/srp.json")).unwrap()
}

fn multiplier() -> [u8; 32] {
    group::MULTIPLIER.to_be_bytes().into()
}

#[test]
fn the_group_is_the_group_of_the_vectors() {
    let file = srp_file();
    assert_eq!(group::modulus().to_str_radix(16), file.modulus);
    assert_eq!(hex(&multiplier()), file.k);
}

#[test]
fn every_sign_in_vector_agrees_in_every_intermediate() {
    let file = srp_file();
    assert_eq!(file.sign_in.len(), 51);
    for vector in file.sign_in {
        let identity = Identity { pool: &vector.group, user: &vector.username, password: &vector.password };
        let key = EphemeralKey::from_bytes(&bytes(&vector.a)).unwrap();
        assert_eq!(key.srp_a(), vector.srp_a, "{}", vector.edge);
        let exchange = key.exchange(identity, &vector.salt, &vector.srp_b).unwrap();
        assert_eq!(hex(exchange.scrambling_parameter()), trimmed(&vector.u), "{}", vector.edge);
        assert_eq!(hex(exchange.private_key()), trimmed(&vector.x), "{}", vector.edge);
        assert_eq!(hex(exchange.premaster_secret()), trimmed(&vector.s), "{}", vector.edge);
        assert_eq!(hex(exchange.claim_key()), trimmed(&vector.key), "{}", vector.edge);
        let signature = exchange.claim_signature(&vector.secret_block, &vector.timestamp).unwrap();
        assert_eq!(signature, vector.signature, "{}", vector.edge);
        assert_eq!(hex(&verifier(identity, &vector.salt).unwrap()), trimmed(&vector.verifier), "{}", vector.edge);
    }
}

#[test]
fn every_device_vector_agrees() {
    let file = srp_file();
    assert_eq!(file.device.len(), 8);
    for vector in file.device {
        let device = DeviceVerifier::from_random_bytes(
            &vector.device_group_key,
            &vector.device_key,
            &array(&vector.random_password_bytes),
            &array(&vector.random_salt_bytes),
        );
        assert_eq!(device.password().expose(), vector.random_password);
        assert_eq!(device.salt(), vector.salt_base64);
        assert_eq!(device.password_verifier(), vector.password_verifier_base64);
    }
}

#[test]
fn every_timestamp_vector_agrees() {
    let file = srp_file();
    assert_eq!(file.timestamps.len(), 19);
    for vector in file.timestamps {
        assert_eq!(Timestamp::from_unix_seconds(vector.unix_seconds).cognito_text(), vector.timestamp);
    }
}

#[derive(Deserialize)]
struct BehaviourFile {
    srp: Vec<BehaviourSignIn>,
    device: Vec<BehaviourDevice>,
    hashes: BehaviourHashes,
    timestamps: Vec<BehaviourTimestamp>,
}

#[derive(Deserialize)]
struct BehaviourSignIn {
    name: String,
    pool_name: String,
    username: String,
    password: String,
    a_hex: String,
    srp_a: String,
    srp_b: String,
    salt_wire_hex: String,
    salt_padded_hex: String,
    x_hex: String,
    u_hex: String,
    u_padded_hex: String,
    s_hex: String,
    s_padded_bytes: usize,
    hkdf_key_hex: String,
    secret_block_b64: String,
    timestamp: String,
    signature_b64: String,
}

#[derive(Deserialize)]
struct BehaviourDevice {
    name: String,
    device_group_key: String,
    device_key: String,
    random_password_bytes_hex: String,
    random_password_b64: String,
    salt_random_hex: String,
    salt_b64: String,
    x_hex: String,
    verifier_hex: String,
    password_verifier_b64: String,
}

#[derive(Deserialize)]
struct BehaviourHashes {
    k_hex: String,
    #[serde(rename = "u_for_A_abcd1234_B_deadbeef")]
    u: String,
    #[serde(rename = "hkdf_ikm_text_secretInputKey_salt_hex_7468697320697320612074c3a97374")]
    hkdf: String,
}

#[derive(Deserialize)]
struct BehaviourTimestamp {
    unix_ms: u64,
    text: String,
}

fn behaviour_file() -> BehaviourFile {
    serde_json::from_str(include_str!("vectors/behaviour.json")).unwrap()
}

#[test]
fn every_javascript_sign_in_agrees_in_every_intermediate() {
    for vector in behaviour_file().srp {
        let name = vector.name;
        let identity = Identity { pool: &vector.pool_name, user: &vector.username, password: &vector.password };
        let key = EphemeralKey::from_bytes(&bytes(&vector.a_hex)).unwrap();
        assert_eq!(key.srp_a(), vector.srp_a, "{name}");
        let salt = integer::parse("SALT", &vector.salt_wire_hex).unwrap();
        assert_eq!(integer::pad(&salt), bytes(&vector.salt_padded_hex), "{name}");
        let exchange = key.exchange(identity, &vector.salt_wire_hex, &vector.srp_b).unwrap();
        assert_eq!(hex(exchange.private_key()), trimmed(&vector.x_hex), "{name}");
        assert_eq!(hex(exchange.scrambling_parameter()), trimmed(&vector.u_hex), "{name}");
        assert_eq!(*integer::pad_unsigned(exchange.scrambling_parameter()), bytes(&vector.u_padded_hex), "{name}");
        assert_eq!(hex(exchange.premaster_secret()), trimmed(&vector.s_hex), "{name}");
        assert_eq!(integer::pad_unsigned(exchange.premaster_secret()).len(), vector.s_padded_bytes, "{name}");
        assert_eq!(exchange.claim_key().as_slice(), bytes(&vector.hkdf_key_hex), "{name}");
        let signature = exchange.claim_signature(&vector.secret_block_b64, &vector.timestamp).unwrap();
        assert_eq!(signature, vector.signature_b64, "{name}");
    }
}

#[test]
fn every_javascript_device_agrees() {
    for vector in behaviour_file().device {
        let name = vector.name;
        let salt_bytes = array(&vector.salt_random_hex);
        let device = DeviceVerifier::from_random_bytes(
            &vector.device_group_key,
            &vector.device_key,
            &array(&vector.random_password_bytes_hex),
            &salt_bytes,
        );
        assert_eq!(device.password().expose(), vector.random_password_b64, "{name}");
        assert_eq!(device.salt(), vector.salt_b64, "{name}");
        assert_eq!(device.password_verifier(), vector.password_verifier_b64, "{name}");
        let salt = BigInt::from_bytes_be(Sign::Plus, &salt_bytes);
        let password = &vector.random_password_b64;
        let identity = Identity { pool: &vector.device_group_key, user: &vector.device_key, password };
        assert_eq!(hex(private_key(identity, &salt).as_slice()), trimmed(&vector.x_hex), "{name}");
        assert_eq!(hex(&verifier(identity, &vector.salt_random_hex).unwrap()), trimmed(&vector.verifier_hex), "{name}");
    }
}

#[test]
fn the_hashes_of_the_javascript_package_agree() {
    let hashes = behaviour_file().hashes;
    assert_eq!(hex(&multiplier()), hashes.k_hex);
    let [client, server] = ["abcd1234", "deadbeef"].map(|text| integer::parse("SRP_B", text).unwrap());
    assert_eq!(hex(&scrambling_parameter(&client, &server)), hashes.u);
    let mut key = [0; 16];
    let salt = bytes("7468697320697320612074c3a97374");
    Hkdf::<Sha256>::new(Some(&salt), b"secretInputKey").expand(b"Caldera Derived Key", &mut key).unwrap();
    assert_eq!(hex(&key), hashes.hkdf);
}

#[test]
fn the_timestamps_of_the_javascript_package_agree() {
    for vector in behaviour_file().timestamps {
        assert_eq!(Timestamp::from_unix_millis(vector.unix_ms).cognito_text(), vector.text);
    }
}

#[test]
fn pad_is_javas_shortest_twos_complement() {
    for (integer, padded) in [
        (0, "00"),
        (2, "02"),
        (127, "7f"),
        (128, "0080"),
        (236, "00ec"),
        (256, "0100"),
        (-1, "ff"),
        (-128, "80"),
        (-129, "ff7f"),
        (-200, "ff38"),
        (-256, "ff00"),
    ] {
        assert_eq!(integer::pad(&BigInt::from(integer)), bytes(padded), "{integer}");
    }
}

#[test]
fn a_server_value_that_is_zero_modulo_n_is_rejected() {
    let modulus = group::modulus();
    for multiple in [BigInt::from(0), modulus.clone(), &modulus + &modulus, -modulus] {
        let error = key().exchange(ALICE, SALT, &multiple.to_str_radix(16)).unwrap_err();
        assert_eq!(error, SrpError::ZeroPublicValue);
    }
}

#[test]
fn numbers_of_up_to_1024_digits_are_accepted() {
    let longest = "f".repeat(1024);
    for number in [longest.as_str(), &format!("-{longest}"), "-1", "-22cb0", "ABCDEF", "0", "000123"] {
        assert!(key().exchange(ALICE, number, "2").is_ok(), "{number}");
    }
    let longer = "1".repeat(1025);
    assert_eq!(key().exchange(ALICE, &longer, "2").unwrap_err(), SrpError::TooLong("SALT"));
    assert_eq!(key().exchange(ALICE, SALT, &longer).unwrap_err(), SrpError::TooLong("SRP_B"));
}

#[test]
fn an_invalid_hexadecimal_number_is_rejected() {
    for number in ["", "-", "--1", "+1", "0x12", "12 ", "1_2", "xyz", "12\n", "é"] {
        assert_eq!(key().exchange(ALICE, number, "2").unwrap_err(), SrpError::NotHexadecimal("SALT"), "{number}");
        assert_eq!(key().exchange(ALICE, SALT, number).unwrap_err(), SrpError::NotHexadecimal("SRP_B"), "{number}");
    }
}

#[test]
fn a_zero_or_too_long_secret_value_is_rejected() {
    for a in [&[][..], &[0; 32], &[1; 129]] {
        assert_eq!(EphemeralKey::from_bytes(a).unwrap_err(), SrpError::EphemeralKey);
    }
    assert!(EphemeralKey::from_bytes(&[255; 128]).is_ok());
}

#[test]
fn a_secret_value_may_start_with_javas_sign_byte() {
    let mut signed = [255; 129];
    signed[0] = 0;
    let (with, without) = (EphemeralKey::from_bytes(&signed).unwrap(), EphemeralKey::from_bytes(&[255; 128]).unwrap());
    assert_eq!(with.srp_a(), without.srp_a());
}

#[test]
fn a_secret_block_may_lack_its_padding_but_must_be_base64() {
    let exchange = key().exchange(ALICE, SALT, "2").unwrap();
    let padded = exchange.claim_signature("b3BhcQ==", "now").unwrap();
    assert_eq!(exchange.claim_signature("b3BhcQ", "now").unwrap(), padded);
    assert_eq!(exchange.claim_signature("b3Bhc*==", "now").unwrap_err(), SrpError::SecretBlock);
}

#[test]
fn debug_shows_no_secret() {
    let exchange = key().exchange(ALICE, SALT, "2").unwrap();
    let device = DeviceVerifier::generate("-group", "key", &Seed::new([9; 32]));
    let debug = format!("{:?} {:?} {:?} {:?} {:?}", key(), exchange, ALICE, device, Seed::new([9; 32]));
    assert!(!debug.contains("Very$ecur3") && !debug.contains(device.password().expose()), "{debug}");
    assert!(!debug.contains("7, 7") && !debug.contains("9, 9"), "{debug}");
}

/// Computes the premaster secret with num-bigint, as the server does.
fn server_premaster(client: &BigInt, verifier: &BigInt, b: &BigInt, u: &BigInt) -> BigInt {
    let modulus = group::modulus();
    (client * verifier.modpow(u, &modulus)).modpow(b, &modulus)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_server_with_the_verifier_computes_the_same_secret(
        a in prop::collection::vec(any::<u8>(), 1..=128),
        b in prop::collection::vec(any::<u8>(), 1..=64),
        salt in "-?[0-9a-f]{1,32}",
        password in ".{1,20}",
    ) {
        prop_assume!(a.iter().any(|byte| *byte != 0) && b.iter().any(|byte| *byte != 0));
        let identity = Identity { password: &password, ..ALICE };
        let modulus = group::modulus();
        let verifier = BigInt::from_bytes_be(Sign::Plus, &verifier(identity, &salt).unwrap());
        let b = BigInt::from_bytes_be(Sign::Plus, &b);
        let k = BigInt::from_bytes_be(Sign::Plus, &multiplier());
        let server = (k * &verifier + BigInt::from(2).modpow(&b, &modulus)) % &modulus;

        let key = EphemeralKey::from_bytes(&a).unwrap();
        let exchange = key.exchange(identity, &salt, &server.to_str_radix(16)).unwrap();

        let u = BigInt::from_bytes_be(Sign::Plus, exchange.scrambling_parameter());
        let client = BigInt::parse_bytes(key.srp_a().as_bytes(), 16).unwrap();
        let expected = server_premaster(&client, &verifier, &b, &u);
        prop_assert_eq!(BigInt::from_bytes_be(Sign::Plus, exchange.premaster_secret()), expected);
    }

    #[test]
    fn any_two_texts_give_an_exchange_or_an_error(salt in ".{0,40}", server in ".{0,40}") {
        let _ = key().exchange(ALICE, &salt, &server);
    }
}

proptest! {
    #[test]
    fn pad_of_bytes_equals_pad_of_the_integer(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let integer = BigInt::from_bytes_be(Sign::Plus, &bytes);
        let padded = integer::pad_unsigned(&bytes);
        prop_assert_eq!(padded.as_slice(), integer::pad(&integer));
    }
}
