//! The claims of access tokens and ID tokens. This crate decodes the claims without checking the signature.
//!
//! A program that receives a token from a client must check the token's signature. This crate does not check
//! the signature, because it receives its tokens from Cognito itself, over TLS.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::encoding::lenient_base64;
use crate::secret::{AccessToken, IdToken};

impl AccessToken {
    /// Returns the claims of the token, or `None` if the token cannot be decoded. **The signature is not
    /// checked.**
    #[must_use]
    pub fn unverified_claims(&self) -> Option<AccessTokenClaims> {
        payload(self.expose())
    }
}

impl IdToken {
    /// Returns the claims of the token, or `None` if the token cannot be decoded. **The signature is not
    /// checked.**
    #[must_use]
    pub fn unverified_claims(&self) -> Option<IdTokenClaims> {
        payload(self.expose())
    }
}

/// The claims of an access token. All times in the claims come from the service's clock.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccessTokenClaims {
    /// The user's `sub`, which never changes.
    #[serde(deserialize_with = "text")]
    pub sub: Option<String>,
    /// The canonical user name.
    #[serde(deserialize_with = "text")]
    pub username: Option<String>,
    /// The URL of the user pool that issued the token.
    #[serde(deserialize_with = "text")]
    pub iss: Option<String>,
    /// The id of the app client that the token was issued to.
    #[serde(deserialize_with = "text")]
    pub client_id: Option<String>,
    /// The kind of token: `access`.
    #[serde(deserialize_with = "text")]
    pub token_use: Option<String>,
    /// The scopes of the token, separated by spaces.
    #[serde(deserialize_with = "text")]
    pub scope: Option<String>,
    /// The time at which the user signed in, in seconds since the Unix epoch.
    #[serde(deserialize_with = "seconds")]
    pub auth_time: Option<u64>,
    /// The time at which the token was issued, in seconds since the Unix epoch.
    #[serde(deserialize_with = "seconds")]
    pub iat: Option<u64>,
    /// The time at which the token expires, in seconds since the Unix epoch.
    #[serde(deserialize_with = "seconds")]
    pub exp: Option<u64>,
    /// The unique id of the token.
    #[serde(deserialize_with = "text")]
    pub jti: Option<String>,
    /// The id that all tokens of one sign-in share. Only tokens that can be revoked have this claim.
    #[serde(deserialize_with = "text")]
    pub origin_jti: Option<String>,
    /// The key of the remembered device that the token was issued to.
    #[serde(deserialize_with = "text")]
    pub device_key: Option<String>,
    /// The names of the user's groups.
    #[serde(rename = "cognito:groups")]
    #[serde(deserialize_with = "texts")]
    pub groups: Vec<String>,
    /// All other claims, by name.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// The claims of an ID token. All times in the claims come from the service's clock.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html>
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct IdTokenClaims {
    /// The user's `sub`, which never changes.
    #[serde(deserialize_with = "text")]
    pub sub: Option<String>,
    /// The canonical user name.
    #[serde(rename = "cognito:username")]
    #[serde(deserialize_with = "text")]
    pub username: Option<String>,
    /// The URL of the user pool that issued the token.
    #[serde(deserialize_with = "text")]
    pub iss: Option<String>,
    /// The id of the app client that the token was issued to.
    #[serde(deserialize_with = "text")]
    pub aud: Option<String>,
    /// The kind of token: `id`.
    #[serde(deserialize_with = "text")]
    pub token_use: Option<String>,
    /// The time at which the user signed in, in seconds since the Unix epoch.
    #[serde(deserialize_with = "seconds")]
    pub auth_time: Option<u64>,
    /// The time at which the token was issued, in seconds since the Unix epoch.
    #[serde(deserialize_with = "seconds")]
    pub iat: Option<u64>,
    /// The time at which the token expires, in seconds since the Unix epoch.
    #[serde(deserialize_with = "seconds")]
    pub exp: Option<u64>,
    /// The unique id of the token.
    #[serde(deserialize_with = "text")]
    pub jti: Option<String>,
    /// The id that all tokens of one sign-in share. Only tokens that can be revoked have this claim.
    #[serde(deserialize_with = "text")]
    pub origin_jti: Option<String>,
    /// The names of the user's groups.
    #[serde(rename = "cognito:groups")]
    #[serde(deserialize_with = "texts")]
    pub groups: Vec<String>,
    /// All other claims, by name, including the user's attributes.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// `Debug` prints only the `sub`, the user name, and the times at which the token was issued and expires.
impl fmt::Debug for IdTokenClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IdTokenClaims")
            .field("sub", &self.sub)
            .field("username", &self.username)
            .field("iat", &self.iat)
            .field("exp", &self.exp)
            .finish_non_exhaustive()
    }
}

/// Decodes the payload of a JWT ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)).
fn payload<Claims: for<'de> Deserialize<'de>>(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    let json: Zeroizing<Vec<u8>> = Zeroizing::new(lenient_base64::decode_url_safe(payload)?);
    serde_json::from_slice(&json).ok()
}

/// Deserializes a number of seconds from a JSON number, or from a string that contains a whole number. A
/// fraction in a JSON number is dropped. Any other value becomes `None`.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(|seconds| seconds as u64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// Deserializes a string. A value of another type becomes `None`, so that one malformed claim does not
/// invalidate all claims.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

