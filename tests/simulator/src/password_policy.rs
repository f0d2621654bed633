//! The rules for passwords.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The password policy of a user pool, with Cognito's defaults.
///
/// In a configuration file, the members have the names of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// The minimum number of characters. The default is 8 characters.
    pub minimum_length: u64,
    /// Whether a password needs an upper-case letter. The default is `true`.
    pub require_uppercase: bool,
    /// Whether a password needs a lower-case letter. The default is `true`.
    pub require_lowercase: bool,
    /// Whether a password needs a digit. The default is `true`.
    pub require_numbers: bool,
    /// Whether a password needs a symbol. The default is `true`.
    pub require_symbols: bool,
    /// How long a temporary password from an administrator is valid, in days. The default is 7 days.
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

/// The characters that count as symbols.
const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ";

impl PasswordPolicy {
    pub(crate) fn check(&self, password: &str) -> Result<(), Failure> {
        let has = |is_kind: fn(char) -> bool| password.chars().any(is_kind);
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
