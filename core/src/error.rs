//! The errors of this project. The variant of an [`Error`] says who or what caused the error.

mod causes;
mod mismatch;
mod not_authorized;
mod refusal;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::error::Error as StdError;
use core::fmt;

use crate::refresh_method::RefreshMethod;

pub use causes::WithCauses;
pub use mismatch::{OtherEndpoint, OtherUserPool};
pub use not_authorized::NotAuthorized;
pub use refusal::{Refusal, RefusalKind};

/// An error of another crate that caused an [`Error`]. Applications write causes to their logs, so a cause
/// must not contain any part of a request.
pub type Cause = Arc<dyn StdError + Send + Sync>;

/// An error of this crate or of an adapter.
///
/// `Display` prints only the message of the error itself, and `source()` returns the cause. To print an error
/// with all its causes, use [`with_causes`](Self::with_causes).
///
/// This crate puts no secret into an error. [`Refusal::message`] and [`Malformed::excerpt`] contain text from
/// the service or from a proxy, and this text may quote the request. For example, if the user enters a code
/// with spaces, the service's message quotes that code.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// The service understood the request and rejected it.
    Refused(Box<Refusal>),
    /// The response is not valid. For example, a proxy sent the response, the body is truncated, or the body
    /// lacks a required member.
    Malformed(Box<Malformed>),
    /// No complete response arrived.
    NotReached(NotReached),
    /// The driver reported an event that does not match the last step of the flow.
    Misuse(Misuse),
    /// The caller passed an invalid value, and nothing was sent.
    InvalidInput(InvalidInput),
    /// The sign-in cannot continue: start a new sign-in.
    StartAgain(Box<StartAgain>),
    /// The service rejected the configured [`RefreshMethod`]: configure the method in
    /// [`RefreshNotEnabled::choose`].
    RefreshNotEnabled(Box<RefreshNotEnabled>),
    /// No user is signed in, or the session can no longer be refreshed: the user must sign in.
    NotSignedIn,
    /// The session has no refresh token and cannot be refreshed. Nothing was sent. The tokens of the session
    /// stay valid until they expire.
    NoRefreshToken,
    /// The user signed in at an endpoint other than the configured one. Nothing was sent, and the stored
    /// session was not deleted.
    OtherEndpoint(Box<OtherEndpoint>),
    /// The tokens of a sign-in are for a user pool other than the configured one.
    OtherUserPool(Box<OtherUserPool>),
    /// The application failed to provide logins for the identity pool.
    NoLogins(Cause),
    /// A store of sessions or devices returned an error. The user's session may still be valid after this
    /// error.
    Store(Cause),
    /// The operating system returned no random bytes, and nothing was sent.
    NoRandomness(Cause),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(formatter),
            Self::Malformed(error) => error.fmt(formatter),
            Self::NotReached(error) => error.fmt(formatter),
            Self::Misuse(error) => error.fmt(formatter),
            Self::InvalidInput(error) => error.fmt(formatter),
            Self::StartAgain(error) => error.fmt(formatter),
            Self::RefreshNotEnabled(error) => error.fmt(formatter),
            Self::NotSignedIn => formatter.write_str("no user is signed in: sign in first"),
            Self::NoRefreshToken => formatter.write_str("the session has no refresh token: sign in again"),
            Self::OtherEndpoint(error) => error.fmt(formatter),
            Self::OtherUserPool(error) => error.fmt(formatter),
            Self::NoLogins(_) => formatter.write_str("cannot get the logins for the identity pool"),
            Self::Store(_) => formatter.write_str("the store failed"),
            Self::NoRandomness(_) => formatter.write_str("the operating system returned no random bytes"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NotReached(error) => error.source(),
            Self::StartAgain(error) => error.source(),
            Self::RefreshNotEnabled(error) => error.source(),
            // Returns the cause itself instead of its `Arc`, so that callers can downcast the cause.
            Self::NoLogins(cause) | Self::Store(cause) | Self::NoRandomness(cause) => Some(&**cause),
            Self::Refused(_) | Self::Malformed(_) | Self::Misuse(_) | Self::InvalidInput(_) => None,
            Self::NotSignedIn | Self::NoRefreshToken | Self::OtherEndpoint(_) | Self::OtherUserPool(_) => None,
        }
    }
}

