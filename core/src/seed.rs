//! Randomness that was drawn outside.

use core::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// 32 bytes from a cryptographically secure source, for one flow only: two flows with one seed give away both.
///
/// A flow expands it with HKDF-SHA256 ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)) under a label for each use.
pub struct Seed(Zeroizing<[u8; 32]>);

impl Seed {
    /// From bytes that the caller drew.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A seed for a flow inside of this one's, named by its label.
    pub(crate) fn derive(&self, label: &str) -> Self {
        Self(self.expand(label))
    }

    /// The same seed, for the part of a flow that uses it later.
    pub(crate) fn hold(&self) -> Self {
        Self(self.0.clone())
    }

    /// Bytes for one use, named by its label.
    pub(crate) fn expand<const BYTES: usize>(&self, label: &str) -> Zeroizing<[u8; BYTES]> {
        let mut expanded = Zeroizing::new([0; BYTES]);
        Hkdf::<Sha256>::new(Some(b"cognito-core seed"), self.0.as_slice())
            .expand(label.as_bytes(), expanded.as_mut_slice())
            .expect("the flows ask for less than HKDF's bound of 255 blocks");
        expanded
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seed(redacted)")
    }
}
