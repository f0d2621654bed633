//! The settings of a user pool.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{ClientConfig, UserConfig};
use crate::mfa::MfaFactor;
use crate::password_policy::PasswordPolicy;

/// A user pool, its app clients and its users.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolConfig {
    /// The pool id, `region_name`; made up when absent.
    pub id: Option<String>,
    /// The pool's name: `pool`.
    pub name: String,
    /// `email`, `phone_number`, `preferred_username`: what signs a user in beside the user name, once verified.
    pub alias_attributes: Vec<String>,
    /// `email`, `phone_number`: what is typed instead of a user name; the user name itself is then a UUID.
    pub username_attributes: Vec<String>,
    /// `email`, `phone_number`: what a code is sent to at sign-up.
    pub auto_verified_attributes: Vec<String>,
    /// Whether user names and aliases are told apart by case: no.
    pub case_sensitive: bool,
    /// `OFF`, `OPTIONAL` or `ON`.
    pub mfa_configuration: MfaConfiguration,
    /// `SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`: the second factors that users may set up. None by default.
    pub mfa_factors: Vec<MfaFactor>,
    /// Passkeys, as `{"relying_party_id": "example.com"}`. Without it the pool has none.
    pub web_authn: Option<WebAuthnConfig>,
    /// What a password must hold.
    pub password_policy: PasswordPolicy,
    /// The names of custom attributes, without `custom:`.
    pub custom_attributes: Vec<String>,
    /// The names of attributes that every sign-up must bring.
    pub required_attributes: Vec<String>,
    /// The names of attributes that never change, custom ones with `custom:`.
    pub immutable_attributes: Vec<String>,
    /// Where the code to reset a password goes, the best first: `verified_phone_number`, `verified_email`; or
    /// `admin_only`. By default the phone comes before the e-mail, as in a pool that says nothing.
    pub account_recovery: Vec<RecoveryOption>,
    /// How many codes of one kind a user may ask for in an hour: 5. `null` is any number.
    pub code_sends_per_hour: Option<u64>,
    /// How many wrong codes of one kind are taken for a user in an hour: 15. `null` is any number.
    pub code_failures_per_hour: Option<u64>,
    /// Whether the fifth wrong password in a row, and each after it, locks the user out for a time that doubles: yes.
    pub password_lockout: bool,
    /// Refuse an SRP answer whose TIMESTAMP is further than this from the simulator's clock. Off by default: whether
    /// the real service does so is not known.
    pub timestamp_tolerance_seconds: Option<u64>,
    /// How long the answer to PASSWORD_VERIFIER may take. AWS says only that it must come within a few seconds: 15.
    pub password_verifier_seconds: u64,
    /// Whether a challenge may be answered again, with the same `Session`, after a wrong code: yes. Reports of the real
    /// service differ.
    pub challenge_session_survives_mismatch: bool,
    /// Whether VerifySoftwareToken tells a wrong code by `"Status": "ERROR"`, and during sign-in a new `Session`, which the
    /// API has a form for, instead of EnableSoftwareTokenMFAException: no.
    pub software_token_status_error: bool,
    /// Device tracking, as `{"challenge_required_on_new_device": true}`. Without it the pool tracks no devices.
    pub device_configuration: Option<DeviceConfig>,
    /// What the triggers of CUSTOM_AUTH do, as `{"rounds": [{"parameters": {"question": "1+1"}, "answer": "2"}]}`.
    /// Without it the pool has no triggers.
    pub custom_auth: Option<CustomAuthConfig>,
    /// Refuse SignUp, so that only an administrator makes users: no.
    pub allow_admin_create_user_only: bool,
    /// The app clients.
    pub clients: Vec<ClientConfig>,
    /// The users.
    pub users: Vec<UserConfig>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            id: None,
            name: "pool".to_owned(),
            alias_attributes: Vec::new(),
            username_attributes: Vec::new(),
            auto_verified_attributes: Vec::new(),
            case_sensitive: false,
            mfa_configuration: MfaConfiguration::Off,
            mfa_factors: Vec::new(),
            web_authn: None,
            password_policy: PasswordPolicy::default(),
            custom_attributes: Vec::new(),
            required_attributes: Vec::new(),
            immutable_attributes: Vec::new(),
            account_recovery: vec![RecoveryOption::VerifiedPhoneNumber, RecoveryOption::VerifiedEmail],
            code_sends_per_hour: Some(5),
            code_failures_per_hour: Some(15),
            password_lockout: true,
            timestamp_tolerance_seconds: None,
            password_verifier_seconds: 15,
            challenge_session_survives_mismatch: true,
            software_token_status_error: false,
            device_configuration: None,
            custom_auth: None,
            allow_admin_create_user_only: false,
            clients: Vec::new(),
            users: Vec::new(),
        }
    }
}

/// Whether a pool asks for a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these three")]
pub enum MfaConfiguration {
    /// Never.
    Off,
    /// Of users who have one.
    Optional,
    /// Of everybody.
    On,
}

impl MfaConfiguration {
    /// `OFF`, and whatever else is not one of the other two.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "ON" => Self::On,
            "OPTIONAL" => Self::Optional,
            _ => Self::Off,
        }
    }
}

/// How a user who has forgotten the password gets back in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these three")]
pub enum RecoveryOption {
    /// By a code to a verified e-mail address.
    VerifiedEmail,
    /// By a code to a verified phone number.
    VerifiedPhoneNumber,
    /// Not without an administrator.
    AdminOnly,
}

/// A pool's passkeys.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebAuthnConfig {
    /// The domain that passkeys are for. Registration is allowed from `https://` of it and its subdomains, and from
    /// `http://localhost` with any port if it is `localhost`.
    pub relying_party_id: Option<String>,
    /// Whether an authenticator must verify its user, rather than should.
    pub user_verification_required: bool,
    /// Whether a passkey whose user was verified counts for two factors.
    pub multi_factor: bool,
}

/// How a pool tracks devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceConfig {
    /// Whether a device that is remembered stands in for the second factor, so that only others are asked for it.
    pub challenge_required_on_new_device: bool,
    /// Whether a device is remembered only when its user says so, rather than as soon as it is confirmed.
    pub device_only_remembered_on_user_prompt: bool,
}

/// A script in place of the Lambda triggers of CUSTOM_AUTH.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomAuthConfig {
    /// What is asked, one after the other. There must be something.
    pub rounds: Vec<CustomRound>,
    /// How many wrong answers in all end the sign-in: 3. After each before that the same round is asked again.
    pub attempts: u64,
    /// Whether the second factor comes after the last round: no.
    pub second_factor: bool,
}

impl Default for CustomAuthConfig {
    fn default() -> Self {
        Self { rounds: Vec::new(), attempts: 3, second_factor: false }
    }
}

/// One CUSTOM_CHALLENGE.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomRound {
    /// The public challenge parameters. `USERNAME` is added.
    pub parameters: BTreeMap<String, String>,
    /// The one right ANSWER.
    pub answer: String,
}
