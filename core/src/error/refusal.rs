//! The service's refusals: one kind for all operations.

use alloc::string::String;
use core::fmt::{self, Write};

/// The service's no.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What kind of refusal it is.
    pub kind: RefusalKind,
    /// The service's name for it, such as `CodeMismatchException`.
    pub code: String,
    /// The service's words, or those of the pool's own triggers, at most 4,096 characters; empty when it gave none.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// `x-amzn-requestid`, which AWS support asks for.
    pub request_id: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.code)?;
        if !self.message.is_empty() {
            formatter.write_str(": ")?;
        }
        // On one line of a log or a terminal, whatever the service or a trigger wrote.
        let plain = self.message.chars().map(|character| if character.is_control() { ' ' } else { character });
        plain.into_iter().try_for_each(|character| formatter.write_char(character))
    }
}

impl core::error::Error for Refusal {}

/// The errors of user pools, identity pools and the Security Token Service, each named as there without `Exception`.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html> and the `Errors`
/// section of each operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The role does not trust the identity.
    AccessDenied,
    /// Another user has this e-mail address or phone number as an alias already.
    AliasExists,
    /// The code could not be delivered.
    CodeDeliveryFailure,
    /// The code is wrong.
    CodeMismatch,
    /// Two changes met. Try again.
    ConcurrentModification,
    /// The device is known already.
    DeviceKeyExists,
    /// The one-time password is wrong, or the software token cannot be enabled.
    EnableSoftwareTokenMfa,
    /// The code has expired: ask for another.
    ExpiredCode,
    /// The token for the Security Token Service has expired.
    ExpiredToken,
    /// A login provider, such as Facebook, does not answer the identity pool.
    ExternalService,
    /// The user pool's feature plan does not include this.
    FeatureUnavailableInTier,
    /// A web application firewall stopped the request.
    Forbidden,
    /// The Security Token Service cannot reach the identity provider that is to vouch for a token.
    IdpCommunicationError,
    /// The identity provider does not vouch for the token.
    IdpRejectedClaim,
    /// The service failed.
    InternalError,
    /// The pool may not send e-mail: its role or identity is not set up.
    InvalidEmailRoleAccessPolicy,
    /// The identity pool has no role for the identity, or one that does not trust it.
    InvalidIdentityPoolConfiguration,
    /// The Security Token Service does not take the token.
    InvalidIdentityToken,
    /// The pool's Lambda trigger answered with nonsense.
    InvalidLambdaResponse,
    /// A parameter is missing or wrong.
    InvalidParameter,
    /// The new password does not satisfy the pool's policy.
    InvalidPassword,
    /// The pool may not send SMS messages: its role lacks the permission.
    InvalidSmsRoleAccessPolicy,
    /// The pool may not send SMS messages: its role does not trust Cognito.
    InvalidSmsRoleTrustRelationship,
    /// The user pool is configured wrongly.
    InvalidUserPoolConfiguration,
    /// Too many attempts, for hours rather than seconds: never sent again by itself.
    LimitExceeded,
    /// The session policy is not one.
    MalformedPolicyDocument,
    /// The user has no such second factor.
    MfaMethodNotFound,
    /// Not authorized; the reason tells why.
    NotAuthorized(NotAuthorized),
    /// The operation is not enabled for this pool.
    OperationNotEnabled,
    /// The session policies and tags are too large together.
    PackedPolicyTooLarge,
    /// The new password was used before.
    PasswordHistoryPolicyViolation,
    /// The user must set a new password by the forgotten-password flow.
    PasswordResetRequired,
    /// The refresh token has been rotated and its grace period is over.
    RefreshTokenReuse,
    /// The Security Token Service is not enabled in the region.
    RegionDisabled,
    /// The login is linked to another identity.
    ResourceConflict,
    /// There is no such app client, pool, device or identity.
    ResourceNotFound,
    /// Software token MFA is not enabled for the user or the pool.
    SoftwareTokenMfaNotFound,
    /// Too many wrong codes.
    TooManyFailedAttempts,
    /// Throttled: too many requests at once.
    TooManyRequests,
    /// The token belongs to another app client.
    Unauthorized,
    /// The pool's Lambda trigger failed.
    UnexpectedLambda,
    /// Token revocation or this flow is not enabled for the app client.
    UnsupportedOperation,
    /// This is not a refresh token.
    UnsupportedTokenType,
    /// The pool's Lambda trigger refused; the message is its own.
    UserLambdaValidation,
    /// The user has not confirmed the sign-up.
    UserNotConfirmed,
    /// There is no such user.
    UserNotFound,
    /// The pool's advanced security features are not on.
    UserPoolAddOnNotEnabled,
    /// The user name is taken.
    UsernameExists,
    /// The passkey registration was not started, or is over.
    WebAuthnChallengeNotFound,
    /// The passkey registration was started with another app client.
    WebAuthnClientMismatch,
    /// The pool has no relying party for passkeys.
    WebAuthnConfigurationMissing,
    /// This kind of passkey is not supported.
    WebAuthnCredentialNotSupported,
    /// Passkeys are not enabled.
    WebAuthnNotEnabled,
    /// The passkey was made for an origin that is not allowed.
    WebAuthnOriginNotAllowed,
    /// The passkey was made for another relying party.
    WebAuthnRelyingPartyMismatch,
    /// An error that this version does not know; [`Refusal::code`] has its name.
    Unknown,
}

