//! Comparisons of every step of the arithmetic with num-bigint, on random numbers and on edge cases.

use alloc::vec;

use crypto_bigint::U3072;
use zeroize::Zeroizing;

use super::*;

fn unsigned(bytes: &[u8]) -> BigInt {
    BigInt::from_bytes_be(Sign::Plus, bytes)
}

/// Generates up to `longest` bytes, or an edge case: all zeros, the number one, only the top bit, or all
/// ones.
fn number(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    let edge = move |first: u8, last: u8| {
        let mut bytes = vec![0; longest];
        bytes[longest - 1] = last;
        bytes[0] |= first;
        bytes
    };
    prop_oneof![
        8 => prop::collection::vec(any::<u8>(), 1..=longest),
        1 => Just(vec![0; longest]),
        1 => Just(edge(0, 1)),
        1 => Just(edge(0x80, 0)),
        1 => Just(vec![0xff; longest]),
    ]
}

fn word() -> impl Strategy<Value = [u8; 32]> {
    number(32).prop_map(|bytes| {
        let mut word = [0; 32];
        word[32 - bytes.len()..].copy_from_slice(&bytes);
        word
    })
}

/// Generates integers for SRP_B. One third of these integers are close to a multiple of N.
fn public_value() -> impl Strategy<Value = BigInt> {
    let near_a_multiple = (-3_i32..=3, -1_i32..=1).prop_map(|(times, off)| group::modulus() * times + off);
    let any_integer = (number(512), any::<bool>())
        .prop_map(|(bytes, negative)| if negative { -unsigned(&bytes) } else { unsigned(&bytes) });
    prop_oneof![2 => any_integer, 1 => near_a_multiple]
}

/// Returns the non-negative residue of the integer modulo N.
fn residue(integer: &BigInt) -> BigInt {
    let modulus = group::modulus();
    ((integer % &modulus) + &modulus) % modulus
}

/// Encodes an integer like Java's `toByteArray`, digit by digit: first computes how many bytes hold the
/// number and its sign, then writes the two's complement.
fn padded(integer: &BigInt) -> Vec<u8> {
    let zero = BigInt::from(0);
    let magnitude = if *integer < zero { -integer - 1 } else { integer.clone() };
    let length = magnitude.bits() / 8 + 1;
    let complement = if *integer < zero { (BigInt::from(1) << (8 * length)) + integer } else { integer.clone() };
    (0..length).rev().map(|at| u8::try_from((&complement >> (8 * at)) % 256_u32).unwrap()).collect()
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    Sha256::digest(parts.concat()).into()
}

/// Computes g^exponent with num-bigint.
fn expected_power(exponent: &BigInt) -> BigInt {
    BigInt::from(2).modpow(exponent, &group::modulus())
}

/// Computes S with num-bigint.
fn expected_premaster(server: BigInt, a: &[u8], u: &[u8; 32], x: &[u8; 32]) -> BigInt {
    let base = residue(&(server - unsigned(&multiplier()) * expected_power(&unsigned(x))));
    base.modpow(&(unsigned(a) + unsigned(u) * unsigned(x)), &group::modulus())
}

fn premaster(base: &U3072, a: &[u8], u: &[u8; 32], x: &[u8; 32]) -> Vec<u8> {
    let (secret, bits) = (Zeroizing::new(group::exponent(a)), u32::try_from(8 * a.len()).unwrap());
    group::premaster_secret(base, &secret, bits, u, x).to_vec()
}

#[test]
fn the_multiplier_hashes_the_padded_modulus_and_generator() {
    assert_eq!(multiplier(), sha256(&[&padded(&group::modulus()), &padded(&BigInt::from(2))]));
}

/// The test computes each entry from its definition in the module `comb`. After a change of the comb's shape,
/// the entries in `comb.bin` must be computed again.
#[test]
fn every_entry_of_the_comb_tables_agrees_with_num_bigint() {
    for (block, table) in (0..comb::BLOCKS).zip(&comb::TABLES) {
        for (bits, entry) in (0_u32..).zip(table) {
            let teeth = (0..comb::TEETH).filter(|tooth| bits >> tooth & 1 == 1);
            let exponent: BigInt =
                teeth.map(|tooth| BigInt::from(1) << (comb::SPAN * (comb::BLOCKS * tooth + block))).sum();
            let power = unsigned(entry.retrieve().to_be_bytes().as_ref());
            assert_eq!(power, expected_power(&exponent), "block {block}, bits {bits:05b}");
        }
    }
}

/// In a power of two, only one bit is set. Therefore, this test uses every table entry whose index has only
/// one set bit, and every squaring.
#[test]
fn the_comb_raises_to_each_power_of_two() {
    for bit in 0..256 {
        let exponent: BigInt = BigInt::from(1) << bit;
        let power = group::power_of_generator(&group::exponent(&exponent.to_bytes_be().1), 256);
        assert_eq!(unsigned(&power), expected_power(&exponent), "2^{bit}");
    }
}

