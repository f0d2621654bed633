//! ListWebAuthnCredentials: the signed-in user's passkeys, a page at a time.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListWebAuthnCredentials.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, EpochSeconds, Operation, Paged, TokenAuthorized, next_token};

/// Asks for a page of passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListWebAuthnCredentials {
    /// How many at the most, up to 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i32>,
    /// From the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl ListWebAuthnCredentials {
    /// Asks for the first page. The members are set on the value.
    #[must_use]
    pub fn new() -> Self {
        Self { max_results: None, next_token: None }
    }
}

impl Default for ListWebAuthnCredentials {
    fn default() -> Self {
        Self::new()
    }
}

impl Operation for ListWebAuthnCredentials {
    type Response = ListWebAuthnCredentialsResponse;

    const NAME: &'static str = "ListWebAuthnCredentials";
    const AUTHORIZATION: Authorization = Authorization::AccessToken;

    /// It only reads.
    fn is_repeatable(&self) -> bool {
        true
    }
}

impl TokenAuthorized for ListWebAuthnCredentials {}

impl Paged for ListWebAuthnCredentials {
    fn next_page(&self, page: &Self::Response) -> Option<Self> {
        let token = next_token(self.next_token.as_ref(), page.next_token.as_ref())?;
        Some(Self { next_token: Some(token), ..self.clone() })
    }
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListWebAuthnCredentialsResponse {
    /// The passkeys.
    pub credentials: Vec<WebAuthnCredential>,
    /// For the next page; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// A passkey.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_WebAuthnCredentialDescription.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct WebAuthnCredential {
    /// Its id, for DeleteWebAuthnCredential.
    pub credential_id: String,
    /// A name for people to read.
    pub friendly_credential_name: String,
    /// The domain that it is for.
    pub relying_party_id: String,
    /// `platform` or `cross-platform`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// Such as `internal` or `usb`.
    pub authenticator_transports: Vec<String>,
    /// When it was registered.
    pub created_at: EpochSeconds,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn the_first_page_is_asked_for() {
        assert_eq!(signed_in_request_of(ListWebAuthnCredentials::new()), json(r#"{"AccessToken":"access.token"}"#));
    }
}