impl RefusalKind {
    pub(crate) fn new(code: &str, message: &str) -> Self {
        match BY_CODE.iter().find(|(name, _)| *name == code) {
            Some((_, Self::NotAuthorized(_))) => Self::NotAuthorized(NotAuthorized::new(message)),
            Some((_, kind)) => *kind,
            None => Self::Unknown,
        }
    }

    /// Whether the challenge session is still good when the service has refused an answer so: see
    /// [`Error::may_answer_again`](super::Error::may_answer_again).
    pub(super) fn leaves_challenge_open(self) -> bool {
        matches!(
            self,
            Self::AliasExists
                | Self::CodeMismatch
                | Self::EnableSoftwareTokenMfa
                | Self::ExpiredCode
                | Self::InvalidParameter
                | Self::InvalidPassword
                | Self::PasswordHistoryPolicyViolation
                | Self::TooManyRequests
        )
    }
}

/// The service's names of its errors, with the kind of each.
pub(super) const BY_CODE: [(&str, RefusalKind); 68] = [
    ("AccessDenied", RefusalKind::AccessDenied),
    ("AccessDeniedException", RefusalKind::AccessDenied),
    ("AliasExistsException", RefusalKind::AliasExists),
    ("CodeDeliveryFailureException", RefusalKind::CodeDeliveryFailure),
    ("CodeMismatchException", RefusalKind::CodeMismatch),
    ("ConcurrentModificationException", RefusalKind::ConcurrentModification),
    ("DeviceKeyExistsException", RefusalKind::DeviceKeyExists),
    ("EnableSoftwareTokenMFAException", RefusalKind::EnableSoftwareTokenMfa),
    ("ExpiredCodeException", RefusalKind::ExpiredCode),
    ("ExpiredTokenException", RefusalKind::ExpiredToken),
    ("ExpiredToken", RefusalKind::ExpiredToken),
    ("ExternalServiceException", RefusalKind::ExternalService),
    ("FeatureUnavailableInTierException", RefusalKind::FeatureUnavailableInTier),
    ("ForbiddenException", RefusalKind::Forbidden),
    ("IDPCommunicationError", RefusalKind::IdpCommunicationError),
    ("IDPCommunicationErrorException", RefusalKind::IdpCommunicationError),
    ("IDPRejectedClaim", RefusalKind::IdpRejectedClaim),
    ("IDPRejectedClaimException", RefusalKind::IdpRejectedClaim),
    ("InternalErrorException", RefusalKind::InternalError),
    ("InternalFailure", RefusalKind::InternalError),
    ("InternalServerError", RefusalKind::InternalError),
    ("InvalidEmailRoleAccessPolicyException", RefusalKind::InvalidEmailRoleAccessPolicy),
    ("InvalidIdentityPoolConfigurationException", RefusalKind::InvalidIdentityPoolConfiguration),
    ("InvalidIdentityToken", RefusalKind::InvalidIdentityToken),
    ("InvalidIdentityTokenException", RefusalKind::InvalidIdentityToken),
    ("InvalidLambdaResponseException", RefusalKind::InvalidLambdaResponse),
    ("InvalidParameterException", RefusalKind::InvalidParameter),
    ("ValidationError", RefusalKind::InvalidParameter),
    ("InvalidPasswordException", RefusalKind::InvalidPassword),
    ("InvalidSmsRoleAccessPolicyException", RefusalKind::InvalidSmsRoleAccessPolicy),
    ("InvalidSmsRoleTrustRelationshipException", RefusalKind::InvalidSmsRoleTrustRelationship),
    ("InvalidUserPoolConfigurationException", RefusalKind::InvalidUserPoolConfiguration),
    ("LimitExceededException", RefusalKind::LimitExceeded),
    ("MalformedPolicyDocument", RefusalKind::MalformedPolicyDocument),
    ("MalformedPolicyDocumentException", RefusalKind::MalformedPolicyDocument),
    ("MFAMethodNotFoundException", RefusalKind::MfaMethodNotFound),
    ("NotAuthorizedException", RefusalKind::NotAuthorized(NotAuthorized::Other)),
    ("OperationNotEnabledException", RefusalKind::OperationNotEnabled),
    ("PackedPolicyTooLarge", RefusalKind::PackedPolicyTooLarge),
    ("PackedPolicyTooLargeException", RefusalKind::PackedPolicyTooLarge),
    ("PasswordHistoryPolicyViolationException", RefusalKind::PasswordHistoryPolicyViolation),
    ("PasswordResetRequiredException", RefusalKind::PasswordResetRequired),
    ("RefreshTokenReuseException", RefusalKind::RefreshTokenReuse),
    ("RegionDisabledException", RefusalKind::RegionDisabled),
    ("ResourceConflictException", RefusalKind::ResourceConflict),
    ("ResourceNotFoundException", RefusalKind::ResourceNotFound),
    ("SoftwareTokenMFANotFoundException", RefusalKind::SoftwareTokenMfaNotFound),
    ("TooManyFailedAttemptsException", RefusalKind::TooManyFailedAttempts),
    ("TooManyRequestsException", RefusalKind::TooManyRequests),
    ("ThrottlingException", RefusalKind::TooManyRequests),
    ("Throttling", RefusalKind::TooManyRequests),
    ("RequestLimitExceeded", RefusalKind::TooManyRequests),
    ("UnauthorizedException", RefusalKind::Unauthorized),
    ("UnexpectedLambdaException", RefusalKind::UnexpectedLambda),
    ("UnsupportedOperationException", RefusalKind::UnsupportedOperation),
    ("UnsupportedTokenTypeException", RefusalKind::UnsupportedTokenType),
    ("UserLambdaValidationException", RefusalKind::UserLambdaValidation),
    ("UserNotConfirmedException", RefusalKind::UserNotConfirmed),
    ("UserNotFoundException", RefusalKind::UserNotFound),
    ("UserPoolAddOnNotEnabledException", RefusalKind::UserPoolAddOnNotEnabled),
    ("UsernameExistsException", RefusalKind::UsernameExists),
    ("WebAuthnChallengeNotFoundException", RefusalKind::WebAuthnChallengeNotFound),
    ("WebAuthnClientMismatchException", RefusalKind::WebAuthnClientMismatch),
    ("WebAuthnConfigurationMissingException", RefusalKind::WebAuthnConfigurationMissing),
    ("WebAuthnCredentialNotSupportedException", RefusalKind::WebAuthnCredentialNotSupported),
    ("WebAuthnNotEnabledException", RefusalKind::WebAuthnNotEnabled),
    ("WebAuthnOriginNotAllowedException", RefusalKind::WebAuthnOriginNotAllowed),
    ("WebAuthnRelyingPartyMismatchException", RefusalKind::WebAuthnRelyingPartyMismatch),
];