/// Deserializes the strings in a list. Items of another type are skipped, and a value that is not a list
/// becomes an empty list.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let Value::Array(items) = Value::deserialize(deserializer)? else { return Ok(Vec::new()) };
    Ok(items.into_iter().filter_map(|item| item.as_str().map(Into::into)).collect())
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    fn access_token(payload: &str) -> AccessToken {
        AccessToken::from(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload)))
    }

    #[test]
    fn the_claims_of_an_access_token_are_read() {
        let token = access_token(
            r#"{"sub":"0d4f","username":"zoë?>","exp":1700003600,"iat":1700000000,"origin_jti":"o","jti":"j",
                "cognito:groups":["admins"],"scope":"aws.cognito.signin.user.admin","version":2}"#,
        );
        let claims = token.unverified_claims().unwrap();
        assert_eq!((claims.username.as_deref(), claims.exp), (Some("zoë?>"), Some(1_700_003_600)));
        assert_eq!(claims.groups, ["admins"]);
        assert_eq!(claims.other["version"], 2);
    }

    #[test]
    fn the_claims_of_an_id_token_are_read() {
        let payload = r#"{"cognito:username":"alice","aud":"3pu8","email":"alice@example.com","email_verified":true}"#;
        let token = IdToken::from(format!("e30.{}.c2ln", STANDARD.encode(payload).replace('+', "-").replace('/', "_")));
        let claims = token.unverified_claims().unwrap();
        assert_eq!((claims.username.as_deref(), claims.aud.as_deref()), (Some("alice"), Some("3pu8")));
        assert_eq!(claims.other["email"], "alice@example.com");
    }

    #[test]
    fn times_are_read_as_numbers_or_text() {
        for (written, read) in [
            ("1217742717705", Some(1_217_742_717_705)),
            (r#""1717566244000""#, Some(1_717_566_244_000)),
            ("1700000000.9", Some(1_700_000_000)),
            ("-5", Some(0)),
            (r#""soon""#, None),
            ("null", None),
            ("[1]", None),
        ] {
            let claims = access_token(&format!(r#"{{"exp":{written}}}"#)).unverified_claims().unwrap();
            assert_eq!(claims.exp, read, "{written}");
        }
    }

    #[test]
    fn a_claim_of_the_wrong_type_invalidates_no_other_claim() {
        let claims = access_token(r#"{"exp":7,"cognito:groups":null,"scope":["a"],"device_key":1,"origin_jti":"o"}"#);
        let claims = claims.unverified_claims().unwrap();
        assert_eq!((claims.exp, claims.origin_jti.as_deref()), (Some(7), Some("o")));
        assert_eq!((claims.groups.len(), claims.scope, claims.device_key), (0, None, None));
    }

    #[test]
    fn debug_does_not_print_the_users_attributes() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"sub":"0d4f","email":"m4rk@example.com"}"#);
        let claims = IdToken::from(format!("e30.{payload}.c2ln")).unverified_claims().unwrap();
        assert!(!format!("{claims:?}").contains("m4rk"));
    }

    #[test]
    fn an_invalid_token_has_no_claims() {
        for token in ["", "x", "a.b", "..", "a.bnVsbA.c", "a.W10.c", "a.!!!.c"] {
            assert_eq!(AccessToken::from(token).unverified_claims(), None, "{token}");
        }
    }

    proptest! {
        #[test]
        fn any_claims_are_read_as_they_were_written(
            texts in prop::collection::vec(prop::option::of(any::<String>()), 8),
            times in prop::collection::vec(prop::option::of(any::<u64>()), 3),
            groups in prop::collection::vec(any::<String>(), 0..4),
            other: String,
        ) {
            let [sub, name, iss, client, token_use, jti, origin_jti, device_key] = &texts[..] else { panic!() };
            let [auth_time, iat, exp] = times[..] else { panic!() };
            let payload = serde_json::json!({
                "sub": sub, "username": name, "cognito:username": name, "iss": iss, "client_id": client, "aud": client,
                "token_use": token_use, "jti": jti, "origin_jti": origin_jti, "device_key": device_key,
                "auth_time": auth_time, "iat": iat, "exp": exp, "cognito:groups": groups, "custom:other": other,
            })
            .to_string();
            let access = access_token(&payload).unverified_claims().unwrap();
            prop_assert_eq!([&access.sub, &access.username, &access.iss, &access.client_id], [sub, name, iss, client]);
            prop_assert_eq!([&access.token_use, &access.jti, &access.origin_jti], [token_use, jti, origin_jti]);
            prop_assert_eq!((&access.device_key, &access.groups), (device_key, &groups));
            prop_assert_eq!([access.auth_time, access.iat, access.exp], [auth_time, iat, exp]);
            prop_assert_eq!(access.other["custom:other"].as_str(), Some(&*other));
            let id = IdToken::from(access_token(&payload).expose()).unverified_claims().unwrap();
            prop_assert_eq!([&id.sub, &id.username, &id.iss, &id.aud], [sub, name, iss, client]);
            prop_assert_eq!([&id.token_use, &id.jti, &id.origin_jti], [token_use, jti, origin_jti]);
            prop_assert_eq!([id.auth_time, id.iat, id.exp], [auth_time, iat, exp]);
            prop_assert_eq!((&id.groups, id.other["custom:other"].as_str()), (&groups, Some(&*other)));
        }

        #[test]
        fn decoding_any_text_never_panics(text in ".{0,60}", payload in ".{0,60}") {
            let _ = AccessToken::from(text).unverified_claims();
            let _ = access_token(&payload).unverified_claims();
        }
    }
}
