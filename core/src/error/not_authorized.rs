//! The reasons why the service does not authorize a request.

use alloc::string::String;

/// The reason for a `NotAuthorizedException`. The service gives the reason only in the message, so this crate
/// reads the reason from the message. If the message repeats the words of a Lambda trigger, the reason is
/// [`Other`](Self::Other).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotAuthorized {
    /// The password is wrong, or the user does not exist and the user pool hides that fact.
    IncorrectUsernameOrPassword,
    /// The user is locked out for up to 15 minutes after too many wrong passwords.
    PasswordAttemptsExceeded,
    /// The user is disabled.
    UserDisabled,
    /// The challenge session is not valid for the user: start a new sign-in.
    InvalidChallengeSession,
    /// The challenge session has expired: start a new sign-in.
    ChallengeSessionExpired,
    /// The challenge session was already used: start a new sign-in.
    ChallengeSessionSpent,
    /// The refresh token is not valid, or belongs to another app client or device.
    InvalidRefreshToken,
    /// The refresh token has expired.
    RefreshTokenExpired,
    /// The refresh token has been revoked.
    RefreshTokenRevoked,
    /// The access token is not valid.
    InvalidAccessToken,
    /// The access token has expired.
    AccessTokenExpired,
    /// The access token has been revoked.
    AccessTokenRevoked,
    /// The access token does not have the scope `aws.cognito.signin.user.admin`.
    MissingScope,
    /// The app client has a client secret, and the secret hash in the request is wrong or absent.
    SecretHash,
    /// The attribute already has a value, and the request is not allowed to change the value.
    AttributeAlreadyProvided,
    /// The identity does not belong to the logins in the request.
    IdentityMismatch,
    /// The login token has expired: get a new login token.
    LoginTokenExpired,
    /// The login token is not valid, or its issuer is not the provider that the request names.
    InvalidLoginToken,
    /// The identity pool does not support the provider or the app client that issued the login token.
    UnsupportedLoginProvider,
    /// The identity pool does not allow guests.
    GuestsNotAllowed,
    /// The service gave another reason, which is in [`Refusal::message`](super::Refusal::message).
    Other,
}

impl NotAuthorized {
    pub(super) fn new(message: &str) -> Self {
        let message = service_words(message);
        let known = BY_MESSAGE.iter().find(|(part, _)| message.contains(part));
        known.map_or(Self::Other, |(_, reason)| *reason)
    }
}

/// The reasons of `NotAuthorizedException`, and for each reason a part of the service's message in lower
/// case. More specific parts come first.
pub(super) const BY_MESSAGE: [(&str, NotAuthorized); 27] = [
    ("incorrect username or password", NotAuthorized::IncorrectUsernameOrPassword),
    ("password attempts exceeded", NotAuthorized::PasswordAttemptsExceeded),
    ("user is disabled", NotAuthorized::UserDisabled),
    ("session is expired", NotAuthorized::ChallengeSessionExpired),
    ("session can only be used once", NotAuthorized::ChallengeSessionSpent),
    ("invalid session", NotAuthorized::InvalidChallengeSession),
    ("invalid refresh token", NotAuthorized::InvalidRefreshToken),
    ("refresh token has expired", NotAuthorized::RefreshTokenExpired),
    ("refresh token has been revoked", NotAuthorized::RefreshTokenRevoked),
    ("invalid access token", NotAuthorized::InvalidAccessToken),
    ("could not verify signature for access token", NotAuthorized::InvalidAccessToken),
    ("access token has expired", NotAuthorized::AccessTokenExpired),
    ("access token has been revoked", NotAuthorized::AccessTokenRevoked),
    ("access token does not have required scopes", NotAuthorized::MissingScope),
    ("unable to verify secret hash", NotAuthorized::SecretHash),
    ("secrethash does not match", NotAuthorized::SecretHash),
    ("configured with secret but", NotAuthorized::SecretHash),
    ("configured for secret but", NotAuthorized::SecretHash),
    ("client secret", NotAuthorized::SecretHash),
    ("cannot modify an already provided", NotAuthorized::AttributeAlreadyProvided),
    ("logins don't match", NotAuthorized::IdentityMismatch),
    ("access to identity", NotAuthorized::IdentityMismatch),
    ("token expired", NotAuthorized::LoginTokenExpired),
    ("invalid login token", NotAuthorized::InvalidLoginToken),
    ("token is inactive", NotAuthorized::InvalidLoginToken),
    ("not from a supported provider", NotAuthorized::UnsupportedLoginProvider),
    ("unauthenticated access is not supported", NotAuthorized::GuestsNotAllowed),
];

