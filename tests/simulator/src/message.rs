//! What a real pool would have sent by e-mail or text message.

use core::fmt;

use serde::Serialize;

/// A delivered message. As JSON it is
/// `{"username","destination","medium":"EMAIL"|"SMS","purpose","code","unix_seconds"}`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Message {
    /// The canonical user name.
    pub username: String,
    /// The whole e-mail address or phone number.
    pub destination: String,
    /// How it was sent.
    pub medium: Medium,
    /// What the code is for.
    pub purpose: Purpose,
    /// The code; in an invitation, the temporary password.
    pub code: String,
    /// When it was sent.
    pub unix_seconds: u64,
}

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = if self.purpose == Purpose::Invitation { "a temporary password" } else { &self.code };
        formatter
            .debug_struct("Message")
            .field("username", &self.username)
            .field("destination", &self.destination)
            .field("medium", &self.medium)
            .field("purpose", &self.purpose)
            .field("code", &code)
            .field("unix_seconds", &self.unix_seconds)
            .finish()
    }
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Medium {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
}

impl Medium {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Sms => "SMS",
        }
    }
}

/// What a code is for. As JSON: `confirm_sign_up`, `invitation`, `forgot_password`, `verify_attribute`, `sign_in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Purpose {
    /// To be given to ConfirmSignUp; sent by SignUp and by ResendConfirmationCode.
    ConfirmSignUp,
    /// The temporary password of a user whom an administrator made.
    Invitation,
    /// To be given to ConfirmForgotPassword; sent by ForgotPassword and by AdminResetUserPassword.
    ForgotPassword,
    /// To be given to VerifyUserAttribute; sent by UpdateUserAttributes and by GetUserAttributeVerificationCode.
    VerifyAttribute,
    /// To answer SMS_MFA or EMAIL_OTP with. It is good for as long as the challenge is.
    SignIn,
}

impl Purpose {
    /// How long a code is good for: a day, and an hour if it sets a password.
    pub(crate) fn code_seconds(self) -> u64 {
        if self == Self::ForgotPassword { 3_600 } else { 86_400 }
    }
}
