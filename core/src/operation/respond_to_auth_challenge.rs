//! RespondToAuthChallenge: answers a challenge of a sign-in.
//!
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html>

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Authorization, Context, InitiateAuthResponse, Operation, Parameters, Public};
use crate::secret::ChallengeSession;

/// Answers a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct RespondToAuthChallenge {
    /// The challenge that is answered.
    pub challenge_name: ChallengeName,
    /// The answer, `USERNAME` among it. `SECRET_HASH` is added by itself.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub challenge_responses: Parameters,
    /// From the answer that brought the challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<ChallengeSession>,
    /// For the pool's triggers and threat protection.
    #[serde(flatten)]
    pub context: Context,
}

impl RespondToAuthChallenge {
    /// Answers this challenge. The optional members are set on the value.
    #[must_use]
    pub fn new(challenge_name: ChallengeName, challenge_responses: Parameters) -> Self {
        Self { challenge_name, challenge_responses, session: None, context: Context::default() }
    }
}

impl Operation for RespondToAuthChallenge {
    type Response = RespondToAuthChallengeResponse;

    const NAME: &'static str = "RespondToAuthChallenge";
    const AUTHORIZATION: Authorization = Authorization::AppClient;

    /// The first of two would spend the challenge session.
    fn is_repeatable(&self) -> bool {
        false
    }

    fn secret_hash_username(&self) -> Option<&str> {
        self.challenge_responses.get("USERNAME")
    }

    fn secret_hash_parameters(&mut self) -> Option<&mut Parameters> {
        Some(&mut self.challenge_responses)
    }
}

impl Public for RespondToAuthChallenge {}

/// Tokens, or the next challenge: the same members as in the answer to InitiateAuth.
pub type RespondToAuthChallengeResponse = InitiateAuthResponse;

/// A challenge's name.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ChallengeName {
    /// A code sent by SMS, as a second factor.
    SmsMfa,
    /// A code sent by e-mail.
    EmailOtp,
    /// A code from an authenticator app.
    SoftwareTokenMfa,
    /// The user chooses the second factor.
    SelectMfaType,
    /// The user must set up a second factor.
    MfaSetup,
    /// The proof of the password by SRP.
    PasswordVerifier,
    /// A challenge of the pool's triggers.
    CustomChallenge,
    /// The user chooses the first factor.
    SelectChallenge,
    /// The device proves itself by SRP.
    DeviceSrpAuth,
    /// The device's proof.
    DevicePasswordVerifier,
    /// The password in the clear, for servers.
    AdminNoSrpAuth,
    /// The user must choose a new password.
    NewPasswordRequired,
    /// A code sent by SMS, as the first factor.
    SmsOtp,
    /// The password, as the first factor.
    Password,
    /// A passkey.
    #[serde(rename = "WEB_AUTHN")]
    WebAuthn,
    /// The password by SRP, as the first factor.
    PasswordSrp,
    /// One that this version does not know.
    #[serde(untagged)]
    Unknown(String),
}

impl ChallengeName {
    /// The name as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::SmsMfa => "SMS_MFA",
            Self::EmailOtp => "EMAIL_OTP",
            Self::SoftwareTokenMfa => "SOFTWARE_TOKEN_MFA",
            Self::SelectMfaType => "SELECT_MFA_TYPE",
            Self::MfaSetup => "MFA_SETUP",
            Self::PasswordVerifier => "PASSWORD_VERIFIER",
            Self::CustomChallenge => "CUSTOM_CHALLENGE",
            Self::SelectChallenge => "SELECT_CHALLENGE",
            Self::DeviceSrpAuth => "DEVICE_SRP_AUTH",
            Self::DevicePasswordVerifier => "DEVICE_PASSWORD_VERIFIER",
            Self::AdminNoSrpAuth => "ADMIN_NO_SRP_AUTH",
            Self::NewPasswordRequired => "NEW_PASSWORD_REQUIRED",
            Self::SmsOtp => "SMS_OTP",
            Self::Password => "PASSWORD",
            Self::WebAuthn => "WEB_AUTHN",
            Self::PasswordSrp => "PASSWORD_SRP",
            Self::Unknown(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_it_is_read() {
        for name in [
            "SMS_MFA",
            "EMAIL_OTP",
            "SOFTWARE_TOKEN_MFA",
            "SELECT_MFA_TYPE",
            "MFA_SETUP",
            "PASSWORD_VERIFIER",
            "CUSTOM_CHALLENGE",
            "SELECT_CHALLENGE",
            "DEVICE_SRP_AUTH",
            "DEVICE_PASSWORD_VERIFIER",
            "ADMIN_NO_SRP_AUTH",
            "NEW_PASSWORD_REQUIRED",
            "SMS_OTP",
            "PASSWORD",
            "WEB_AUTHN",
            "PASSWORD_SRP",
            "TELEPATHY",
        ] {
            let read: ChallengeName = serde_json::from_value(name.into()).unwrap();
            assert_eq!(read.as_str(), name);
            assert_eq!(matches!(read, ChallengeName::Unknown(_)), name == "TELEPATHY");
        }
    }
    use crate::test_support::{json, request_of};

    #[test]
    fn the_secret_hash_of_an_answer_is_of_the_name_in_it() {
        let responses = Parameters::from_iter([("USERNAME", "alice"), ("SMS_MFA_CODE", "123456")]);
        let mut answer = RespondToAuthChallenge::new(ChallengeName::SmsMfa, responses);
        answer.session = Some("challenge session".into());
        assert_eq!(
            request_of(answer),
            json(
                r#"{"ClientId":"3pu8tnp684l4lmlfoth25ojmd2","ChallengeName":"SMS_MFA","Session":"challenge session",
                "ChallengeResponses":{"SECRET_HASH":"yaRTqp3b5Za3uwAaHnp5LnC6i2vxHcuZxsO6H2Nd+FY=","SMS_MFA_CODE":"123456","USERNAME":"alice"}}"#
            )
        );
    }
}
