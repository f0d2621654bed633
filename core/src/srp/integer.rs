//! Integers and bytes as they stand on the wire.

use alloc::vec::Vec;

use num_bigint::BigInt;
use zeroize::Zeroizing;

use super::SrpError;

const MAX_HEX_DIGITS: usize = 1024;

/// A signed hexadecimal integer: digits in any letter case, odd in number or not, with `-` in front or not.
pub(super) fn parse(name: &'static str, text: &str) -> Result<BigInt, SrpError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > MAX_HEX_DIGITS {
        return Err(SrpError::TooLong(name));
    }
    // num-bigint also takes a plus sign and underscores.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(SrpError::NotHexadecimal(name));
    }
    BigInt::parse_bytes(text.as_bytes(), 16).ok_or(SrpError::NotHexadecimal(name))
}

/// PAD: the shortest big-endian two's complement, as Java's `BigInteger.toByteArray`.
pub(super) fn pad(integer: &BigInt) -> Vec<u8> {
    integer.to_signed_bytes_be()
}

/// [`pad`] of a non-negative integer that is given as big-endian bytes and may be secret.
pub(super) fn pad_unsigned(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let significant = bytes.get(zeros..).unwrap_or_default();
    let mut padded = Zeroizing::new(Vec::with_capacity(significant.len() + 1));
    if significant.first().is_none_or(|first| *first >= 0x80) {
        padded.push(0);
    }
    padded.extend_from_slice(significant);
    padded
}
