//! The errors that the service returns. All operations share one list of error kinds.

use alloc::string::String;
use core::fmt;

use super::not_authorized::{NotAuthorized, is_from_trigger, service_words};
use crate::plain_text;

/// An error response with which the service rejects a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The kind of the error.
    pub kind: RefusalKind,
    /// The service's name for the error, such as `CodeMismatchException`.
    pub code: String,
    /// The message from the service or from a Lambda trigger of the user pool, at most 4,096 characters. The
    /// message is empty if the response contains no message.
    pub message: String,
    /// The HTTP status of the response.
    pub status: u16,
    /// The request id in the response header `x-amzn-requestid`, for inquiries to AWS Support.
    pub request_id: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.code)?;
        if !self.message.is_empty() {
            formatter.write_str(": ")?;
        }
        // The message comes from the service or a trigger. It may contain control characters, which must not
        // reach logs or terminals.
        write!(formatter, "{}", plain_text::escape(&self.message))
    }
}

impl core::error::Error for Refusal {}

impl Refusal {
    /// Returns whether the service's message contains one of these parts, which are in lower case. If the
    /// message repeats the words of a Lambda trigger, the result is `false`.
    pub(crate) fn says(&self, parts: &[&str]) -> bool {
        let message = service_words(&self.message);
        parts.iter().any(|part| message.contains(part))
    }

    /// Returns whether the message repeats the words of a Lambda trigger that rejected the request.
    pub(crate) fn is_from_trigger(&self) -> bool {
        is_from_trigger(&self.message.to_ascii_lowercase())
    }

    /// Returns whether the Security Token Service failed to get the keys that it needs to verify a token. The
    /// cause is often a temporary failure of the identity provider.
    pub(crate) fn lacks_verification_key(&self) -> bool {
        self.kind == RefusalKind::InvalidIdentityToken && self.says(&["retrieve verification key"])
    }
}

/// The kinds of errors that user pools, identity pools and the Security Token Service return. The name of
/// each kind is the service's name for the error, without `Exception`.
///
/// See <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html> and
/// the section `Errors` of each operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The IAM role does not trust the identity.
    AccessDenied,
    /// Another user already has this e-mail address or phone number as an alias.
    AliasExists,
    /// The service could not deliver the code.
    CodeDeliveryFailure,
    /// The code is wrong.
    CodeMismatch,
    /// Another request changed the same data at the same time: try again.
    ConcurrentModification,
    /// The device is already registered.
    DeviceKeyExists,
    /// The one-time password is wrong, or the software token cannot be enabled.
    EnableSoftwareTokenMfa,
    /// The code has expired: request another code.
    ExpiredCode,
    /// The token for the Security Token Service has expired.
    ExpiredToken,
    /// A login provider, such as Facebook, did not respond to the identity pool.
    ExternalService,
    /// The user pool's feature plan does not include the requested feature.
    FeatureUnavailableInTier,
    /// A web application firewall (AWS WAF) blocked the request.
    Forbidden,
    /// The Security Token Service cannot reach the identity provider that issued the token.
    IdpCommunicationError,
    /// The identity provider rejected the token.
    IdpRejectedClaim,
    /// The service failed with an internal error.
    InternalError,
    /// Cognito does not have the permission to send e-mail with the user pool's e-mail identity.
    InvalidEmailRoleAccessPolicy,
    /// The identity pool has no role for the identity, or the role does not trust the identity pool.
    InvalidIdentityPoolConfiguration,
    /// The Security Token Service rejected the token as invalid.
    InvalidIdentityToken,
    /// A Lambda trigger of the user pool returned an invalid response.
    InvalidLambdaResponse,
    /// A parameter of the request is missing or invalid.
    InvalidParameter,
    /// The new password does not satisfy the user pool's password policy.
    InvalidPassword,
    /// The IAM role with which the user pool sends SMS messages lacks the required permission.
    InvalidSmsRoleAccessPolicy,
    /// The IAM role with which the user pool sends SMS messages does not trust Cognito.
    InvalidSmsRoleTrustRelationship,
    /// The configuration of the user pool is invalid.
    InvalidUserPoolConfiguration,
    /// The user has made this request too often. The limit lasts for hours, so flows do not retry the
    /// request.
    LimitExceeded,
    /// The session policy is not a valid policy document.
    MalformedPolicyDocument,
    /// The user has not set up the requested second factor.
    MfaMethodNotFound,
    /// The service did not authorize the request. This variant contains the reason.
    NotAuthorized(NotAuthorized),
    /// The operation is not enabled for this user pool.
    OperationNotEnabled,
    /// The session policies and session tags are too large in total.
    PackedPolicyTooLarge,
    /// The user has used the new password before, and the user pool does not allow old passwords.
    PasswordHistoryPolicyViolation,
    /// The user must set a new password with the forgotten-password flow before the next sign-in.
    PasswordResetRequired,
    /// The refresh token was already exchanged for a new refresh token, and the grace period of the old token
    /// is over.
    RefreshTokenReuse,
    /// The Security Token Service is not enabled in the region.
    RegionDisabled,
    /// The login is linked to another identity.
    ResourceConflict,
    /// The app client, pool, device or identity does not exist.
    ResourceNotFound,
    /// Software token MFA is not enabled for the user or the pool.
    SoftwareTokenMfaNotFound,
    /// The user has entered too many wrong codes.
    TooManyFailedAttempts,
    /// The service throttled the request.
    TooManyRequests,
    /// The token belongs to another app client.
    Unauthorized,
    /// A Lambda trigger of the user pool failed.
    UnexpectedLambda,
    /// Token revocation, or the requested authentication flow, is not enabled for the app client.
    UnsupportedOperation,
    /// The token to revoke is not a refresh token.
    UnsupportedTokenType,
    /// A Lambda trigger of the user pool rejected the request. The trigger's message is in
    /// [`Refusal::message`].
    UserLambdaValidation,
    /// The user has not confirmed the sign-up.
    UserNotConfirmed,
    /// The user does not exist.
    UserNotFound,
    /// The advanced security features of the user pool are not enabled.
    UserPoolAddOnNotEnabled,
    /// The user name is already taken.
    UsernameExists,
    /// The user has no passkey registration in progress.
    WebAuthnChallengeNotFound,
    /// The user started the passkey registration with another app client.
    WebAuthnClientMismatch,
    /// The configuration of the user pool contains no relying party for passkeys.
    WebAuthnConfigurationMissing,
    /// The service does not support this kind of passkey.
    WebAuthnCredentialNotSupported,
    /// Passkeys are not enabled for the user pool.
    WebAuthnNotEnabled,
    /// The passkey was created for an origin that is not allowed.
    WebAuthnOriginNotAllowed,
    /// The passkey was created for another relying party.
    WebAuthnRelyingPartyMismatch,
    /// The service returned an error that this version of the crate does not know. The name of the error is
    /// in [`Refusal::code`].
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

    /// Returns whether a challenge session stays valid after an error of this kind:
    /// see [`Error::may_answer_again`](super::Error::may_answer_again).
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

/// The names of all errors that the services return, and the kind of each error.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_error_code_has_the_kind_unknown() {
        assert_eq!(RefusalKind::new("QuantumException", ""), RefusalKind::Unknown);
    }
}
