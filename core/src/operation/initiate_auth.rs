//! InitiateAuth: starts a sign-in, or refreshes the tokens of a session.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, ChallengeName, Context, Operation, Parameters, Public};
use crate::encoding::lenient;
use crate::secret::{AccessToken, ChallengeSession, IdToken, RefreshToken};

/// A request to start a sign-in or to refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct InitiateAuth {
    /// The authentication flow that the request starts.
    pub auth_flow: AuthFlow,
    /// The parameters of the flow, such as `USERNAME` and `SRP_A`. [`Call`](crate::Call) adds the parameter
    /// `SECRET_HASH`.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub auth_parameters: Parameters,
    /// The session from the response to SignUp or ConfirmSignUp, with which a new user signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// The canonical user name, which [`Call`](crate::Call) needs to compute the secret hash of a token
    /// refresh. The parameters of a token refresh contain no user name. [`Call`](crate::Call) does not send
    /// the canonical user name to the service.
    #[serde(skip)]
    pub canonical_username: Option<String>,
    /// Data for the user pool's Lambda triggers and for threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl InitiateAuth {
    /// Creates a request to start this flow with these parameters. Set the optional fields on the returned
    /// request.
    #[must_use]
    pub fn new(auth_flow: AuthFlow, auth_parameters: Parameters) -> Self {
        Self { auth_flow, auth_parameters, session: None, canonical_username: None, context: Context::default() }
    }
}

impl Operation for InitiateAuth {
    type Response = InitiateAuthResponse;

    const NAME: &'static str = "InitiateAuth";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// Returns `true` for a sign-in by SRP and for a token refresh. When the service processes the first
    /// request of a sign-in by SRP, the service neither checks a password nor sends a code. The service
    /// allows clients to retry a token refresh. A retry may run the pre-authentication trigger a second time.
    /// A retry of any other flow could make the service count a wrong password twice or send a second code.
    fn is_repeatable(&self) -> bool {
        matches!(self.auth_flow, AuthFlow::UserSrpAuth | AuthFlow::RefreshTokenAuth | AuthFlow::RefreshToken)
    }

    /// Returns `true` for token refreshes, because a delayed retry can fail: the grace period of the old
    /// refresh token starts when the service carries out the first attempt, and may be as short as one
    /// second.
    fn is_urgent(&self) -> bool {
        matches!(self.auth_flow, AuthFlow::RefreshTokenAuth | AuthFlow::RefreshToken)
    }

    fn secret_hash_username(&self) -> Option<&str> {
        self.auth_parameters.get("USERNAME").or(self.canonical_username.as_deref())
    }

    fn secret_hash_parameters(&mut self) -> Option<&mut Parameters> {
        Some(&mut self.auth_parameters)
    }
}

impl Public for InitiateAuth {}

/// The authentication flow that a request starts.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AuthFlow {
    /// Signs in with a password by SRP, without sending the password.
    UserSrpAuth,
    /// Exchanges a refresh token for new tokens.
    RefreshTokenAuth,
    /// Exchanges a refresh token for new tokens. `REFRESH_TOKEN` is an older name of the flow
    /// [`RefreshTokenAuth`](Self::RefreshTokenAuth).
    RefreshToken,
    /// Signs in with custom challenges, which the user pool's Lambda triggers define.
    CustomAuth,
    /// Signs in with a password in plain text, from a server with AWS credentials.
    AdminNoSrpAuth,
    /// Signs in with a password, which the client sends in plain text over TLS.
    UserPasswordAuth,
    /// Signs in with a password in plain text, from a server with AWS credentials. This flow is equivalent to
    /// [`AdminNoSrpAuth`](Self::AdminNoSrpAuth).
    AdminUserPasswordAuth,
    /// Lets the user choose the first factor.
    UserAuth,
    /// A flow that this version of the crate does not know.
    #[serde(untagged)]
    Unknown(String),
}

/// The response to InitiateAuth: either tokens or the next challenge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct InitiateAuthResponse {
    /// The name of the next challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::name")]
    pub challenge_name: Option<ChallengeName>,
    /// The parameters of the next challenge.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    #[serde(deserialize_with = "lenient::texts_by_name")]
    pub challenge_parameters: Parameters,
    /// The challenge session with which the sign-in continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub session: Option<ChallengeSession>,
    /// The first factors from which the user can choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(deserialize_with = "lenient::list")]
    pub available_challenges: Vec<ChallengeName>,
    /// The tokens, or `None` if the user must answer another challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub authentication_result: Option<AuthenticationResult>,
}

/// The tokens that a sign-in or a refresh returns.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AuthenticationResultType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AuthenticationResult {
    /// The access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub access_token: Option<AccessToken>,
    /// The lifetime of the access token, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::integer")]
    pub expires_in: Option<i32>,
    /// The type of the access token, which is `Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub token_type: Option<String>,
    /// The refresh token. A token refresh returns another refresh token only if refresh token rotation is
    /// enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub refresh_token: Option<RefreshToken>,
    /// The ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub id_token: Option<IdToken>,
    /// The keys of a new device, if the user pool tracks devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::object")]
    pub new_device_metadata: Option<NewDeviceMetadata>,
}

