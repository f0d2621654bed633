//! Conversions between integers and the encodings that Cognito's SRP uses.

use alloc::vec::Vec;

use num_bigint::BigInt;
use zeroize::Zeroizing;

use super::SrpError;

const MAX_HEX_DIGITS: usize = 1024;

/// Parses a signed hexadecimal integer: an optional `-`, then up to 1,024 digits in upper or lower case. The
/// number of digits may be odd.
pub(super) fn parse(name: &'static str, text: &str) -> Result<BigInt, SrpError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > MAX_HEX_DIGITS {
        return Err(SrpError::TooLong(name));
    }
    // num-bigint also accepts a plus sign and underscores.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(SrpError::NotHexadecimal(name));
    }
    BigInt::parse_bytes(text.as_bytes(), 16).ok_or(SrpError::NotHexadecimal(name))
}

/// Encodes an integer as PAD, which is the shortest big-endian two's complement, like Java's
/// `BigInteger.toByteArray`.
pub(super) fn pad(integer: &BigInt) -> Vec<u8> {
    integer.to_signed_bytes_be()
}

/// Encodes a non-negative integer in the same way as [`pad`]. The parameter is the integer as big-endian
/// bytes. The integer may be secret.
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
