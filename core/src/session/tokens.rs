//! The tokens of a signed-in user.

use crate::operation::AuthenticationResult;
use crate::secret::{AccessToken, IdToken, RefreshToken};

/// The tokens of a signed-in user.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html>
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tokens {
    /// The access token, which authorizes the user's requests to Cognito and to resource servers.
    pub access_token: AccessToken,
    /// The ID token, which identifies the user to an application.
    pub id_token: Option<IdToken>,
    /// The refresh token, which the service exchanges for new tokens, or `None` if the service returned no
    /// refresh token.
    pub refresh_token: Option<RefreshToken>,
    /// The lifetime of the access token, in seconds from the time at which the service issued the token.
    pub expires_in: Option<i32>,
}

impl Tokens {
    /// Creates a set of tokens that has only an access token. To add an ID token or a refresh token, set the
    /// field of the returned value.
    #[must_use]
    pub fn new(access_token: impl Into<AccessToken>) -> Self {
        Self { access_token: access_token.into(), id_token: None, refresh_token: None, expires_in: None }
    }

    /// Takes the tokens out of the service's response, or returns `None` if the response has no access token.
    pub(crate) fn from_result(result: AuthenticationResult) -> Option<Self> {
        Some(Self {
            access_token: result.access_token.filter(|token| !token.is_empty())?,
            id_token: result.id_token.filter(|token| !token.is_empty()),
            refresh_token: result.refresh_token.filter(|token| !token.is_empty()),
            expires_in: result.expires_in,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_token_counts_as_absent() {
        let result = |access: &str, refresh: &str| AuthenticationResult {
            access_token: Some(access.into()),
            refresh_token: Some(refresh.into()),
            ..AuthenticationResult::default()
        };
        assert!(Tokens::from_result(result("", "refresh")).is_none());
        assert_eq!(Tokens::from_result(result("access", "")).unwrap().refresh_token, None);
    }
}
