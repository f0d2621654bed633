//! Arithmetic modulo N. Computations with a secret exponent run in constant time, on crypto-bigint's
//! Montgomery forms.
//!
//! A sign-in takes 65 multiplications for g^a, 65 for g^x and about 650 for the premaster secret S. Of these
//! 650 multiplications, 512 are squarings. These other ways to compute S were not faster: windows of five and
//! of six bits; B^a * (B^u)^x with a window for each power; and almost-Montgomery products. With
//! crypto-bigint's wide square and a reduction, a squaring was only 6 % faster, and a sign-in was only 4 %
//! faster.

use alloc::vec::Vec;

use crypto_bigint::{U256, U512, U3072};
use num_bigint::{BigInt, Sign};
use zeroize::Zeroizing;

#[cfg(fuzzing)]
use super::fuzzing;
use super::residue::{Exponent, Residue};
use super::{EphemeralKey, comb};

/// The generator g, as a residue.
const GENERATOR_RESIDUE: Residue = Residue::new(&U3072::from_u8(2));

/// The multiplier k = H(PAD(N) | PAD(g)), which depends only on the group.
pub(super) const MULTIPLIER: U256 =
    U256::from_be_hex("538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6");

const MULTIPLIER_RESIDUE: Residue = Residue::new(&MULTIPLIER.resize());

const BYTES: usize = 384;

/// Returns the modulus N.
pub(super) fn modulus() -> BigInt {
    BigInt::from_bytes_be(Sign::Plus, Residue::MODULUS.as_ref().to_be_bytes().as_ref())
}

/// Creates an exponent from at most [`EphemeralKey::MAX_BYTES`] big-endian bytes.
pub(super) fn exponent(bytes: &[u8]) -> Exponent {
    let mut padded = Zeroizing::new([0; Exponent::BYTES]);
    for (to, from) in padded.iter_mut().rev().zip(bytes.iter().rev().take(EphemeralKey::MAX_BYTES)) {
        *to = *from;
    }
    Exponent::from_be_slice(padded.as_slice())
}

/// Computes g^exponent modulo N, as 384 big-endian bytes. The time depends only on `bits`, which is an upper
/// bound on the length of the exponent.
pub(super) fn power_of_generator(exponent: &Exponent, bits: u32) -> Vec<u8> {
    bytes(&Zeroizing::new(generator_to_the(exponent, bits)))
}

/// Computes the verifier v = g^x modulo N, as 384 big-endian bytes.
pub(super) fn verifier(private_key: &[u8; 32]) -> Vec<u8> {
    power_of_generator(&Zeroizing::new(exponent(private_key)), U256::BITS)
}

/// Reduces the public value `server` modulo N, and returns `None` if the result is zero.
pub(super) fn reduce(server: &BigInt) -> Option<U3072> {
    let modulus = modulus();
    let rest = server % &modulus;
    let rest = if rest.sign() == Sign::Minus { rest + modulus } else { rest };
    let (sign, digits) = rest.to_bytes_be();
    if sign == Sign::NoSign {
        return None;
    }
    let mut padded = [0; BYTES];
    for (to, from) in padded.iter_mut().rev().zip(digits.iter().rev()) {
        *to = *from;
    }
    Some(U3072::from_be_slice(&padded))
}

/// Computes S = (B - k*g^x) ^ (a + u*x) modulo N, as 384 big-endian bytes.
pub(super) fn premaster_secret(
    server: &U3072,
    secret: &Exponent,
    secret_bits: u32,
    scrambling: &[u8; 32],
    private_key: &[u8; 32],
) -> Zeroizing<Vec<u8>> {
    let private = Zeroizing::new(U256::from_be_slice(private_key));
    let verifier = Zeroizing::new(generator_to_the(&Zeroizing::new(private.resize()), U256::BITS));
    let base = Zeroizing::new(Residue::new(server).sub(&MULTIPLIER_RESIDUE.mul(&verifier)));

    let product: Zeroizing<U512> = Zeroizing::new(U256::from_be_slice(scrambling).concatenating_mul(&*private));
    let exponent = Zeroizing::new(secret.wrapping_add(&*Zeroizing::new(product.resize())));
    // u*x is at most (2^256 - 1)^2, so a + u*x is below 2^512 if `a` has at most 256 bits.
    let bits = if secret_bits <= U256::BITS { U512::BITS } else { secret_bits.max(U512::BITS) + 1 };
    Zeroizing::new(bytes(&Zeroizing::new(to_the(&base, &exponent, bits))))
}

fn to_the(base: &Residue, exponent: &Exponent, bits: u32) -> Residue {
    #[cfg(fuzzing)]
    if !fuzzing::is_arithmetic_real() {
        return base.square();
    }
    base.pow_bounded_exp(exponent, bits)
}

fn generator_to_the(exponent: &Exponent, bits: u32) -> Residue {
    #[cfg(fuzzing)]
    if !fuzzing::is_arithmetic_real() {
        return Residue::new(&exponent.resize());
    }
    if bits <= comb::MAX_EXPONENT_BITS { comb::power(exponent) } else { to_the(&GENERATOR_RESIDUE, exponent, bits) }
}

fn bytes(residue: &Residue) -> Vec<u8> {
    let integer = Zeroizing::new(residue.retrieve());
    let encoded = Zeroizing::new(integer.to_be_bytes());
    encoded.as_slice().to_vec()
}
