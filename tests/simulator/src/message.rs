//! The messages that a real user pool would have sent by e-mail or text message.

use core::fmt;

use serde::Serialize;

/// A message that was delivered to a user.
///
/// The JSON form is `{"username","destination","medium":"EMAIL"|"SMS","purpose","code","unix_seconds"}`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Message {
    /// The canonical user name.
    pub username: String,
    /// The complete e-mail address or phone number.
    pub destination: String,
    /// Whether the message is an e-mail or a text message.
    pub medium: Medium,
    /// The purpose of the code.
    pub purpose: Purpose,
    /// The code in the message. The code of an invitation is the temporary password.
    pub code: String,
    /// The time at which the message was sent, in seconds since the Unix epoch.
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

/// The medium by which a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Medium {
    /// The message is an e-mail.
    Email,
    /// The message is a text message.
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

/// The purpose of a code.
///
/// The JSON forms are `confirm_sign_up`, `invitation`, `forgot_password`, `verify_attribute` and `sign_in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Purpose {
    /// The code is for ConfirmSignUp. SignUp and ResendConfirmationCode send this code.
    ConfirmSignUp,
    /// The code is the temporary password of a user whom an administrator created.
    Invitation,
    /// The code is for ConfirmForgotPassword. ForgotPassword and AdminResetUserPassword send this code.
    ForgotPassword,
    /// The code is for VerifyUserAttribute. UpdateUserAttributes and GetUserAttributeVerificationCode send
    /// this code.
    VerifyAttribute,
    /// The code answers the challenge SMS_MFA or EMAIL_OTP, and is valid as long as the challenge.
    SignIn,
}

impl Purpose {
    /// Returns the lifetime of a code in seconds: an hour for a password reset, and otherwise a day.
    pub(crate) fn code_seconds(self) -> u64 {
        if self == Self::ForgotPassword { 3_600 } else { 86_400 }
    }
}
