//! Second factors: changing a user's factors, and the setup of an authenticator app.

pub(crate) mod otpauth;
mod preference;

pub use preference::{FactorState, SetMfaPreference};
