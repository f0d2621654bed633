//! What a password must hold.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A pool's password policy, with Cognito's defaults. In a configuration file its members have the names they have here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// The fewest characters: 8.
    pub minimum_length: u64,
    /// Whether an upper-case letter is needed.
    pub require_uppercase: bool,
    /// Whether a lower-case letter is needed.
    pub require_lowercase: bool,
    /// Whether a digit is needed.
    pub require_numbers: bool,
    /// Whether a symbol is needed.
    pub require_symbols: bool,
    /// How long an administrator's temporary password works: 7 days.
    pub temporary_password_validity_days: u64,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_uppercase: true,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: true,
            temporary_password_validity_days: 7,
        }
    }
}

/// The symbols that count as such.
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ";

impl PasswordPolicy {
    pub(crate) fn check(&self, password: &str) -> Result<(), Failure> {
        let has = |wanted: fn(char) -> bool| password.chars().any(wanted);
        let complaint = if (password.chars().count() as u64) < self.minimum_length {
            "Password not long enough"
        } else if self.require_uppercase && !has(|letter| letter.is_ascii_uppercase()) {
            "Password must have uppercase characters"
        } else if self.require_lowercase && !has(|letter| letter.is_ascii_lowercase()) {
            "Password must have lowercase characters"
        } else if self.require_numbers && !has(|letter| letter.is_ascii_digit()) {
            "Password must have numeric characters"
        } else if self.require_symbols && !has(|letter| SYMBOLS.contains(letter)) {
            "Password must have symbol characters"
        } else {
            return Ok(());
        };
        Err(Failure::new("InvalidPasswordException", format!("Password did not conform with policy: {complaint}")))
    }
}