impl Error {
    /// Returns the service's refusal if this error is [`Refused`](Self::Refused) or
    /// [`StartAgain`](Self::StartAgain), or else `None`.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::StartAgain(start_again) => Some(&start_again.refusal),
            _ => None,
        }
    }

    /// Returns the kind of the [`refusal`](Self::refusal), or `None` if this error has no refusal. Before you
    /// match on the kind, check whether the error is [`StartAgain`](Self::StartAgain). The kind of a
    /// `StartAgain` error is about a device or a challenge session, and never about the password.
    #[must_use]
    pub fn refusal_kind(&self) -> Option<RefusalKind> {
        self.refusal().map(|refusal| refusal.kind)
    }

    /// Returns whether this error means that the session has ended and that the user must sign in again. The
    /// session continues after a lost connection, throttling, a failure of the service, or a full disk.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        matches!(
            self.refusal_kind(),
            Some(
                RefusalKind::NotAuthorized(
                    NotAuthorized::InvalidRefreshToken
                        | NotAuthorized::RefreshTokenExpired
                        | NotAuthorized::RefreshTokenRevoked
                ) | RefusalKind::RefreshTokenReuse
                    | RefusalKind::UserNotFound
                    | RefusalKind::UserNotConfirmed
                    | RefusalKind::PasswordResetRequired
            )
        )
    }

    /// Returns whether the challenge can be answered again after this error. A challenge can be answered
    /// again if the service rejected the content of the answer, or did not process the answer at all. If the
    /// result is `true`, ask the user for another answer, or send the same answer again later.
    ///
    /// If the result is `false`, the challenge session may still be valid: only the error
    /// [`StartAgain`](Self::StartAgain) says that the challenge session is invalid. For example, if a
    /// response was lost, the client does not know whether the challenge session is still valid. It is safe
    /// to answer the challenge again: if the challenge session is invalid, the next error is `StartAgain`.
    /// Even if the result is `true`, the next answer may fail with `StartAgain`: published reports disagree
    /// on whether a challenge session stays valid after a wrong code.
    ///
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html>
    #[must_use]
    pub fn may_answer_again(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.kind.leaves_challenge_open(),
            Self::NotReached(not_reached) => !not_reached.may_have_arrived,
            Self::InvalidInput(_) => true,
            _ => false,
        }
    }

    /// Returns whether the service rejected the access token as expired, revoked or invalid. If the result is
    /// `true`, the service did not process the call, and the call can be retried with refreshed tokens.
    #[must_use]
    pub fn is_access_token_refused(&self) -> bool {
        matches!(
            self.refusal_kind(),
            Some(RefusalKind::NotAuthorized(
                NotAuthorized::AccessTokenExpired
                    | NotAuthorized::AccessTokenRevoked
                    | NotAuthorized::InvalidAccessToken
            ))
        )
    }

    /// Returns whether an identity pool rejected the login token as expired. If the result is `true`, the
    /// call can be retried with a new login token.
    #[must_use]
    pub fn is_login_expired(&self) -> bool {
        self.refusal_kind() == Some(RefusalKind::NotAuthorized(NotAuthorized::LoginTokenExpired))
    }

    /// Returns whether the service rejected an identity id because the identity does not exist or belongs to
    /// other logins. If the result is `true`, the caller must request another identity id. For example, this
    /// error occurs when a guest signs in and the identity pool already has another identity for the user's
    /// logins.
    pub(crate) fn refuses_identity(&self) -> bool {
        matches!(
            self.refusal_kind(),
            Some(
                RefusalKind::ResourceNotFound
                    | RefusalKind::ResourceConflict
                    | RefusalKind::NotAuthorized(NotAuthorized::IdentityMismatch)
            )
        )
    }

    /// Converts an error into [`Self::StartAgain`] if the error says that the challenge session is not valid,
    /// and returns any other error unchanged.
    pub(crate) fn or_start_again(self, gone_device_key: Option<String>) -> Self {
        match self.refusal_kind() {
            Some(RefusalKind::NotAuthorized(
                NotAuthorized::InvalidChallengeSession
                | NotAuthorized::ChallengeSessionExpired
                | NotAuthorized::ChallengeSessionSpent,
            )) => self.start_again(gone_device_key),
            _ => self,
        }
    }

    /// Converts a refusal into [`Self::StartAgain`], and returns any other error unchanged.
    pub(crate) fn start_again(self, gone_device_key: Option<String>) -> Self {
        match self {
            Self::Refused(refusal) => Self::StartAgain(Box::new(StartAgain { refusal: *refusal, gone_device_key })),
            error => error,
        }
    }

    /// Creates the error for a list that repeats a page or has too many pages.
    pub(crate) fn endless_pages() -> Self {
        let reason = "the pages of the list never end".into();
        Self::Malformed(Box::new(Malformed { reason, status: 200, excerpt: String::new(), request_id: None }))
    }

    /// Creates a [`Store`](Self::Store) error. Its cause is an error with the text `reason`.
    #[must_use]
    pub fn store(reason: impl Into<String>) -> Self {
        Self::Store(Arc::new(PlainCause(reason.into())))
    }
}