/// Returns the message in lower case, or an empty text if the message repeats the words of a Lambda trigger.
/// The words of a trigger may quote any error, such as the error of another service about another token.
pub(super) fn service_words(message: &str) -> String {
    let message = message.to_ascii_lowercase();
    if is_from_trigger(&message) { String::new() } else { message }
}

/// Returns whether a message in lower case has the form in which the service repeats the words of a Lambda
/// trigger: `PreTokenGeneration failed with error …`.
pub(super) fn is_from_trigger(message: &str) -> bool {
    message.contains(" failed with error")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RefusalKind;

    #[test]
    fn the_message_determines_the_reason_of_not_authorized() {
        for (message, reason) in [
            ("Incorrect username or password.", NotAuthorized::IncorrectUsernameOrPassword),
            ("Invalid session for the user.", NotAuthorized::InvalidChallengeSession),
            ("Invalid session for the user, session is expired.", NotAuthorized::ChallengeSessionExpired),
            ("Invalid session for the user, session can only be used once.", NotAuthorized::ChallengeSessionSpent),
            ("Refresh Token has expired", NotAuthorized::RefreshTokenExpired),
            ("Refresh Token has been revoked", NotAuthorized::RefreshTokenRevoked),
            ("Invalid Refresh Token.", NotAuthorized::InvalidRefreshToken),
            ("Access Token has expired", NotAuthorized::AccessTokenExpired),
            ("Access Token has been revoked", NotAuthorized::AccessTokenRevoked),
            ("Access Token does not have required scopes", NotAuthorized::MissingScope),
            ("Password attempts exceeded", NotAuthorized::PasswordAttemptsExceeded),
            ("User is disabled.", NotAuthorized::UserDisabled),
            ("Unable to verify secret hash for client 3pu8", NotAuthorized::SecretHash),
            ("SecretHash does not match for the client: 3pu8", NotAuthorized::SecretHash),
            ("Client 3pu8 is configured with secret but SECRET_HASH was not received", NotAuthorized::SecretHash),
            ("Cannot modify an already provided email", NotAuthorized::AttributeAlreadyProvided),
            (
                "Logins don't match. Please include at least one valid login for this identity or identity pool.",
                NotAuthorized::IdentityMismatch,
            ),
            ("Access to Identity 'us-east-1:0d4f' is forbidden.", NotAuthorized::IdentityMismatch),
            ("Invalid login token. Token expired: 1700003601 >= 1700003600", NotAuthorized::LoginTokenExpired),
            ("Invalid login token. Issuer doesn't match providerName", NotAuthorized::InvalidLoginToken),
            ("Token is inactive.", NotAuthorized::InvalidLoginToken),
            ("Token is not from a supported provider of this identity pool.", NotAuthorized::UnsupportedLoginProvider),
            ("Unauthenticated access is not supported for this identity pool.", NotAuthorized::GuestsNotAllowed),
            ("PreAuthentication failed", NotAuthorized::Other),
            ("PreTokenGeneration failed with error upstream says: invalid refresh token.", NotAuthorized::Other),
        ] {
            assert_eq!(RefusalKind::new("NotAuthorizedException", message), RefusalKind::NotAuthorized(reason));
        }
    }
}
