//! Values that look random, but are computed from a seed and a counter.

use core::fmt;

use crate::crypto::{first_bytes, hmac_sha256};

const DIGITS: &[u8] = b"0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A generator of values that look random. Each value is the HMAC of a counter, with the seed as the key.
///
/// The same calls in the same order return the same bytes.
pub(crate) struct Random {
    seed: [u8; 32],
    counter: u64,
}

impl Random {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0 }
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(32) {
            self.counter = self.counter.wrapping_add(1);
            let block = hmac_sha256(&self.seed, &[b"stream", &self.counter.to_be_bytes()]);
            chunk.iter_mut().zip(block).for_each(|(place, byte)| *place = byte);
        }
        bytes
    }

    /// Returns a value that depends only on the seed, the label and the text.
    pub(crate) fn keyed(&self, label: &str, text: &str) -> [u8; 32] {
        hmac_sha256(&self.seed, &[b"keyed", label.as_bytes(), &[0], text.as_bytes()])
    }

    pub(crate) fn uuid(&mut self) -> String {
        uuid(self.bytes())
    }

    pub(crate) fn code(&mut self) -> String {
        self.text(DIGITS, 6)
    }

    pub(crate) fn lower_case(&mut self, length: usize) -> String {
        self.text(LOWER, length)
    }

    pub(crate) fn upper_case(&mut self, length: usize) -> String {
        self.text(UPPER, length)
    }

    pub(crate) fn alphanumeric(&mut self, length: usize) -> String {
        self.text(ALPHANUMERIC, length)
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).filter_map(|_| self.pick(alphabet)).map(char::from).collect()
    }

    fn pick(&mut self, alphabet: &[u8]) -> Option<u8> {
        let number = u64::from_be_bytes(self.bytes());
        let index = number.checked_rem(alphabet.len() as u64)?;
        alphabet.get(usize::try_from(index).ok()?).copied()
    }
}

/// Returns a version 4 UUID that is made from these bytes.
pub(crate) fn uuid(bytes: [u8; 16]) -> String {
    let number = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let field = |shift: u32, bits: u32| (number >> shift) & ((1 << bits) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        field(96, 32),
        field(80, 16),
        field(64, 16),
        field(48, 16),
        field(0, 48)
    )
}

/// Returns a version 4 UUID that is made from a value of [`Random::keyed`].
pub(crate) fn uuid_of(keyed: [u8; 32]) -> String {
    uuid(first_bytes(&keyed))
}

impl fmt::Debug for Random {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Random").field("counter", &self.counter).finish_non_exhaustive()
    }
}
