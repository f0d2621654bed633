//! InitiateAuth: begins a sign-in, or refreshes its tokens.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html>

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Authorization, ChallengeName, Context, Operation, Parameters, Public, null_is_default};
use crate::secret::{AccessToken, ChallengeSession, IdToken, RefreshToken};

/// Begins a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct InitiateAuth {
    /// By which flow.
    pub auth_flow: AuthFlow,
    /// What the flow needs, such as `USERNAME` and `SRP_A`. `SECRET_HASH` is added by itself.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub auth_parameters: Parameters,
    /// From SignUp or ConfirmSignUp, to sign a new user in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// The canonical user name, for the secret hash of a refresh, which names no user. Not sent.
    #[serde(skip)]
    pub canonical_username: Option<String>,
    /// For the pool's triggers and threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl InitiateAuth {
    /// Begins this flow with these parameters. The optional members are set on the value.
    #[must_use]
    pub fn new(auth_flow: AuthFlow, auth_parameters: Parameters) -> Self {
        Self { auth_flow, auth_parameters, session: None, canonical_username: None, context: Context::default() }
    }
}

impl Operation for InitiateAuth {
    type Response = InitiateAuthResponse;

    const NAME: &'static str = "InitiateAuth";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// Beginning SRP spends nothing, and a refresh is there to be tried again; a pre-authentication trigger may run
    /// twice. The other flows count wrong passwords or send codes.
    fn is_repeatable(&self) -> bool {
        matches!(self.auth_flow, AuthFlow::UserSrpAuth | AuthFlow::RefreshTokenAuth | AuthFlow::RefreshToken)
    }

    /// As for GetTokensFromRefreshToken.
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

/// By which flow a sign-in begins.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AuthFlow {
    /// Password by SRP.
    UserSrpAuth,
    /// New tokens for a refresh token.
    RefreshTokenAuth,
    /// The same, by its old name.
    RefreshToken,
    /// Challenges made by the pool's triggers.
    CustomAuth,
    /// Password in the clear, for servers with AWS credentials.
    AdminNoSrpAuth,
    /// Password in the clear, under TLS.
    UserPasswordAuth,
    /// As `AdminNoSrpAuth`.
    AdminUserPasswordAuth,
    /// The user chooses the first factor.
    UserAuth,
    /// One that this version does not know.
    #[serde(untagged)]
    Unknown(String),
}

/// Tokens, or the next challenge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct InitiateAuthResponse {
    /// The next challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_name: Option<ChallengeName>,
    /// What the challenge is about.
    #[serde(default, skip_serializing_if = "Parameters::is_empty", deserialize_with = "null_is_default")]
    pub challenge_parameters: Parameters,
    /// Carries the sign-in to the next challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// The factors that the user may choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_default")]
    pub available_challenges: Vec<ChallengeName>,
    /// The tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_result: Option<AuthenticationResult>,
}

/// The tokens of a sign-in.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AuthenticationResultType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AuthenticationResult {
    /// The access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<AccessToken>,
    /// How long the access token lives, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i32>,
    /// `Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// The refresh token; a refresh gives one only where tokens rotate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshToken>,
    /// The ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<IdToken>,
    /// The device's new keys, when the pool tracks devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_device_metadata: Option<NewDeviceMetadata>,
}

/// The keys of a device that signed in for the first time.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_NewDeviceMetadataType.html>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NewDeviceMetadata {
    /// The device's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// The key of the device's group, which SRP hashes in place of the pool's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_group_key: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{json, request_of};

    #[test]
    fn the_secret_hash_of_a_sign_in_is_of_the_name_in_it() {
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
    fn the_secret_hash_of_a_refresh_is_of_the_canonical_name() {
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
    fn a_challenge_of_tomorrow_is_read_and_written_unchanged() {
        let text = r#"{"ChallengeName":"TELEPATHY","ChallengeParameters":{"THOUGHT":"x"},"Session":"s"}"#;
        let response: InitiateAuthResponse = serde_json::from_str(text).unwrap();
        assert_eq!(response.challenge_name, Some(ChallengeName::Unknown("TELEPATHY".into())));
        assert_eq!(serde_json::to_string(&response).unwrap(), text);
    }

    #[test]
    fn null_members_are_absent_members() {
        let text = r#"{"ChallengeName":null,"ChallengeParameters":null,"Session":null,"AvailableChallenges":null,
            "AuthenticationResult":null}"#;
        let response: InitiateAuthResponse = serde_json::from_str(text).unwrap();
        assert_eq!(response, InitiateAuthResponse::default());
    }
}
