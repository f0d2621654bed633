//! SetUserMFAPreference: which second factors of the signed-in user are on, and which is preferred.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserMFAPreference.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};

/// Sets the factors that are given, as the service does: a factor that is left out keeps its state, but enabling one
/// without a preference clears the preference there is. [`SetMfaPreference`](crate::SetMfaPreference) reads, merges and
/// writes instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SetUserMfaPreference {
    /// Codes by SMS.
    #[serde(default, rename = "SMSMfaSettings", skip_serializing_if = "Option::is_none")]
    pub sms_mfa_settings: Option<MfaSettings>,
    /// Codes from an authenticator app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_token_mfa_settings: Option<MfaSettings>,
    /// Codes by e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_mfa_settings: Option<MfaSettings>,
    /// Passkeys as a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_authn_mfa_settings: Option<WebAuthnMfaSettings>,
}

impl SetUserMfaPreference {
    /// Sets nothing yet; the members are set on the value.
    #[must_use]
    pub fn new() -> Self {
        Self {
            sms_mfa_settings: None,
            software_token_mfa_settings: None,
            email_mfa_settings: None,
            web_authn_mfa_settings: None,
        }
    }
}

impl Default for SetUserMfaPreference {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation for SetUserMfaPreference {
    type Response = SetUserMfaPreferenceResponse;

    const NAME: &'static str = "SetUserMFAPreference";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// It sets what it sets, however often.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for SetUserMfaPreference {}

/// The factors are set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SetUserMfaPreferenceResponse {}

/// Whether this second factor is on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct MfaSettings {
    /// Whether the factor is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether it is the preferred one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_mfa: Option<bool>,
}

/// Whether this second factor is on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct WebAuthnMfaSettings {
    /// Whether passkeys are on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn only_the_factors_that_are_given_are_sent() {
        let mut preference = SetUserMfaPreference::new();
        preference.sms_mfa_settings = Some(MfaSettings { enabled: Some(true), preferred_mfa: None });
        assert_eq!(
            signed_in_request_of(preference),
            json(r#"{"AccessToken":"access.token","SMSMfaSettings":{"Enabled":true}}"#)
        );
    }
}
