//! What a store moves: bytes that may be secret.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::error::Error;

/// A stored session, or another thing that a store keeps: bytes that may be secret. `Debug` shows their number only.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(Zeroizing<Vec<u8>>);

impl Record {
    /// Takes bytes over, as they were stored.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be stored where nobody else can read them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What the record holds, in the words for it.
    pub(crate) fn read<T: DeserializeOwned>(&self, what: &str) -> Result<T, Error> {
        serde_json::from_slice(self.as_bytes()).map_err(|error| {
            // The parser's own message may quote a secret.
            let problem = if error.is_data() { "not of this version" } else { "not JSON" };
            Error::store(format!("{what}: {problem} (line {}, column {})", error.line(), error.column()))
        })
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Record({} bytes)", self.0.len())
    }
}
