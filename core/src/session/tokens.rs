//! The tokens of a signed-in user.

use crate::operation::AuthenticationResult;
use crate::secret::{AccessToken, IdToken, RefreshToken};

/// The tokens of a signed-in user.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html>
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tokens {
    /// Speaks for the user at Cognito and at resource servers.
    pub access_token: AccessToken,
    /// Tells an application who the user is.
    pub id_token: Option<IdToken>,
    /// Good for new tokens. None where the sign-in gives none.
    pub refresh_token: Option<RefreshToken>,
    /// How long the access token lives from its issue, in seconds.
    pub expires_in: Option<i32>,
}

impl Tokens {
    /// These tokens; the others are set on the value.
    #[must_use]
    pub fn new(access_token: impl Into<AccessToken>) -> Self {
        Self { access_token: access_token.into(), id_token: None, refresh_token: None, expires_in: None }
    }

    /// None when there is no access token.
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
    fn an_empty_token_is_none() {
        let result = |access: &str, refresh: &str| AuthenticationResult {
            access_token: Some(access.into()),
            refresh_token: Some(refresh.into()),
            ..AuthenticationResult::default()
        };
        assert!(Tokens::from_result(result("", "refresh")).is_none());
        assert_eq!(Tokens::from_result(result("access", "")).unwrap().refresh_token, None);
    }
}
