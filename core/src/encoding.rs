//! Text encodings: JSON that may contain secrets or unexpected values, percent-encoding, and base64.

pub(crate) mod json;
pub(crate) mod jwt;
pub(crate) mod lenient;
pub(crate) mod lenient_base64;
pub(crate) mod percent;
