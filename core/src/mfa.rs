//! Second factors: which of them a user has, and how an authenticator app is told its key.

pub(crate) mod otpauth;
mod preference;

pub use preference::{FactorState, SetMfaPreference};
