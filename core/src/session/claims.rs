//! The claims of access tokens and ID tokens. This crate decodes the claims without checking the signature.
//!
//! A program that receives a token from a client must check the token's signature. This crate does not check
//! the signature, because it receives its tokens from Cognito itself, over TLS.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::encoding::{jwt, lenient};
use crate::secret::{AccessToken, IdToken, TokenPayload};

impl AccessToken {
    /// Returns the claims of the token, or `None` if the token cannot be decoded. **The signature is not
    /// checked.**
    #[must_use]
    pub fn unverified_claims(&self) -> Option<AccessTokenClaims> {
        claims(self.expose())
    }

    /// Returns all claims as the JSON text that the service sent, or `None` if the token cannot be decoded.
    /// The text contains all numbers exactly as the service sent them. **The signature is not checked.**
    #[must_use]
    pub fn unverified_payload(&self) -> Option<TokenPayload> {
        jwt::payload(self.expose()).map(|json| TokenPayload::from(json.as_str()))
    }
}

impl IdToken {
    /// Returns the claims of the token, or `None` if the token cannot be decoded. **The signature is not
    /// checked.**
    #[must_use]
    pub fn unverified_claims(&self) -> Option<IdTokenClaims> {
        claims(self.expose())
    }

    /// Returns all claims as the JSON text that the service sent, or `None` if the token cannot be decoded.
    /// The text contains all numbers exactly as the service sent them. **The signature is not checked.**
    #[must_use]
    pub fn unverified_payload(&self) -> Option<TokenPayload> {
        jwt::payload(self.expose()).map(|json| TokenPayload::from(json.as_str()))
    }
}

/// The claims of an access token. All times in the claims come from the service's clock.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AccessTokenClaims {
    /// The user's `sub`, which never changes.
    #[serde(deserialize_with = "lenient::text")]
    pub sub: Option<String>,
    /// The canonical user name.
    #[serde(deserialize_with = "lenient::text")]
    pub username: Option<String>,
    /// The URL of the user pool that issued the token.
    #[serde(deserialize_with = "lenient::text")]
    pub iss: Option<String>,
    /// The id of the app client that the token was issued to.
    #[serde(deserialize_with = "lenient::text")]
    pub client_id: Option<String>,
    /// The kind of token: `access`.
    #[serde(deserialize_with = "lenient::text")]
    pub token_use: Option<String>,
    /// The scopes of the token, separated by spaces.
    #[serde(deserialize_with = "lenient::text")]
    pub scope: Option<String>,
    /// The time at which the user signed in, in seconds since the Unix epoch.
    #[serde(deserialize_with = "lenient::seconds")]
    pub auth_time: Option<u64>,
    /// The time at which the token was issued, in seconds since the Unix epoch.
    #[serde(deserialize_with = "lenient::seconds")]
    pub iat: Option<u64>,
    /// The time at which the token expires, in seconds since the Unix epoch.
    #[serde(deserialize_with = "lenient::seconds")]
    pub exp: Option<u64>,
    /// The unique id of the token.
    #[serde(deserialize_with = "lenient::text")]
    pub jti: Option<String>,
    /// The id that all tokens of one sign-in share, or `None` if the tokens cannot be revoked.
    #[serde(deserialize_with = "lenient::text")]
    pub origin_jti: Option<String>,
    /// The key of the remembered device that the token was issued to.
    #[serde(deserialize_with = "lenient::text")]
    pub device_key: Option<String>,
    /// The names of the user's groups.
    #[serde(rename = "cognito:groups")]
    #[serde(deserialize_with = "lenient::list")]
    pub groups: Vec<String>,
    /// All claims that the other fields do not contain, by name.
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
    #[serde(deserialize_with = "lenient::text")]
    pub sub: Option<String>,
    /// The canonical user name.
    #[serde(rename = "cognito:username")]
    #[serde(deserialize_with = "lenient::text")]
    pub username: Option<String>,
    /// The URL of the user pool that issued the token.
    #[serde(deserialize_with = "lenient::text")]
    pub iss: Option<String>,
    /// The id of the app client that the token was issued to.
    #[serde(deserialize_with = "lenient::text")]
    pub aud: Option<String>,
    /// The kind of token: `id`.
    #[serde(deserialize_with = "lenient::text")]
    pub token_use: Option<String>,
    /// The time at which the user signed in, in seconds since the Unix epoch.
    #[serde(deserialize_with = "lenient::seconds")]
    pub auth_time: Option<u64>,
    /// The time at which the token was issued, in seconds since the Unix epoch.
    #[serde(deserialize_with = "lenient::seconds")]
    pub iat: Option<u64>,
    /// The time at which the token expires, in seconds since the Unix epoch.
    #[serde(deserialize_with = "lenient::seconds")]
    pub exp: Option<u64>,
    /// The unique id of the token.
    #[serde(deserialize_with = "lenient::text")]
    pub jti: Option<String>,
    /// The id that all tokens of one sign-in share, or `None` if the tokens cannot be revoked.
    #[serde(deserialize_with = "lenient::text")]
    pub origin_jti: Option<String>,
    /// The names of the user's groups.
    #[serde(rename = "cognito:groups")]
    #[serde(deserialize_with = "lenient::list")]
    pub groups: Vec<String>,
    /// All claims that the other fields do not contain, by name. The user's attributes are among these
    /// claims.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// `Debug` prints only the `sub`, the user name, and the times of issue and expiry.
