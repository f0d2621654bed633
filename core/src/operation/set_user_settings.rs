//! SetUserSettings: SMS codes as a second factor, in the old form.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserSettings.html>

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, MfaOption, Operation, TokenAuthorized};

/// Deprecated by the service: it knows SMS only. Use SetUserMFAPreference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SetUserSettings {
    /// One entry with `phone_number` and SMS turns SMS codes on, none turns them off.
    #[serde(rename = "MFAOptions")]
    pub mfa_options: Vec<MfaOption>,
}

impl SetUserSettings {
    /// Sets these options.
    #[must_use]
    pub fn new(mfa_options: Vec<MfaOption>) -> Self {
        Self { mfa_options }
    }
}

impl Operation for SetUserSettings {
    type Response = SetUserSettingsResponse;

    const NAME: &'static str = "SetUserSettings";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// It sets what it sets, however often.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for SetUserSettings {}

/// The options are set.
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
