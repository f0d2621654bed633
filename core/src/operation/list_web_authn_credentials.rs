//! ListWebAuthnCredentials: lists the signed-in user's passkeys, one page at a time.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListWebAuthnCredentials.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, EpochSeconds, Operation, Paged, TokenAuthorized, next_token};
use crate::encoding::lenient;

/// A request for one page of the user's passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListWebAuthnCredentials {
    /// The maximum number of passkeys in a page, up to 20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_results: Option<i32>,
    /// The pagination token from the previous page, or `None` for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl ListWebAuthnCredentials {
    /// Creates a request for the first page. Set the optional fields on the returned request.
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

    /// Returns `true`, because a retry only reads the same data again.
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

    fn page_token(&self) -> Option<&str> {
        self.next_token.as_deref()
    }
}

/// The response to ListWebAuthnCredentials: one page of passkeys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListWebAuthnCredentialsResponse {
    /// The passkeys in the page.
    pub credentials: Vec<WebAuthnCredential>,
    /// The pagination token for the next page, or `None` on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub next_token: Option<String>,
}

/// A passkey of a user, as the service describes it.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_WebAuthnCredentialDescription.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct WebAuthnCredential {
    /// The id of the passkey, which is the input of DeleteWebAuthnCredential.
    pub credential_id: String,
    /// A human-readable name of the passkey.
    #[serde(default, deserialize_with = "lenient::text_or_empty")]
    pub friendly_credential_name: String,
    /// The domain for which the passkey is valid.
    #[serde(default, deserialize_with = "lenient::text_or_empty")]
    pub relying_party_id: String,
    /// The kind of the authenticator: `platform` or `cross-platform`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub authenticator_attachment: Option<String>,
    /// The transports of the authenticator, such as `internal` or `usb`.
    #[serde(default, deserialize_with = "lenient::list")]
    pub authenticator_transports: Vec<String>,
    /// The time at which the passkey was registered.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "lenient::time")]
    pub created_at: Option<EpochSeconds>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, signed_in_request_of};

    #[test]
    fn the_first_page_is_requested() {
        assert_eq!(signed_in_request_of(ListWebAuthnCredentials::new()), json(r#"{"AccessToken":"access.token"}"#));
    }
}