impl fmt::Debug for AccessTokenClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessTokenClaims")
            .field("sub", &self.sub)
            .field("username", &self.username)
            .field("iat", &self.iat)
            .field("exp", &self.exp)
            .finish_non_exhaustive()
    }
}

/// `Debug` prints only the `sub`, the user name, and the times of issue and expiry.
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

/// Reads the claims of a JWT. If the type of one claim is wrong, the other claims are still read.
fn claims<Claims: for<'de> Deserialize<'de>>(token: &str) -> Option<Claims> {
    let members = lenient::members(&jwt::payload(token)?)?;
    Claims::deserialize(&members.0).ok()
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
    fn debug_prints_neither_attributes_nor_custom_claims() {
        let payload = r#"{"sub":"0d4f","email":"m4rk@example.com","custom:ip":"m4rk","cognito:groups":["m4rk"]}"#;
        let access = access_token(payload);
        let id = IdToken::from(access.expose());
        let debug = format!("{:?} {:?}", access.unverified_claims().unwrap(), id.unverified_claims().unwrap());
        let debug = format!("{debug} {:?}", access.unverified_payload());
        assert!(!debug.contains("m4rk"), "{debug}");
    }

    #[test]
    fn a_number_keeps_its_value() {
        let json =
            r#"{"exp":7,"ratio": 12.917521550408111,"big":123456789012345678901234567890,"huge":1e999,"n":0.10}"#;
        let token = access_token(json);
        assert_eq!(token.unverified_payload().unwrap().expose(), json);
        assert_eq!(IdToken::from(token.expose()).unverified_payload().unwrap().expose(), json);
        let claims = token.unverified_claims().unwrap();
        assert_eq!((claims.exp, claims.other["ratio"].to_string().as_str()), (Some(7), "12.917521550408111"));
        assert!(claims.other["big"].is_number() && !claims.other.contains_key("huge"));
    }

    #[test]
    fn a_payload_is_read_with_and_without_padding() {
        let json = r#"{"exp":17}"#;
        for payload in ["eyJleHAiOjE3fQ", "eyJleHAiOjE3fQ=="] {
            let token = AccessToken::from(format!("e30.{payload}.c2ln"));
            assert_eq!(token.unverified_payload().unwrap().expose(), json);
            assert_eq!(token.unverified_claims().unwrap().exp, Some(17));
        }
    }

    #[test]
    fn an_invalid_token_has_no_claims() {
        for token in ["", "x", "a.b", "..", "a.bnVsbA.c", "a.W10.c", "a.!!!.c"] {
            assert_eq!(AccessToken::from(token).unverified_claims(), None, "{token}");
            assert_eq!(AccessToken::from(token).unverified_payload(), None, "{token}");
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
