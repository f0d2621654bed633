//! The second factors of a user, and which of these factors are set up, enabled and preferred.

use alloc::collections::BTreeSet;
use core::fmt;

use cognito_core::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::UserMfaConfig;
use crate::failure::Failure;
use crate::pool_config::PoolConfig;
use crate::totp::Secret;
use crate::user::User;

/// A second factor.
///
/// In a configuration file, a second factor is `SMS_MFA`, `SOFTWARE_TOKEN_MFA` or `EMAIL_OTP`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[non_exhaustive]
pub enum MfaFactor {
    /// A code that is sent by text message.
    #[serde(rename = "SMS_MFA")]
    Sms,
    /// A code from an authenticator app.
    #[serde(rename = "SOFTWARE_TOKEN_MFA")]
    SoftwareToken,
    /// A code that is sent by e-mail.
    #[serde(rename = "EMAIL_OTP")]
    Email,
}

impl MfaFactor {
    /// All second factors, in the order in which the service lists them.
    pub(crate) const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }
}

/// The second factors that a user has set up, enabled and preferred.
#[derive(Clone, Default)]
pub(crate) struct Mfa {
    /// The secret from AssociateSoftwareToken, until the user enters its first code.
    pub(crate) pending: Option<Secret>,
    pub(crate) software_token: Option<SoftwareToken>,
    enabled: BTreeSet<MfaFactor>,
    pub(crate) preferred: Option<MfaFactor>,
    /// Whether a passkey counts as two factors.
    pub(crate) passkey: bool,
}

/// The name of the error for a wrong code during the set-up of an authenticator app.
pub(crate) const WRONG_CODE: &str = "EnableSoftwareTokenMFAException";

/// An authenticator app that is set up: a first code has proven that the app knows the secret.
#[derive(Clone)]
pub(crate) struct SoftwareToken {
    secret: Secret,
    /// The app's name from VerifySoftwareToken.
    pub(crate) name: Option<String>,
    /// The time steps whose codes were used, except steps that are too old for a code to be accepted.
    used: BTreeSet<u64>,
}

impl SoftwareToken {
    pub(crate) fn new(secret: Secret, name: Option<String>) -> Self {
        Self { secret, name, used: BTreeSet::new() }
    }

    /// Creates the authenticator app with this secret, if `code` is a valid code for the secret at `now`.
    pub(crate) fn verified(secret: Secret, name: Option<String>, code: &str, now: Timestamp) -> Result<Self, Failure> {
        let step = secret.step_of(code, now).ok_or_else(|| {
            let text = "Code mismatch and fail enable Software Token MFA";
            Failure::new(WRONG_CODE, text)
        })?;
        Ok(Self { secret, name, used: BTreeSet::from([step]) })
    }

    /// Accepts a code of the app. Each code works once.
    pub(crate) fn redeem(&mut self, code: &str, now: Timestamp) -> Result<(), Failure> {
        let step = self
            .secret
            .step_of(code, now)
            .ok_or_else(|| Failure::new("CodeMismatchException", "Invalid code received for user"))?;
        if self.used.contains(&step) {
            let text = "Your software token has already been used once.";
            return Err(Failure::new("ExpiredCodeException", text));
        }
        self.use_up(step);
        Ok(())
    }

    fn use_up(&mut self, step: u64) {
        self.used.retain(|used| used.saturating_add(2) >= step);
        self.used.insert(step);
    }
}

/// Returns the error for a code from a user who has no authenticator app.
pub(crate) fn no_software_token() -> Failure {
    Failure::new("SoftwareTokenMFANotFoundException", "Software Token MFA does not exist for the user.")
}

/// Rejects an authenticator app in a user pool that does not allow such apps.
pub(crate) fn check_software_token_enabled(config: &PoolConfig) -> Result<(), Failure> {
    if config.mfa_factors.contains(&MfaFactor::SoftwareToken) {
        return Ok(());
    }
    let text = "Software Token MFA has not been enabled by the userpool";
    Err(Failure::new("SoftwareTokenMFANotFoundException", text))
}

/// The settings in the requests SetUserMFAPreference and AdminSetUserMFAPreference.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Preferences {
    #[serde(rename = "SMSMfaSettings")]
    sms_mfa_settings: Option<Settings>,
    software_token_mfa_settings: Option<Settings>,
    email_mfa_settings: Option<Settings>,
    web_authn_mfa_settings: Option<Settings>,
}

