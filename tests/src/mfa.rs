//! A user's second factors: which are set up, which are asked for, and which of them first.

use alloc::collections::BTreeSet;
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::totp::Secret;
use crate::user::User;

/// A second factor. In a configuration file: `SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[non_exhaustive]
pub enum MfaFactor {
    /// A code by text message.
    #[serde(rename = "SMS_MFA")]
    Sms,
    /// A code from an authenticator app.
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareToken,
    /// A code by e-mail.
    #[serde(rename = "EMAIL_OTP")]
    Email,
}

impl MfaFactor {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }
}

/// What a user has set up, and wants.
#[derive(Clone, Default)]
pub(crate) struct Mfa {
    /// What AssociateSoftwareToken gave, until its first code proves that it arrived.
    pub(crate) pending: Option<Secret>,
    pub(crate) software_token: Option<Secret>,
    enabled: BTreeSet<MfaFactor>,
    preferred: Option<MfaFactor>,
    /// Whether a passkey stands for two factors.
    pub(crate) passkey: bool,
}

/// `SMSMfaSettingsType` of the API, and its like for the other factors.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Settings {
    pub(crate) enabled: Option<bool>,
    pub(crate) preferred_mfa: Option<bool>,
}

impl Mfa {
    pub(crate) fn is_active(&self) -> bool {
        !self.enabled.is_empty()
    }

    pub(crate) fn is_enabled(&self, factor: MfaFactor) -> bool {
        self.enabled.contains(&factor)
    }

    pub(crate) fn switch(&mut self, factor: MfaFactor, enabled: bool) {
        if enabled {
            self.enabled.insert(factor);
            return;
        }
        self.enabled.remove(&factor);
        if self.preferred == Some(factor) {
            self.preferred = None;
        }
    }

    /// Takes the settings of one factor. A factor that is enabled without a word on preference clears the preference
    /// that there was, whichever factor had it; one that is said not to be preferred loses its own.
    pub(crate) fn set(&mut self, factor: MfaFactor, settings: &Settings) -> Result<(), Failure> {
        let (enabled, preferred) = (settings.enabled.unwrap_or(false), settings.preferred_mfa);
        if preferred == Some(true) && !enabled {
            return Err(Failure::invalid_parameter("A factor must be enabled to be the preferred one."));
        }
        self.switch(factor, enabled);
        match preferred {
            Some(true) => self.preferred = Some(factor),
            None if enabled => self.preferred = None,
            _ if self.preferred == Some(factor) => self.preferred = None,
            _ => {}
        }
        Ok(())
    }

    /// Adds the members that GetUser and its like have for this.
    pub(crate) fn describe(&self, answer: &mut Value) {
        let Some(members) = answer.as_object_mut() else { return };
        if !self.enabled.is_empty() {
            let names: Vec<_> = self.enabled.iter().map(|factor| factor.name()).collect();
            members.insert("UserMFASettingList".to_owned(), json!(names));
        }
        if let Some(preferred) = self.preferred {
            members.insert("PreferredMfaSetting".to_owned(), json!(preferred.name()));
        }
    }
}

impl fmt::Debug for Mfa {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mfa").field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

/// Refuses a factor that the pool does not have, or the user has not set up.
pub(crate) fn check_set_up(user: &User, factors: &[MfaFactor], factor: MfaFactor) -> Result<(), Failure> {
    let set_up = match factor {
        MfaFactor::Sms => user.attributes.contains_key("phone_number"),
        MfaFactor::Email => user.attributes.contains_key("email"),
        MfaFactor::SoftwareToken if user.mfa.software_token.is_none() && user.mfa.pending.is_some() => {
            return Err(Failure::invalid_parameter("User has not verified software token mfa"));
        }
        MfaFactor::SoftwareToken => user.mfa.software_token.is_some(),
    };
    if set_up && factors.contains(&factor) {
        return Ok(());
    }
    let name = factor.name();
    Err(Failure::invalid_parameter(format!("User does not have delivery config set to turn on {name}")))
}