impl From<Misuse> for Error {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}

impl From<NotReached> for Error {
    fn from(not_reached: NotReached) -> Self {
        Self::NotReached(not_reached)
    }
}

impl From<InvalidInput> for Error {
    fn from(input: InvalidInput) -> Self {
        Self::InvalidInput(input)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct PlainCause(String);

/// The error of an HTTP response that is not a valid response from the service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Malformed {
    /// A description of the problem with the response.
    pub reason: String,
    /// The HTTP status of the response.
    pub status: u16,
    /// The beginning of the body, at most 200 characters. Each character that is not
    /// [plain](crate::plain_text::is_plain) is replaced with a space. The excerpt is empty when the status is
    /// 2xx, because such a body may contain tokens.
    pub excerpt: String,
    /// The request id in the response header `x-amzn-requestid`, for inquiries to AWS Support.
    pub request_id: Option<String>,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "malformed response (HTTP status {}): {}", self.status, self.reason)?;
        if !self.excerpt.is_empty() {
            write!(formatter, ": {:?}", self.excerpt)?;
        }
        Ok(())
    }
}

impl StdError for Malformed {}

/// The error of a sign-in that cannot continue. Either the challenge session has expired or was already used,
/// or the service rejected the device in a step of the sign-in that requires a device.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartAgain {
    /// The service's refusal, which caused this error.
    pub refusal: Refusal,
    /// The key of the device that the service rejected during the sign-in, or `None` if the service rejected
    /// no device. The stored record of this device is no longer valid. Before the next sign-in, remove the
    /// record with [`Devices::remove_device`](crate::Devices::remove_device).
    pub gone_device_key: Option<String>,
}

impl fmt::Display for StartAgain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the sign-in cannot continue, start a new one")
    }
}

impl StdError for StartAgain {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.refusal)
    }
}

/// The error of a token refresh with a [`RefreshMethod`] that is not enabled for the app client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefreshNotEnabled {
    /// The configured refresh method, which the service rejected.
    pub chosen: RefreshMethod,
    /// The refresh method to configure
    /// with [`AppClient::with_refresh_method`](crate::AppClient::with_refresh_method).
    pub choose: RefreshMethod,
    /// The service's refusal, which caused this error.
    pub refusal: Refusal,
}

impl fmt::Display for RefreshNotEnabled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chosen, choose, .. } = self;
        write!(formatter, "token refresh with {chosen:?} is not enabled for this app client: use {choose:?}")
    }
}

impl StdError for RefreshNotEnabled {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.refusal)
    }
}

/// The error of a request that got no complete response, not even in the last allowed attempt.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NotReached {
    /// Whether the request may have reached the service in one of the attempts. If the value is `true`, the
    /// service may have processed the request.
    pub may_have_arrived: bool,
    /// The error that the transport returned for the last attempt.
    pub cause: Cause,
}

impl NotReached {
    /// Creates the error of a request that got no complete response. An adapter also creates this error if a
    /// task runs a flow and stops before the flow ends.
    #[must_use]
    pub fn new(may_have_arrived: bool, cause: Cause) -> Self {
        Self { may_have_arrived, cause }
    }
}

impl fmt::Display for NotReached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrival = if self.may_have_arrived { "may have arrived" } else { "was not sent" };
        write!(formatter, "no response (the request {arrival})")
    }
}

impl StdError for NotReached {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.cause)
    }
}

