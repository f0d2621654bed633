//! A user's second factors: which are set up, which are asked for, and which of them first.

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
    /// In the order in which the service lists them.
    pub(crate) const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

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
    pub(crate) software_token: Option<SoftwareToken>,
    enabled: BTreeSet<MfaFactor>,
    pub(crate) preferred: Option<MfaFactor>,
    /// Whether a passkey stands for two factors.
    pub(crate) passkey: bool,
}

/// The name of the refusal of an app's first code.
pub(crate) const WRONG_CODE: &str = "EnableSoftwareTokenMFAException";

/// An authenticator app that has shown to know its secret.
#[derive(Clone)]
pub(crate) struct SoftwareToken {
    secret: Secret,
    /// What VerifySoftwareToken called it.
    pub(crate) name: Option<String>,
    /// The steps whose codes are used up, as far back as one could still be accepted.
    used: BTreeSet<u64>,
}

impl SoftwareToken {
    pub(crate) fn new(secret: Secret, name: Option<String>) -> Self {
        Self { secret, name, used: BTreeSet::new() }
    }

    /// The app of a secret whose first code this is.
    pub(crate) fn verified(secret: Secret, name: Option<String>, code: &str, now: Timestamp) -> Result<Self, Failure> {
        let step = secret.step_of(code, now).ok_or_else(|| {
            let text = "Code mismatch and fail enable Software Token MFA";
            Failure::new(WRONG_CODE, text)
        })?;
        Ok(Self { secret, name, used: BTreeSet::from([step]) })
    }

    /// Takes a code. Each works once.
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

/// The refusal of a code where there is no secret to make one from.
pub(crate) fn no_software_token() -> Failure {
    Failure::new("SoftwareTokenMFANotFoundException", "Software Token MFA does not exist for the user.")
}

/// Refuses a pool that has no software tokens.
pub(crate) fn check_software_token_enabled(config: &PoolConfig) -> Result<(), Failure> {
    if config.mfa_factors.contains(&MfaFactor::SoftwareToken) {
        return Ok(());
    }
    let text = "Software Token MFA has not been enabled by the userpool";
    Err(Failure::new("SoftwareTokenMFANotFoundException", text))
}

/// The settings of SetUserMFAPreference and AdminSetUserMFAPreference.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Preferences {
    #[serde(rename = "SMSMfaSettings")]
    sms_mfa_settings: Option<Settings>,
    software_token_mfa_settings: Option<Settings>,
    email_mfa_settings: Option<Settings>,
    web_authn_mfa_settings: Option<Settings>,
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

    /// Turns a factor on that was set up just now, as the one to be asked for.
    pub(crate) fn enable_first(&mut self, factor: MfaFactor) {
        self.enabled.insert(factor);
        self.preferred = Some(factor);
    }

    /// Takes the first code of the secret that waits for one, or a further one of the app that is set up.
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

impl Preferences {
    /// Takes all settings, or none.
    pub(crate) fn apply(self, user: &mut User, config: &PoolConfig, now: Timestamp) -> Result<(), Failure> {
        let settings = [
            (MfaFactor::Sms, self.sms_mfa_settings),
            (MfaFactor::SoftwareToken, self.software_token_mfa_settings),
            (MfaFactor::Email, self.email_mfa_settings),
        ];
        let mut mfa = user.mfa.clone();
        for (factor, settings) in in_order(settings)? {
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

/// The settings that were given, the preferred factor last, so that none after it clears the preference.
fn in_order(settings: [(MfaFactor, Option<Settings>); 3]) -> Result<Vec<(MfaFactor, Settings)>, Failure> {
    let given = settings.into_iter().filter_map(|(factor, settings)| Some((factor, settings?)));
    let (preferred, mut others): (Vec<_>, Vec<_>) =
        given.partition(|(_, settings)| settings.preferred_mfa == Some(true));
    if preferred.len() > 1 {
        return Err(Failure::invalid_parameter("Only one factor can be set as preferred."));
    }
    others.extend(preferred);
    Ok(others)
}

/// Whether a user could be asked for this factor: there is an address to send a code to, or an app.
pub(crate) fn is_set_up(user: &User, factor: MfaFactor) -> bool {
    match factor {
        MfaFactor::Sms => user.attributes.contains_key("phone_number"),
        MfaFactor::Email => user.attributes.contains_key("email"),
        MfaFactor::SoftwareToken => user.mfa.software_token.is_some(),
    }
}

/// Sets a user's factors up as a configuration describes them.
pub(crate) fn set_up(user: &mut User, factors: &[MfaFactor], config: &UserMfaConfig) -> Result<(), Failure> {
    if let Some(text) = &config.software_token_secret {
        let not_base32 = || Failure::invalid_parameter("software_token_secret is not Base32");
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

/// Refuses a factor that the pool does not have, or the user has not set up.
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
