//! A record in a store: bytes that may be secret.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::error::Error;

/// The bytes of a stored session or of another stored value. The bytes may be secret. `Debug` prints only the
/// number of bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(Zeroizing<Vec<u8>>);

impl Record {
    /// Creates a record that contains these bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Returns the bytes of the record. Store the bytes in a place where no other user of the computer can
    /// read them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Decodes the record from JSON. `name` describes the record in the error message.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        serde_json::from_slice(self.as_bytes()).map_err(|error| {
            // The parser's error message is not used, because it may quote a secret.
            let problem =
                if error.is_data() { "invalid content, or stored by a later version" } else { "invalid JSON" };
            Error::store(format!("{name}: {problem} (line {}, column {})", error.line(), error.column()))
        })
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Record({} bytes)", self.0.len())
    }
}
