//! Text forms of values: JSON that may hold secrets, percent-encoding, base64.

pub(crate) mod json;
pub(crate) mod lenient_base64;
pub(crate) mod percent;
