//! Second factors: a flow that changes a user's factors, and the QR code for an authenticator app.

pub(crate) mod otpauth;
mod preference;

pub use preference::{FactorState, SetMfaPreference};
