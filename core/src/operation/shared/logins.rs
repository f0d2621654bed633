//! The login providers and tokens of a user of an identity pool.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::configuration::UserPoolId;
use crate::error::InvalidInput;
use crate::secret::{IdToken, LoginToken};

/// The `Logins` map of identity pools: the name of each login provider, and a token from that provider. The
/// `Debug` output of `Logins` shows only the names of the providers.
///
/// | provider | name | token |
/// |---|---|---|
/// | a Cognito user pool | [`UserPoolId::login_provider`] | the ID token |
/// | Google, Apple | [`GOOGLE`](Self::GOOGLE), [`APPLE`](Self::APPLE) | the ID token |
/// | Facebook | [`FACEBOOK`](Self::FACEBOOK) | the access token |
/// | Login with Amazon | [`AMAZON`](Self::AMAZON) | the access token |
/// | any OpenID Connect provider | the issuer's URL without `https://` | the ID token |
/// | any SAML provider | the provider's ARN, `arn:aws:iam::…:saml-provider/…` | the assertion, in base64 |
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/external-identity-providers.html>
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Logins(BTreeMap<String, LoginToken>);

impl Logins {
    /// The provider name of Google.
    pub const GOOGLE: &'static str = "accounts.google.com";
    /// The provider name of Sign in with Apple.
    pub const APPLE: &'static str = "appleid.apple.com";
    /// The provider name of Facebook.
    pub const FACEBOOK: &'static str = "graph.facebook.com";
    /// The provider name of Login with Amazon.
    pub const AMAZON: &'static str = "www.amazon.com";
    /// The provider name of X, formerly Twitter.
    pub const TWITTER: &'static str = "api.twitter.com";

    /// Creates an empty set of logins. Use an empty set for a guest.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates logins from the ID token of a user of this user pool.
    #[must_use]
    pub fn for_user_pool(user_pool_id: &UserPoolId, id_token: &IdToken) -> Self {
        Self::new().with(user_pool_id.login_provider(), id_token.expose())
    }

    /// Adds a token of this provider. The new token replaces any earlier token of the same provider.
    #[must_use]
    pub fn with(mut self, provider: impl Into<String>, token: impl Into<LoginToken>) -> Self {
        self.0.insert(provider.into(), token.into());
        self
    }

    /// Returns whether the set is empty. A guest has no logins.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Iterates over the providers and their tokens, in the order of the providers' names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &LoginToken)> {
        self.0.iter().map(|(provider, token)| (provider.as_str(), token))
    }

    /// Returns an error if the logins are invalid. The service would also reject the logins, but with a less
    /// clear error.
    pub(crate) fn check(&self) -> Result<(), InvalidInput> {
        let invalid = |problem| Err(InvalidInput::new("logins", problem));
        if self.0.len() > 10 {
            return invalid("at most 10 are allowed");
        }
        for (provider, token) in &self.0 {
            if !(1..=128).contains(&provider.chars().count()) {
                return invalid("each provider name must be 1 to 128 characters long");
            }
            if !(1..=50_000).contains(&token.expose().chars().count()) {
                return invalid("each token must be 1 to 50,000 characters long");
            }
            if provider.contains("://") {
                return invalid("a provider name must not contain a scheme: remove https://");
            }
            if provider.starts_with("cognito-idp.") && !is_user_pool(provider) {
                return invalid("name a user pool by its own region: cognito-idp.REGION.amazonaws.com/REGION_NAME");
            }
        }
        Ok(())
    }
}

fn is_user_pool(provider: &str) -> bool {
    let id = provider.split_once('/').and_then(|(_, id)| UserPoolId::new(id).ok());
    id.is_some_and(|id| id.login_provider() == provider)
}

impl fmt::Debug for Logins {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn the_login_of_a_user_pool_names_its_region_and_domain() {
        for (id, provider) in [
            ("us-east-1_QdbSdK39m", "cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39m"),
            ("us-gov-west-1_A1", "cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_A1"),
            ("cn-north-1_A1", "cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_A1"),
        ] {
            let id = UserPoolId::new(id).unwrap();
            assert_eq!(id.login_provider(), provider);
            let logins = Logins::for_user_pool(&id, &IdToken::from("t"));
            assert_eq!(logins.iter().map(|(name, token)| (name, token.expose())).next(), Some((provider, "t")));
            logins.check().unwrap();
        }
    }

    #[test]
    fn an_invalid_login_is_rejected_before_it_is_sent() {
        let long = "x".repeat(129);
        for (provider, token) in [
            ("", "t"),
            (&*long, "t"),
            ("accounts.google.com", ""),
            ("accounts.google.com", &*"t".repeat(50_001)),
            ("https://accounts.google.com", "t"),
            ("cognito-idp.us-west-2.amazonaws.com/us-east-1_QdbSdK39m", "t"),
            ("cognito-idp.us-east-1.amazonaws.com/QdbSdK39m", "t"),
            ("cognito-idp.us-east-1.amazonaws.com", "t"),
            ("cognito-idp.cn-north-1.amazonaws.com/cn-north-1_A1", "t"),
        ] {
            assert!(Logins::new().with(provider, token).check().is_err(), "{provider}");
        }
        let eleven: Logins = (0..11).fold(Logins::new(), |logins, number| logins.with(format!("p{number}"), "t"));
        assert!(eleven.check().is_err());
    }

    #[test]
    fn any_other_provider_name_is_accepted() {
        for provider in [
            Logins::GOOGLE,
            Logins::FACEBOOK,
            "login.example.com/tenant",
            "arn:aws:iam::123456789012:saml-provider/Example",
            "login.provider.example",
        ] {
            Logins::new().with(provider, "t").check().unwrap();
        }
    }

    #[test]
    fn debug_shows_no_token() {
        assert_eq!(format!("{:?}", Logins::new().with(Logins::GOOGLE, "m4rk")), r#"{"accounts.google.com"}"#);
    }
}
