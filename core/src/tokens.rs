//! The tokens of a signed-in user.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::operation::AuthenticationResult;
use crate::secret::{AccessToken, IdToken, RefreshToken};

/// The tokens of a signed-in user. As JSON they stand in the clear: store them as you would a password.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// None when there is no access token.
    pub(crate) fn new(result: AuthenticationResult) -> Option<Self> {
        Some(Self {
            access_token: result.access_token.filter(|token| !token.is_empty())?,
            id_token: result.id_token.filter(|token| !token.is_empty()),
            refresh_token: result.refresh_token.filter(|token| !token.is_empty()),
            expires_in: result.expires_in,
        })
    }

    /// The canonical user name as the access token claims it. The signature is not checked.
    #[must_use]
    pub fn unverified_username(&self) -> Option<String> {
        unverified_claims::<AccessTokenClaims>(self.access_token.expose())?.username
    }
}

#[derive(Deserialize)]
struct AccessTokenClaims {
    username: Option<String>,
}

/// The payload of a JWT ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)), none if it cannot be read.
fn unverified_claims<Claims: for<'de> Deserialize<'de>>(token: &str) -> Option<Claims> {
    const CONFIG: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);
    let payload = token.split('.').nth(1)?;
    let json: Zeroizing<Vec<u8>> = Zeroizing::new(BASE64_URL.decode(payload).ok()?);
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn tokens(access_token: &str) -> Tokens {
        let access_token = Some(access_token.into());
        Tokens::new(AuthenticationResult { access_token, ..AuthenticationResult::default() }).unwrap()
    }

    #[test]
    fn the_user_name_is_read_from_the_access_token() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"sub":"0d4f","username":"zoë?>"}"#);
        assert_eq!(tokens(&format!("e30.{payload}.c2ln")).unverified_username().unwrap(), "zoë?>");
    }

    #[test]
    fn a_token_that_is_none_has_no_user_name() {
        for token in ["x", "a.b", "..", "a.bnVsbA.c", "a.e30.c", "a.W10.c", "a.!!!.c"] {
            assert_eq!(tokens(token).unverified_username(), None, "{token}");
        }
    }

    #[test]
    fn an_empty_access_token_is_none() {
        let access_token = Some("".into());
        assert!(Tokens::new(AuthenticationResult { access_token, ..AuthenticationResult::default() }).is_none());
    }
}
