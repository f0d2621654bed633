//! SetUserSettings: enables or disables codes by text message (SMS) as a second factor.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserSettings.html>

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, MfaOption, Operation, TokenAuthorized};

/// A request to enable or disable codes by text message (SMS) as a second factor. SetUserSettings is
/// deprecated, and supports only this second factor: use SetUserMFAPreference instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SetUserSettings {
    /// The second factors. An entry with the attribute `phone_number` and the medium SMS enables codes by
    /// text message. An empty list disables these codes.
    #[serde(rename = "MFAOptions")]
    pub mfa_options: Vec<MfaOption>,
}

impl SetUserSettings {
    /// Creates a request with this list of second factors.
    #[must_use]
    pub fn new(mfa_options: Vec<MfaOption>) -> Self {
        Self { mfa_options }
    }
}

impl Operation for SetUserSettings {
    type Response = SetUserSettingsResponse;

    const NAME: &'static str = "SetUserSettings";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;
    const HAS_EMPTY_RESPONSE: bool = true;

    /// Returns `true`, because a retry sets the same values again.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for SetUserSettings {}

/// The response to SetUserSettings: the second factors have been set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SetUserSettingsResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn no_options_are_sent_as_an_empty_list() {
        assert_eq!(
            signed_in_request_of(SetUserSettings::new(Vec::new())),
            json(r#"{"AccessToken":"access.token","MFAOptions":[]}"#)
        );
    }
}
