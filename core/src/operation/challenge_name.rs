//! The names of the challenges of a sign-in.

use alloc::string::String;

use serde::de::value::StrDeserializer;
use serde::{Deserialize, Serialize};

/// The name of a challenge that the service can send during a sign-in.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ChallengeName {
    /// The user must enter a code from a text message (SMS), as the second factor.
    SmsMfa,
    /// The user must enter a code from an e-mail.
    EmailOtp,
    /// The user must enter a code from an authenticator app.
    SoftwareTokenMfa,
    /// The user must choose the second factor.
    SelectMfaType,
    /// The user must set up a second factor.
    MfaSetup,
    /// The client must complete SRP to prove that it knows the user's password.
    PasswordVerifier,
    /// The user must answer a custom challenge, which the user pool's Lambda triggers define.
    CustomChallenge,
    /// The user must choose the first factor.
    SelectChallenge,
    /// The remembered device must start SRP to prove that it knows the device's password.
    DeviceSrpAuth,
    /// The remembered device must complete SRP to prove that it knows the device's password.
    DevicePasswordVerifier,
    /// The client, which must be a server with AWS credentials, must send the user's password in plain text.
    AdminNoSrpAuth,
    /// The user must choose a new password.
    NewPasswordRequired,
    /// The user must enter a code from a text message (SMS), as the first factor.
    SmsOtp,
    /// The user must enter the password, as the first factor.
    Password,
    /// The user must sign in with a passkey.
    #[serde(rename = "WEB_AUTHN")]
    WebAuthn,
    /// The client must start SRP to prove that it knows the user's password, which is the first factor.
    PasswordSrp,
    /// A challenge that this version of the crate does not know.
    #[serde(untagged)]
    Unknown(String),
}

impl ChallengeName {
    /// Returns the name of the challenge as the service writes it.
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

/// Converts the service's text to a challenge name.
impl From<&str> for ChallengeName {
    fn from(name: &str) -> Self {
        let known = Self::deserialize(StrDeserializer::<serde::de::value::Error>::new(name));
        known.unwrap_or_else(|_| Self::Unknown(name.into()))
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
            assert_eq!((read.as_str(), &ChallengeName::from(name)), (name, &read));
            assert_eq!(matches!(read, ChallengeName::Unknown(_)), name == "TELEPATHY");
        }
    }
}
