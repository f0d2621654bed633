//! The settings of a user pool.

use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{ClientConfig, UserConfig};
use crate::mfa::MfaFactor;
use crate::password_policy::PasswordPolicy;

/// The configuration of a user pool with its app clients and users.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolConfig {
    /// The pool id, in the form `region_name`. The default is a generated id.
    pub id: Option<String>,
    /// The pool's name. The default is `pool`.
    pub name: String,
    /// The attributes that a user can sign in with in place of the user name.
    ///
    /// An alias can be `email`, `phone_number` or `preferred_username`. An e-mail address or phone number
    /// must be verified first.
    pub alias_attributes: Vec<String>,
    /// The attributes that replace the user name at sign-up and sign-in: `email` or `phone_number`.
    ///
    /// The canonical user name in such a pool is a UUID.
    pub username_attributes: Vec<String>,
    /// The attributes that are verified with a code at sign-up: `email` or `phone_number`.
    pub auto_verified_attributes: Vec<String>,
    /// Whether user names and aliases are case-sensitive. The default is `false`.
    pub case_sensitive: bool,
    /// Whether a sign-in needs a second factor: `OFF`, `OPTIONAL` or `ON`. The default is `OFF`.
    pub mfa_configuration: MfaConfiguration,
    /// The second factors that users may set up: `SMS_MFA`, `SOFTWARE_TOKEN_MFA` or `EMAIL_OTP`.
    ///
    /// By default, users may not set up a second factor.
    pub mfa_factors: Vec<MfaFactor>,
    /// The settings for passkeys, such as `{"relying_party_id": "example.com"}`.
    ///
    /// Without these settings, the pool has no passkeys.
    pub web_authn: Option<WebAuthnConfig>,
    /// The rules for passwords.
    pub password_policy: PasswordPolicy,
    /// The names of the custom attributes, without the prefix `custom:`.
    pub custom_attributes: Vec<String>,
    /// The names of the attributes that every sign-up must set.
    pub required_attributes: Vec<String>,
    /// The names of the attributes that cannot be changed. Custom attributes have the prefix `custom:`.
    pub immutable_attributes: Vec<String>,
    /// The addresses for the code of a password reset, in order of preference.
    ///
    /// An address is `verified_phone_number` or `verified_email`. With `admin_only`, only an administrator
    /// can reset passwords. By default, the phone number comes first and the e-mail address second, as in a
    /// Cognito user pool without this setting.
    pub account_recovery: Vec<RecoveryOption>,
    /// How many codes of one kind a user may request in an hour. The default is 5, and `null` means no limit.
    pub code_sends_per_hour: Option<u64>,
    /// How many wrong codes of one kind a user may enter in an hour.
    ///
    /// The default is 15, and `null` means no limit.
    pub code_failures_per_hour: Option<u64>,
    /// Whether the fifth wrong password in a row locks the user out. The default is `true`.
    ///
    /// Each further wrong password doubles the length of the lockout.
    pub password_lockout: bool,
    /// By how much the TIMESTAMP of an answer to an SRP challenge may differ from the simulator's clock, in
    /// seconds.
    ///
    /// By default there is no limit, because it is unknown whether the real service has a limit.
    pub timestamp_tolerance_seconds: Option<u64>,
    /// How long a client may take to answer the challenge PASSWORD_VERIFIER, in seconds. The default is 15
    /// seconds.
    ///
    /// AWS documents only that the answer must arrive within a few seconds.
    pub password_verifier_seconds: u64,
    /// Whether a challenge can be answered again with the same `Session` after a wrong code.
    ///
    /// The default is `true`. Reports about the real service differ.
    pub challenge_session_survives_mismatch: bool,
    /// Whether VerifySoftwareToken reports a wrong code as `"Status": "ERROR"`. The default is `false`.
    ///
    /// With `false`, a wrong code causes the error EnableSoftwareTokenMFAException. With `true`, a response
    /// during a sign-in also contains a new `Session`. The API model allows both responses.
    pub software_token_status_error: bool,
    /// The settings for device tracking, such as `{"challenge_required_on_new_device": true}`.
    ///
    /// Without these settings, the pool does not track devices.
    pub device_configuration: Option<DeviceConfig>,
    /// The script that replaces the Lambda triggers of CUSTOM_AUTH. Without a script, the pool has no
    /// triggers.
    ///
    /// An example is `{"rounds": [{"parameters": {"question": "1+1"}, "answer": "2"}]}`.
    pub custom_auth: Option<CustomAuthConfig>,
    /// Whether SignUp is rejected, so that only an administrator can create users. The default is `false`.
    pub allow_admin_create_user_only: bool,
    /// The app clients of the pool.
    pub clients: Vec<ClientConfig>,
    /// The users of the pool.
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

/// Whether sign-ins to a user pool need a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these three")]
pub enum MfaConfiguration {
    /// No sign-in needs a second factor.
    Off,
    /// A sign-in needs a second factor if the user has enabled one.
    Optional,
    /// Every sign-in needs a second factor.
    On,
}

impl MfaConfiguration {
    /// Returns the value with this name in the API. An unknown name means `OFF`.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "ON" => Self::On,
            "OPTIONAL" => Self::Optional,
            _ => Self::Off,
        }
    }
}

/// A way to reset a forgotten password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "Cognito has these three")]
pub enum RecoveryOption {
    /// The user receives a code at a verified e-mail address.
    VerifiedEmail,
    /// The user receives a code at a verified phone number.
    VerifiedPhoneNumber,
    /// Only an administrator can reset the password.
    AdminOnly,
}

/// The settings of a user pool for passkeys.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebAuthnConfig {
    /// The domain that passkeys are for.
    ///
    /// Passkeys can be registered from `https://` pages of this domain and its subdomains. If the domain is
    /// `localhost`, they can also be registered from `http://localhost` on any port.
    pub relying_party_id: Option<String>,
    /// Whether the authenticator must verify the user. With `false`, user verification is only preferred.
    pub user_verification_required: bool,
    /// Whether a passkey with user verification counts as two factors.
    pub multi_factor: bool,
}

/// The settings of a user pool for device tracking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceConfig {
    /// Whether a remembered device replaces the second factor.
    ///
    /// With `true`, a sign-in needs a second factor only from a device that is not remembered.
    pub challenge_required_on_new_device: bool,
    /// Whether a device is remembered only after its user has agreed.
    ///
    /// With `false`, a device is remembered as soon as it is confirmed.
    pub device_only_remembered_on_user_prompt: bool,
}

/// A script that replaces the Lambda triggers of CUSTOM_AUTH.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomAuthConfig {
    /// The custom challenges, in order. A script needs at least one challenge.
    pub rounds: Vec<CustomRound>,
    /// The total number of wrong answers, over all rounds, that ends the sign-in. The default is 3 wrong
    /// answers.
    ///
    /// After any earlier wrong answer, the simulator repeats the challenge.
    pub attempts: u64,
    /// Whether a second factor is needed after the last round. The default is `false`.
    pub second_factor: bool,
}

impl Default for CustomAuthConfig {
    fn default() -> Self {
        Self { rounds: Vec::new(), attempts: 3, second_factor: false }
    }
}

/// One challenge CUSTOM_CHALLENGE, with the right answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomRound {
    /// The public challenge parameters. The simulator adds `USERNAME`.
    pub parameters: BTreeMap<String, String>,
    /// The right value of ANSWER.
    pub answer: String,
}
