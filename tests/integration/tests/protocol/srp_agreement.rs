//! The client's half of SRP and the service's: they agree for all inputs, and for no input of which a bit has changed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognito_core::Seed;
use cognito_core::srp::{DeviceVerifier, EphemeralKey, Identity};
use cognito_testkit::srp::{KeyExchange, Verifier, parse_public, signature};
use num_bigint::BigUint;
use proptest::prelude::*;

/// All that one proof of a password is made of.
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

/// What the client has been sent.
#[derive(Debug, Clone)]
struct Sent {
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

    /// What the service sends, and the signature that it then waits for.
    fn of_service(&self, verifier: &Verifier) -> (Sent, String) {
        let client_public = parse_public(&self.key().srp_a()).unwrap();
        let exchange = KeyExchange::new(verifier, client_public, &self.b).unwrap();
        let awaited = signature(&exchange.key(), &self.pool, &self.user, &self.secret_block, &self.timestamp);
        let sent = Sent {
            salt: verifier.salt_hex(),
            srp_b: exchange.public_hex(),
            secret_block: self.secret_block.clone(),
            timestamp: self.timestamp.clone(),
        };
        (sent, awaited)
    }

    /// The client's signature over what it was sent.
    fn of_client(&self, sent: &Sent) -> String {
        let exchange = self.key().exchange(self.identity(), &sent.salt, &sent.srp_b).unwrap();
        exchange.claim_signature(&STANDARD.encode(&sent.secret_block), &sent.timestamp).unwrap()
    }
}

/// Any text: of every script, with spaces, control characters and emoji, of every length.
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

/// A salt of which the first digit makes it look negative, one that begins with zeros, and any other.
fn salt() -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(any::<u8>(), 15), prop_oneof![0x80_u8..=0xff, Just(0), any::<u8>()])
        .prop_map(|(rest, first)| [vec![first], rest].concat())
}

/// 256 bits, as this client takes, or the 1,024 of the JavaScript package.
fn secret_value() -> impl Strategy<Value = Vec<u8>> {
    let of = |bytes| prop::collection::vec(any::<u8>(), bytes).prop_filter("zero", |a| a.iter().any(|byte| *byte > 0));
    prop_oneof![of(32), of(128)]
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

/// The same with one bit changed; it must have a bit.
fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    let bit = bit % (8 * bytes.len());
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

/// The nearest bit from here on that leaves a text a text: the last bit of its last byte always does.
fn flipped_text(text: &str, bit: usize) -> String {
    let bits = 8 * text.len();
    (bit..bit + bits).find_map(|bit| String::from_utf8(flipped(text.as_bytes(), bit)).ok()).unwrap()
}

fn flipped_hex(hex: &str, bit: usize) -> String {
    let number = BigUint::parse_bytes(hex.as_bytes(), 16).unwrap();
    let bit = (bit as u64) % number.bits().max(1);
    (number ^ (BigUint::from(1_u8) << bit)).to_str_radix(16)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn client_and_service_agree_for_all_inputs(proof in proof()) {
        let (sent, awaited) = proof.of_service(&proof.verifier());
        prop_assert_eq!(proof.of_client(&sent), awaited);
    }

    #[test]
    fn they_agree_no_more_when_any_single_bit_has_changed(proof in proof(), bit in 0_usize..4096) {
        prop_assume!(!proof.password.is_empty());
        let (sent, awaited) = proof.of_service(&proof.verifier());
        prop_assert_eq!(&proof.of_client(&sent), &awaited);

        let other = Proof { password: flipped_text(&proof.password, bit), ..proof.clone() };
        prop_assert_ne!(&other.of_client(&sent), &awaited, "password");
        for changed in [
            Sent { salt: flipped_hex(&sent.salt, bit), ..sent.clone() },
            Sent { srp_b: flipped_hex(&sent.srp_b, bit), ..sent.clone() },
            Sent { secret_block: flipped(&sent.secret_block, bit), ..sent.clone() },
            Sent { timestamp: flipped_text(&sent.timestamp, bit), ..sent.clone() },
        ] {
            prop_assert_ne!(&proof.of_client(&changed), &awaited, "{:?}", changed);
        }
    }

    #[test]
    fn a_device_and_the_service_agree_for_all_inputs_and_for_none_of_which_a_bit_has_changed(
        proof in proof(),
        random: [u8; 32],
        bit in 0_usize..4096,
    ) {
        // The device key is the user, and the device group key the pool.
        let device = DeviceVerifier::generate(&proof.pool, &proof.user, &Seed::new(random));
        let proof = Proof { password: device.password().expose().to_owned(), ..proof };
        let number = |base64: &str| BigUint::from_bytes_be(&STANDARD.decode(base64).unwrap());
        let verifier = Verifier::from_parts(number(device.salt()), number(device.password_verifier()));
        prop_assert!(verifier.matches(&proof.pool, &proof.user, &proof.password));
        let (sent, awaited) = proof.of_service(&verifier);
        prop_assert_eq!(&proof.of_client(&sent), &awaited);

        let other = Proof { password: flipped_text(&proof.password, bit), ..proof.clone() };
        prop_assert_ne!(&other.of_client(&sent), &awaited, "password");
        for changed in [
            Sent { salt: flipped_hex(&sent.salt, bit), ..sent.clone() },
            Sent { srp_b: flipped_hex(&sent.srp_b, bit), ..sent.clone() },
            Sent { secret_block: flipped(&sent.secret_block, bit), ..sent.clone() },
            Sent { timestamp: flipped_text(&sent.timestamp, bit), ..sent.clone() },
        ] {
            prop_assert_ne!(&proof.of_client(&changed), &awaited, "{:?}", changed);
        }
    }
}