/// The exponent a + u*x stays just below 2^512 if `a` has 32 bytes, and may exceed 2^512 if `a` has 33 bytes.
#[test]
fn the_largest_exponents_keep_all_their_bits() {
    for length in [32, 33, 64, 65, 128] {
        let (a, most) = (vec![0xff; length], [0xff; 32]);
        let server = BigInt::from(5);
        let premaster = premaster(&group::reduce(&server).unwrap(), &a, &most, &most);
        assert_eq!(unsigned(&premaster), expected_premaster(server, &a, &most, &most), "{length} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_power_of_the_generator_agrees_with_num_bigint(a in number(EphemeralKey::MAX_BYTES)) {
        let expected = expected_power(&unsigned(&a));
        let power = group::power_of_generator(&group::exponent(&a), u32::try_from(8 * a.len()).unwrap());
        prop_assert_eq!((power.len(), unsigned(&power)), (384, expected.clone()));
        if let Ok(key) = EphemeralKey::from_bytes(&a) {
            prop_assert_eq!(key.srp_a(), expected.to_str_radix(16));
        } else {
            prop_assert!(a.iter().all(|byte| *byte == 0));
        }
    }

    /// For an exponent of at most 256 bits, the implementation uses the comb. For a longer exponent, the
    /// implementation uses a window.
    #[test]
    fn a_power_of_around_256_bits_agrees_with_num_bigint(a in number(34)) {
        let expected = expected_power(&unsigned(&a));
        let power = group::power_of_generator(&group::exponent(&a), u32::try_from(8 * a.len()).unwrap());
        prop_assert_eq!(unsigned(&power), expected);
    }

    #[test]
    fn a_power_of_any_length_in_bits_agrees_with_num_bigint(bits in 1_usize..=1024, ones: bool) {
        let exponent: BigInt = if ones { (BigInt::from(1) << bits) - 1 } else { BigInt::from(1) << (bits - 1) };
        let bytes = exponent.to_bytes_be().1;
        let power = group::power_of_generator(&group::exponent(&bytes), u32::try_from(bits).unwrap());
        prop_assert_eq!(unsigned(&power), expected_power(&exponent));
    }

    #[test]
    fn the_premaster_secret_agrees_with_num_bigint(
        server in public_value(),
        a in number(EphemeralKey::MAX_BYTES),
        u in word(),
        x in word(),
    ) {
        let Some(base) = group::reduce(&server) else { return Ok(()) };
        let premaster = premaster(&base, &a, &u, &x);
        prop_assert_eq!((premaster.len(), unsigned(&premaster)), (384, expected_premaster(server, &a, &u, &x)));
    }

    /// If the server sends B = k*v, the base B - k*g^x is zero, and therefore S is zero.
    #[test]
    fn a_server_value_that_makes_the_base_zero_gives_zero(a in number(32), u in word(), x in word()) {
        prop_assume!(a.iter().chain(&u).any(|byte| *byte != 0));
        let server = residue(&(unsigned(&multiplier()) * unsigned(&group::verifier(&x))));
        let secret = Zeroizing::new(group::exponent(&a));
        let premaster =
            group::premaster_secret(&group::reduce(&server).unwrap(), &secret, 256, &u, &x);
        let exponent = unsigned(&a) + unsigned(&u) * unsigned(&x);
        prop_assert_eq!(unsigned(&premaster), BigInt::from(0).modpow(&exponent, &group::modulus()));
    }
}

proptest! {
    #[test]
    fn the_reduced_public_value_agrees_with_num_bigint(server in public_value()) {
        let expected = residue(&server);
        match group::reduce(&server) {
            Some(reduced) => prop_assert_eq!(unsigned(reduced.to_be_bytes().as_ref()), expected),
            None => prop_assert_eq!(expected, BigInt::from(0)),
        }
    }

    #[test]
    fn the_scrambling_parameter_hashes_javas_encoding(client in number(384), server in public_value()) {
        let client = unsigned(&client);
        let expected = sha256(&[&padded(&client), &padded(&server)]);
        prop_assert_eq!(scrambling_parameter(&client, &server), expected);
    }

    #[test]
    fn the_private_key_hashes_javas_encoding(
        pool: String, user: String, password: String,
        salt in number(64), negative: bool,
    ) {
        let salt = if negative { -unsigned(&salt) } else { unsigned(&salt) };
        let identity = Identity { pool: &pool, user: &user, password: &password };
        let inner = sha256(&[pool.as_bytes(), user.as_bytes(), b":", password.as_bytes()]);
        prop_assert_eq!(*private_key(identity, &salt), sha256(&[&padded(&salt), &inner]));
    }

    #[test]
    fn the_claim_key_agrees_with_hkdf_written_by_hand(u in word(), premaster in number(384)) {
        let mac = |key: &[u8], text: &[u8]| hmac(key).chain_update(text).finalize().into_bytes();
        let extracted = mac(&padded(&unsigned(&u)), &padded(&unsigned(&premaster)));
        let expanded = mac(&extracted, b"Caldera Derived Key\x01");
        prop_assert_eq!(claim_key(&u, &premaster).to_vec(), expanded[..16].to_vec());
    }

    #[test]
    fn pad_is_javas_encoding(bytes in number(80), negative: bool) {
        let integer = if negative { -unsigned(&bytes) } else { unsigned(&bytes) };
        prop_assert_eq!(integer::pad(&integer), padded(&integer));
    }

    #[test]
    fn an_integer_is_parsed_as_it_was_formatted(bytes in number(512), negative: bool, zeros in 0_usize..8, upper: bool) {
        let integer = if negative { -unsigned(&bytes) } else { unsigned(&bytes) };
        let digits = integer.magnitude().to_str_radix(16);
        let digits = if upper { digits.to_uppercase() } else { digits };
        let zeros = "0".repeat(zeros.min(1024 - digits.len()));
        let sign = if negative { "-" } else { "" };
        prop_assert_eq!(integer::parse("SALT", &format!("{sign}{zeros}{digits}")), Ok(integer));
    }
}