/// The error of a flow that received an event that does not match the flow's last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The flow has not started, so only [`Event::Start`](crate::Event::Start) is allowed.
    #[error("the flow has not started: pass the start event first")]
    NotStarted,
    /// The flow expects the outcome of a request ([`Event::Sent`](crate::Event::Sent)).
    #[error("the flow expects the result of its last step, not another event")]
    AwaitsAnswer,
    /// The flow expects the end of a wait ([`Event::Woke`](crate::Event::Woke)).
    #[error("the flow expects the end of its wait, not another event")]
    AwaitsWaking,
    /// The flow has ended.
    #[error("the flow has ended: start a new flow")]
    Finished,
}

/// The error of an invalid value from the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
#[non_exhaustive]
pub struct InvalidInput {
    /// The name of the invalid value, in Cognito's terms, such as `SMS_MFA_CODE`.
    pub name: &'static str,
    /// A description of the problem. The description does not contain the value.
    pub problem: &'static str,
}

impl InvalidInput {
    pub(crate) const fn new(name: &'static str, problem: &'static str) -> Self {
        Self { name, problem }
    }

    /// Returns an error if `text` is empty. The service would also reject an empty value, but with a less
    /// clear message.
    pub(crate) fn require(name: &'static str, text: &str) -> Result<(), Self> {
        if text.is_empty() { Err(Self::new(name, "must not be empty")) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, message: &str) -> Error {
        let kind = RefusalKind::new(code, message);
        Error::Refused(Box::new(Refusal {
            kind,
            code: code.into(),
            message: message.into(),
            status: 400,
            request_id: None,
        }))
    }

    #[test]
    fn only_the_listed_refusals_leave_a_challenge_open() {
        let open = [
            "AliasExistsException",
            "CodeMismatchException",
            "EnableSoftwareTokenMFAException",
            "ExpiredCodeException",
            "InvalidParameterException",
            "InvalidPasswordException",
            "PasswordHistoryPolicyViolationException",
            "TooManyRequestsException",
        ];
        let open_kinds = open.map(|code| RefusalKind::new(code, ""));
        assert!(!open_kinds.contains(&RefusalKind::Unknown));
        for (code, kind) in refusal::BY_CODE {
            assert_eq!(refused(code, "").may_answer_again(), open_kinds.contains(&kind), "{code}");
            assert!(!refused(code, "").start_again(None).may_answer_again(), "{code}");
        }
        assert!(!refused("QuantumException", "").may_answer_again());
        for (message, reason) in not_authorized::BY_MESSAGE {
            assert!(!refused("NotAuthorizedException", message).may_answer_again(), "{reason:?}");
        }
    }

    /// Regression: a Lambda trigger repeated an error of another service, and the client therefore deleted
    /// the session.
    #[test]
    fn the_words_of_a_trigger_have_no_effect() {
        for (part, _) in not_authorized::BY_MESSAGE.into_iter().chain([("device key", NotAuthorized::Other)]) {
            for (trigger, code) in [
                ("PreTokenGeneration", "NotAuthorizedException"),
                ("PostAuthentication", "UserLambdaValidationException"),
                ("PreAuthentication", "InvalidParameterException"),
                ("DefineAuthChallenge", "ResourceNotFoundException"),
                ("UserMigration", "UnexpectedLambdaException"),
            ] {
                let error = refused(code, &alloc::format!("{trigger} failed with error upstream says: {part}."));
                assert!(!error.ends_session() && !error.is_access_token_refused() && !error.is_login_expired());
                assert!(!crate::device::is_gone(&error, true) && !crate::device::is_gone(&error, false), "{error}");
                assert!(matches!(error.or_start_again(None), Error::Refused(_)), "{code} {part}");
            }
        }
    }

    #[test]
    fn an_answer_that_was_not_sent_leaves_a_challenge_open() {
        let not_reached =
            |may_have_arrived| Error::from(NotReached::new(may_have_arrived, Arc::new(PlainCause("reset".into()))));
        assert!(not_reached(false).may_answer_again());
        assert!(Error::from(InvalidInput::new("SMS_MFA_CODE", "must not be empty")).may_answer_again());
        for error in
            [not_reached(true), Misuse::AwaitsAnswer.into(), Error::NotSignedIn, Error::store("the disk is full")]
        {
            assert!(!error.may_answer_again(), "{error}");
        }
    }
}
