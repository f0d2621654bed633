//! SRP of the client and of the simulated service: both agree on any input, and disagree after a one-bit
//! change.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognito_core::Seed;
use cognito_core::srp::{DeviceVerifier, EphemeralKey, Identity};
use cognito_testkit::srp::{KeyExchange, Verifier, parse_public, signature};
use num_bigint::BigUint;
use proptest::prelude::*;

/// The inputs of one SRP proof.
#[derive(Debug, Clone)]
struct Proof {
    pool: String,
    user: String,
    password: String,
    salt: Vec<u8>,
    a: Vec<u8>,
    b: Vec<u8>,
    secret_block: Vec<u8>,
    timestamp: String,
}

/// The values that the client receives from the service.
#[derive(Debug, Clone)]
struct SrpChallenge {
    salt: String,
    srp_b: String,
    secret_block: Vec<u8>,
    timestamp: String,
}

impl Proof {
    fn key(&self) -> EphemeralKey {
        EphemeralKey::from_bytes(&self.a).unwrap()
    }

    fn identity(&self) -> Identity<'_> {
        Identity { pool: &self.pool, user: &self.user, password: &self.password }
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(&self.pool, &self.user, &self.password, &self.salt)
    }

    /// Returns the challenge of the service, and the signature that the service expects.
    fn service_challenge(&self, verifier: &Verifier) -> (SrpChallenge, String) {
        let client_public = parse_public(&self.key().srp_a()).unwrap();
        let exchange = KeyExchange::new(verifier, client_public, &self.b).unwrap();
        let expected = signature(&exchange.key(), &self.pool, &self.user, &self.secret_block, &self.timestamp);
        let challenge = SrpChallenge {
            salt: verifier.salt_hex(),
            srp_b: exchange.public_hex(),
            secret_block: self.secret_block.clone(),
            timestamp: self.timestamp.clone(),
        };
        (challenge, expected)
    }

    /// Returns the client's signature in answer to a challenge.
    fn client_signature(&self, challenge: &SrpChallenge) -> String {
        let exchange = self.key().exchange(self.identity(), &challenge.salt, &challenge.srp_b).unwrap();
        exchange.claim_signature(&STANDARD.encode(&challenge.secret_block), &challenge.timestamp).unwrap()
    }
}

/// Generates text of any script and length, with spaces, control characters and emoji.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{1,99}",
        "[\\p{Emoji}\\p{Cyrillic}\\p{Han} ]{1,12}",
        " {1,3}[a-z]{0,9} {0,3}",
        Just("👩‍👩‍👧‍👦é e\u{301}".to_owned()),
        Just("x".repeat(256)),
    ]
}

/// Generates salts of 16 bytes. Some have the highest bit set, and some start with a zero byte.
fn salt() -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(any::<u8>(), 15), prop_oneof![0x80_u8..=0xff, Just(0), any::<u8>()])
        .prop_map(|(rest, first)| [vec![first], rest].concat())
}

/// Generates secret values with 256 bits, as in this client, or with 1,024 bits, as in the JavaScript
/// package.
fn secret_value() -> impl Strategy<Value = Vec<u8>> {
    let with_length =
        |bytes| prop::collection::vec(any::<u8>(), bytes).prop_filter("zero", |a| a.iter().any(|byte| *byte > 0));
    prop_oneof![with_length(32), with_length(128)]
}

fn proof() -> impl Strategy<Value = Proof> {
    let block = prop::collection::vec(any::<u8>(), 1..200);
    (text(), text(), text(), salt(), secret_value(), prop::collection::vec(any::<u8>(), 32), block, "[ -~]{1,30}")
        .prop_map(|(pool, user, password, salt, a, b, secret_block, timestamp)| Proof {
            pool,
            user,
            password,
            salt,
            a,
            b,
            secret_block,
            timestamp,
        })
}

/// Returns the bytes with one bit changed. `bytes` must not be empty.
fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    let bit = bit % (8 * bytes.len());
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

/// Changes one bit at or after `bit`, such that the text stays valid UTF-8. The lowest bit of the last byte
/// is always possible.
fn flipped_text(text: &str, bit: usize) -> String {
    let bits = 8 * text.len();
    (bit..bit + bits).find_map(|bit| String::from_utf8(flipped(text.as_bytes(), bit)).ok()).unwrap()
}

/// Changes one bit of a hexadecimal number.
fn flipped_hex(hex: &str, bit: usize) -> String {
    let number = BigUint::parse_bytes(hex.as_bytes(), 16).unwrap();
    let bit = (bit as u64) % number.bits().max(1);
    (number ^ (BigUint::from(1_u8) << bit)).to_str_radix(16)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn client_and_service_agree_on_any_input(proof in proof()) {
        let (challenge, expected) = proof.service_challenge(&proof.verifier());
        prop_assert_eq!(proof.client_signature(&challenge), expected);
    }

    #[test]
    fn any_one_bit_change_breaks_the_agreement(proof in proof(), bit in 0_usize..4096) {
        prop_assume!(!proof.password.is_empty());
        let (challenge, expected) = proof.service_challenge(&proof.verifier());
        prop_assert_eq!(&proof.client_signature(&challenge), &expected);

        let other = Proof { password: flipped_text(&proof.password, bit), ..proof.clone() };
        prop_assert_ne!(&other.client_signature(&challenge), &expected, "password");
        for changed in [
            SrpChallenge { salt: flipped_hex(&challenge.salt, bit), ..challenge.clone() },
            SrpChallenge { srp_b: flipped_hex(&challenge.srp_b, bit), ..challenge.clone() },
            SrpChallenge { secret_block: flipped(&challenge.secret_block, bit), ..challenge.clone() },
            SrpChallenge { timestamp: flipped_text(&challenge.timestamp, bit), ..challenge.clone() },
        ] {
            prop_assert_ne!(&proof.client_signature(&changed), &expected, "{:?}", changed);
        }
    }

    #[test]
    fn a_device_and_the_service_agree_until_a_bit_changes(
        proof in proof(),
        random: [u8; 32],
        bit in 0_usize..4096,
    ) {
        // For a device, the device key takes the place of the user name, and the device group key that of the
        // pool.
        let device = DeviceVerifier::generate(&proof.pool, &proof.user, &Seed::new(random));
        let proof = Proof { password: device.password().expose().to_owned(), ..proof };
        let number = |base64: &str| BigUint::from_bytes_be(&STANDARD.decode(base64).unwrap());
        let verifier = Verifier::from_parts(number(device.salt()), number(device.password_verifier()));
        prop_assert!(verifier.matches(&proof.pool, &proof.user, &proof.password));
        let (challenge, expected) = proof.service_challenge(&verifier);
        prop_assert_eq!(&proof.client_signature(&challenge), &expected);

        let other = Proof { password: flipped_text(&proof.password, bit), ..proof.clone() };
        prop_assert_ne!(&other.client_signature(&challenge), &expected, "password");
        for changed in [
            SrpChallenge { salt: flipped_hex(&challenge.salt, bit), ..challenge.clone() },
            SrpChallenge { srp_b: flipped_hex(&challenge.srp_b, bit), ..challenge.clone() },
            SrpChallenge { secret_block: flipped(&challenge.secret_block, bit), ..challenge.clone() },
            SrpChallenge { timestamp: flipped_text(&challenge.timestamp, bit), ..challenge.clone() },
        ] {
            prop_assert_ne!(&proof.client_signature(&changed), &expected, "{:?}", changed);
        }
    }
}