/// The keys of a device on which a user has signed in for the first time.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_NewDeviceMetadataType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NewDeviceMetadata {
    /// The key of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub device_key: Option<String>,
    /// The device group key. When a device signs in by SRP, the device group key replaces the user pool's
    /// name in the SRP hashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "lenient::text")]
    pub device_group_key: Option<String>,
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn the_secret_hash_of_a_sign_in_uses_its_username() {
        let parameters = Parameters::from_iter([("USERNAME", "alice"), ("SRP_A", "abc")]);
        assert_eq!(
            request_of(InitiateAuth::new(AuthFlow::UserSrpAuth, parameters)),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","AuthFlow":"USER_SRP_AUTH",
                "AuthParameters":{"SECRET_HASH":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY=","SRP_A":"abc","USERNAME":"alice"}}"#
            )
        );
    }

    #[test]
    fn the_secret_hash_of_a_refresh_uses_the_canonical_username() {
        let parameters = Parameters::from_iter([("REFRESH_TOKEN", "refresh")]);
        let mut refresh = InitiateAuth::new(AuthFlow::RefreshTokenAuth, parameters);
        refresh.canonical_username = Some("alice".into());
        assert_eq!(
            request_of(refresh),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","AuthFlow":"REFRESH_TOKEN_AUTH",
                "AuthParameters":{"REFRESH_TOKEN":"refresh","SECRET_HASH":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY="}}"#
            )
        );
    }

    #[test]
    fn an_unknown_challenge_is_read_and_written_unchanged() {
        let text = r#"{"ChallengeName":"TELEPATHY","ChallengeParameters":{"THOUGHT":"x"},"Session":"s"}"#;
        let response: InitiateAuthResponse = serde_json::from_str(text).unwrap();
        assert_eq!(response.challenge_name, Some(ChallengeName::Unknown("TELEPATHY".into())));
        assert_eq!(serde_json::to_string(&response).unwrap(), text);
    }

    /// If the crate rejected a response in which `ExpiresIn` is `"3600"`, the client would lose a rotated
    /// refresh token.
    #[test]
    fn an_odd_member_next_to_tokens_does_not_cost_them() {
        let deep = "[".repeat(500) + &"]".repeat(500);
        let odd = ["7", "-1", "0.5", "1e999", "4294967296", "null", "true", "[]", "[7]", "{}", r#"{"x":7}"#, r#""x""#];
        for value in odd.into_iter().chain([&*deep]) {
            for member in ["ChallengeName", "ChallengeParameters", "Session", "AvailableChallenges", "NewMember"] {
                let text = format!(
                    r#"{{"{member}":{value},"AuthenticationResult":{{"AccessToken":"a","RefreshToken":"r"}}}}"#
                );
                let response: InitiateAuthResponse = serde_json::from_str(&text).unwrap();
                let result = response.authentication_result.unwrap();
                assert_eq!((result.access_token, result.refresh_token), (Some("a".into()), Some("r".into())), "{text}");
            }
            let device = r#"{"DeviceKey":"#.to_string() + value + "}";
            for (member, value) in [
                ("ExpiresIn", value),
                ("TokenType", value),
                ("IdToken", value),
                ("NewDeviceMetadata", value),
                ("NewDeviceMetadata", &device),
                ("NewMember", value),
            ] {
                let text = format!(r#"{{"AccessToken":"a","{member}":{value},"RefreshToken":"r"}}"#);
                let text = format!(r#"{{"AuthenticationResult":{text},"ChallengeParameters":{{}}}}"#);
                let response: InitiateAuthResponse = serde_json::from_str(&text).unwrap();
                let result = response.authentication_result.unwrap();
                assert_eq!((result.access_token, result.refresh_token), (Some("a".into()), Some("r".into())), "{text}");
            }
        }
    }

    #[test]
    fn a_lifetime_is_read_in_any_notation() {
        for (written, seconds) in [
            ("3600", Some(3600)),
            ("3600.0", Some(3600)),
            ("3600.9", Some(3600)),
            ("3.6e3", Some(3600)),
            (r#""3600""#, Some(3600)),
            (r#"" 3600.0 ""#, Some(3600)),
            ("2147483648", None),
            ("1e999", None),
            (r#""inf""#, None),
            (r#""an hour""#, None),
            ("true", None),
        ] {
            let result: AuthenticationResult = serde_json::from_str(&format!(r#"{{"ExpiresIn":{written}}}"#)).unwrap();
            assert_eq!(result.expires_in, seconds, "{written}");
        }
    }

    #[test]
    fn a_parameter_that_is_a_number_is_read_as_text() {
        let text = r#"{"ChallengeName":"SMS_MFA","Session":"s","ChallengeParameters":{"CODE_LENGTH":6,"RATIO":0.10,
            "NAME":"alice","FLAG":true,"LIST":["x"],"OBJECT":{"x":1},"NOTHING":null}}"#;
        let response: InitiateAuthResponse = serde_json::from_str(text).unwrap();
        let expected = Parameters::from_iter([("CODE_LENGTH", "6"), ("RATIO", "0.10"), ("NAME", "alice")]);
        assert_eq!(response.challenge_parameters, expected);
        assert_eq!(response.challenge_name, Some(ChallengeName::SmsMfa));
    }

    #[test]
    fn null_members_are_read_as_absent() {
        let text = r#"{"ChallengeName":null,"ChallengeParameters":null,"Session":null,"AvailableChallenges":null,
            "AuthenticationResult":null}"#;
        let response: InitiateAuthResponse = serde_json::from_str(text).unwrap();
        assert_eq!(response, InitiateAuthResponse::default());
    }
}