/// The API's `SMSMfaSettingsType`, and the corresponding types of the other factors.
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

    /// Enables a factor that was just set up, and makes it the preferred factor.
    pub(crate) fn enable_first(&mut self, factor: MfaFactor) {
        self.enabled.insert(factor);
        self.preferred = Some(factor);
    }

    /// Accepts a code for the new secret. If there is no new secret, accepts a code from the app that is
    /// already set up.
    pub(crate) fn verify(&mut self, name: Option<String>, code: &str, now: Timestamp) -> Result<(), Failure> {
        let (secret, used) = match (&self.pending, &self.software_token) {
            (Some(secret), _) => (secret.clone(), BTreeSet::new()),
            (None, Some(token)) => (token.secret.clone(), token.used.clone()),
            (None, None) => return Err(no_software_token()),
        };
        let mut token = SoftwareToken::verified(secret, name, code, now)?;
        token.used.extend(used);
        self.software_token = Some(token);
        self.pending = None;
        Ok(())
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

    /// Applies the settings of one factor.
    ///
    /// If the settings enable the factor and have no `PreferredMfa`, no factor is preferred afterwards. If
    /// `PreferredMfa` is `false`, this factor is not preferred afterwards.
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

    /// Adds the members about second factors to the response of GetUser or a similar operation.
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

impl Preferences {
    /// Applies all settings, or no settings if one of them is invalid.
    pub(crate) fn apply(self, user: &mut User, config: &PoolConfig, now: Timestamp) -> Result<(), Failure> {
        let settings = [
            (MfaFactor::Sms, self.sms_mfa_settings),
            (MfaFactor::SoftwareToken, self.software_token_mfa_settings),
            (MfaFactor::Email, self.email_mfa_settings),
        ];
        let mut mfa = user.mfa.clone();
        for (factor, settings) in preferred_last(settings)? {
            if settings.enabled == Some(true) {
                check_set_up(user, &config.mfa_factors, factor)?;
            }
            mfa.set(factor, &settings)?;
        }
        if let Some(settings) = self.web_authn_mfa_settings {
            mfa.passkey = settings.enabled.unwrap_or(false);
        }
        let passkeys = config.web_authn.as_ref().is_some_and(|config| config.multi_factor);
        if mfa.passkey && !(passkeys && mfa.is_active()) {
            let text = "Passkey MFA needs a pool that has it and another MFA method that is active.";
            return Err(Failure::invalid_parameter(text));
        }
        user.mfa = mfa;
        user.modified = now;
        Ok(())
    }
}

/// Returns the settings that are present, with the preferred factor last.
///
/// If the preferred factor came earlier, the settings of a later factor would clear the preference.
fn preferred_last(settings: [(MfaFactor, Option<Settings>); 3]) -> Result<Vec<(MfaFactor, Settings)>, Failure> {
    let given = settings.into_iter().filter_map(|(factor, settings)| Some((factor, settings?)));
    let (preferred, mut others): (Vec<_>, Vec<_>) =
        given.partition(|(_, settings)| settings.preferred_mfa == Some(true));
    if preferred.len() > 1 {
        return Err(Failure::invalid_parameter("Only one factor can be set as preferred."));
    }
    others.extend(preferred);
    Ok(others)
}

/// Returns whether a user has set up this factor: the user has an address for the codes, or an authenticator
/// app.
pub(crate) fn is_set_up(user: &User, factor: MfaFactor) -> bool {
    match factor {
        MfaFactor::Sms => user.attributes.contains_key("phone_number"),
        MfaFactor::Email => user.attributes.contains_key("email"),
        MfaFactor::SoftwareToken => user.mfa.software_token.is_some(),
    }
}

/// Sets up the second factors of a user from a configuration.
pub(crate) fn set_up(user: &mut User, factors: &[MfaFactor], config: &UserMfaConfig) -> Result<(), Failure> {
    if let Some(text) = &config.software_token_secret {
        let not_base32 = || Failure::invalid_parameter("software_token_secret: must be Base32");
        let secret = Secret::parse(text).ok_or_else(not_base32)?;
        user.mfa.software_token = Some(SoftwareToken::new(secret, None));
    }
    for factor in &config.enabled {
        check_set_up(user, factors, *factor)?;
        user.mfa.switch(*factor, true);
    }
    if config.preferred.is_some_and(|preferred| !config.enabled.contains(&preferred)) {
        return Err(Failure::invalid_parameter("A factor must be enabled to be the preferred one."));
    }
    user.mfa.preferred = config.preferred;
    Ok(())
}

/// Rejects a factor that the user pool does not allow or that the user has not set up.
pub(crate) fn check_set_up(user: &User, factors: &[MfaFactor], factor: MfaFactor) -> Result<(), Failure> {
    let set_up = is_set_up(user, factor);
    if factor == MfaFactor::SoftwareToken && !set_up && user.mfa.pending.is_some() {
        return Err(Failure::invalid_parameter("User has not verified software token mfa"));
    }
    if set_up && factors.contains(&factor) {
        return Ok(());
    }
    let name = factor.name();
    Err(Failure::invalid_parameter(format!("User does not have delivery config set to turn on {name}")))
}