/// Why the service says `NotAuthorizedException`. It tells by the message alone, so this is read from the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotAuthorized {
    /// The password is wrong; or there is no such user, and the pool does not say so.
    IncorrectUsernameOrPassword,
    /// Too many wrong passwords: the user is locked out, for 15 minutes at the most.
    PasswordAttemptsExceeded,
    /// The user is disabled.
    UserDisabled,
    /// The challenge session is not valid for the user: start the sign-in again.
    InvalidChallengeSession,
    /// The challenge session has expired: start the sign-in again.
    ChallengeSessionExpired,
    /// The challenge session has been used: start the sign-in again.
    ChallengeSessionSpent,
    /// The refresh token is not valid: made for another app client or device, or made up.
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
    /// The app client has a secret and the request none or a wrong one.
    SecretHash,
    /// An attribute that has a value already may not be changed here.
    AttributeAlreadyProvided,
    /// The identity is not that of the logins, or of none where there are none.
    IdentityMismatch,
    /// The login token has expired: take a fresh one.
    LoginTokenExpired,
    /// The login token is not valid, or not of the provider that it goes by.
    InvalidLoginToken,
    /// The identity pool does not know the provider, or the app client, that the login token is of.
    UnsupportedLoginProvider,
    /// The identity pool has no guests.
    GuestsNotAllowed,
    /// Any other reason; [`Refusal::message`] has it.
    Other,
}

impl NotAuthorized {
    fn new(message: &str) -> Self {
        let message = message.to_ascii_lowercase();
        let known = BY_MESSAGE.iter().find(|(part, _)| message.contains(part));
        known.map_or(Self::Other, |(_, reason)| *reason)
    }
}

/// Parts of messages in lower case, the more telling first.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_another_by_its_message() {
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
        ] {
            assert_eq!(RefusalKind::new("NotAuthorizedException", message), RefusalKind::NotAuthorized(reason));
        }
    }

    #[test]
    fn an_error_of_tomorrow_is_a_kind_too() {
        assert_eq!(RefusalKind::new("QuantumException", ""), RefusalKind::Unknown);
    }
}
