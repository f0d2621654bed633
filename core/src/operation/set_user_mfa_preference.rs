//! SetUserMFAPreference: sets which second factors of the signed-in user are enabled, and which factor is
//! preferred.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserMFAPreference.html>

use serde::{Deserialize, Serialize};

use super::{Authorization, Operation, TokenAuthorized};
use crate::encoding::lenient;

/// A request to change second factors of the signed-in user. The service does not change a factor that is
/// absent from the request. If the request enables a factor and marks no factor as preferred, the service
/// clears the existing preference. To keep the existing preference, use the flow
/// [`SetMfaPreference`](crate::SetMfaPreference), which reads the current settings, merges the changes and
/// writes the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SetUserMfaPreference {
    /// The settings for codes by text message (SMS).
    #[serde(default, rename = "SMSMfaSettings", skip_serializing_if = "Option::is_none")]
    pub sms_mfa_settings: Option<MfaSettings>,
    /// The settings for codes from an authenticator app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_token_mfa_settings: Option<MfaSettings>,
    /// The settings for codes by e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_mfa_settings: Option<MfaSettings>,
    /// The settings for passkeys as a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_authn_mfa_settings: Option<WebAuthnMfaSettings>,
}

impl SetUserMfaPreference {
    /// Creates a request that changes no factor. On the returned request, set each factor that must change.
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
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `true`, because a retry sets the same values again.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for SetUserMfaPreference {}

/// The response to SetUserMFAPreference: the second factors have been changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SetUserMfaPreferenceResponse {}

/// The settings of a second factor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct MfaSettings {
    /// Whether the factor is enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::flag")]
    pub enabled: Option<bool>,
    /// Whether the factor is the user's preferred second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::flag")]
    pub preferred_mfa: Option<bool>,
}

/// The settings of passkeys as a second factor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct WebAuthnMfaSettings {
    /// Whether passkeys are enabled as a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::flag")]
    pub enabled: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn only_the_factors_that_are_set_are_sent() {
        let mut preference = SetUserMfaPreference::new();
        preference.sms_mfa_settings = Some(MfaSettings { enabled: Some(true), preferred_mfa: None });
        assert_eq!(
            signed_in_request_of(preference),
            json(r#"{"AccessToken":"access.token","SMSMfaSettings":{"Enabled":true}}"#)
        );
    }
}
