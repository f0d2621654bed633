//! The random bytes that the caller passes to a flow.

use core::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// A seed of 32 bytes from a cryptographically secure source, for one flow only. Never reuse a seed: two
/// flows with the same seed would use the same secret values.
///
/// A flow expands its seed with HKDF-SHA256 ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)), with a
/// different label for each use.
pub struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// Creates a seed from random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Derives the seed of an inner flow. The label identifies the inner flow.
    pub(crate) fn derive(&self, label: &str) -> Self {
        Self(self.expand(label))
    }

    /// Copies the seed. Use the copy only in a later part of the same flow.
    pub(crate) fn hold(&self) -> Self {
        Self(self.0.clone())
    }

    /// Derives bytes for one purpose. The label identifies the purpose.
    pub(crate) fn expand<const BYTES: usize>(&self, label: &str) -> Zeroizing<[u8; BYTES]> {
        let mut expanded = Zeroizing::new([0; BYTES]);
        Hkdf::<Sha256>::new(Some(b"cognito-core seed"), self.0.as_slice())
            .expand(label.as_bytes(), expanded.as_mut_slice())
            .expect("flows derive fewer than HKDF's maximum of 255 blocks");
        expanded
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seed(redacted)")
    }
}
