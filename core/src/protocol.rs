//! From an operation to a request, from a response to an answer, and when to retry.

pub(crate) mod call;
mod query;

pub(crate) use call::Metadata;
pub use call::{Call, MAX_ATTEMPTS};
