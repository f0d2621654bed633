//! What can go wrong, told apart by who is to blame.

mod causes;
mod refusal;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::error::Error as StdError;
use core::fmt;

use crate::refresh_method::RefreshMethod;

pub use causes::WithCauses;
pub use refusal::{NotAuthorized, Refusal, RefusalKind};

/// Why something outside of this crate failed, for people to read. It must hold no part of a request.
pub type Cause = Arc<dyn StdError + Send + Sync>;

/// Why something failed.
///
/// Like every error of this project it prints its own part only; the rest is its `source()`.
/// [`with_causes`](Self::with_causes) prints all of it.
///
/// No variant holds a secret of this crate's own making. What the service or something before it said is kept as it came
/// ([`Refusal::message`], [`Malformed::excerpt`]), and they may quote the request: the service quotes a code that has
/// spaces in it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// The service understood the request and said no.
    Refused(Box<Refusal>),
    /// An answer came that is not one of the service's: a proxy's page, a truncated body, a member missing.
    Malformed(Box<Malformed>),
    /// No answer came.
    NotReached(NotReached),
    /// The driver reported an event that does not answer the last step.
    Misuse(Misuse),
    /// The caller asked for what cannot be: nothing was sent.
    InvalidInput(InvalidInput),
    /// The sign-in cannot go on: begin it again.
    StartAgain(Box<StartAgain>),
    /// The service refused the way in which tokens are refreshed; the other way is the one to choose.
    RefreshNotEnabled(Box<RefreshNotEnabled>),
    /// Nobody is signed in, or the session can no longer be renewed: the user must sign in.
    NotSignedIn,
    /// The application's own source of logins for an identity pool failed.
    NoLogins(Cause),
    /// A store failed. It says nothing about the session.
    Store(Cause),
    /// The operating system had no randomness to give: nothing was sent.
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
            Self::NotSignedIn => formatter.write_str("nobody is signed in"),
            Self::NoLogins(_) => formatter.write_str("no logins"),
            Self::Store(_) => formatter.write_str("the store failed"),
            Self::NoRandomness(_) => formatter.write_str("no randomness"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::NotReached(error) => error.source(),
            Self::StartAgain(error) => error.source(),
            Self::RefreshNotEnabled(error) => error.source(),
            // The cause itself rather than the `Arc` around it, so that it can be downcast.
            Self::NoLogins(cause) | Self::Store(cause) | Self::NoRandomness(cause) => Some(&**cause),
            Self::Refused(_) | Self::Malformed(_) | Self::Misuse(_) | Self::InvalidInput(_) | Self::NotSignedIn => None,
        }
    }
}

impl Error {
    /// The service's refusal, if that is what this is.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::StartAgain(start_again) => Some(&start_again.refusal),
            _ => None,
        }
    }

    /// The kind of the service's refusal, if that is what this is: most callers match on it. Match
    /// [`StartAgain`](Self::StartAgain) first: its kind speaks of a device or a challenge session, not of the password.
    #[must_use]
    pub fn refusal_kind(&self) -> Option<RefusalKind> {
        self.refusal().map(|refusal| refusal.kind)
    }

    /// Whether the service has said that the session is dead, and the user must sign in again. Nothing else ends one:
    /// not a lost connection, not throttling, not a failure of the service, and not a full disk.
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

    /// Whether the challenge whose answer failed with this error can be answered again: the answer was
    /// refused for what it says, or was not carried out at all. Ask the user for another answer, or give the
    /// same one later.
    ///
    /// When this is `false`, only [`StartAgain`](Self::StartAgain) is certain that the challenge session is
    /// spent. After a lost response, for example, nobody knows. Another answer does no harm then: if the
    /// challenge session is spent, the error is `StartAgain`. The same may happen when this is `true`, since
    /// reports differ on whether a challenge session survives a wrong code.
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

    /// Whether the service has refused the access token as such. Nothing was carried out: with refreshed tokens the call
    /// may be made again.
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

    /// Whether an identity pool has refused the login token as expired. With a fresh one the call may be made again.
    #[must_use]
    pub fn is_login_expired(&self) -> bool {
        self.refusal_kind() == Some(RefusalKind::NotAuthorized(NotAuthorized::LoginTokenExpired))
    }

    /// Whether the service does not know the identity, or not as that of these logins: another one is to be asked for. A
    /// guest's that is offered with logins may conflict with the one that they have.
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

    /// What a refused answer to a challenge means: where the challenge session is not good any more, that the sign-in must
    /// begin again.
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

    /// A refusal after which the sign-in must begin again.
    pub(crate) fn start_again(self, gone_device_key: Option<String>) -> Self {
        match self {
            Self::Refused(refusal) => Self::StartAgain(Box::new(StartAgain { refusal: *refusal, gone_device_key })),
            error => error,
        }
    }

    /// A store did not do what it should.
    #[must_use]
    pub fn store(problem: impl Into<String>) -> Self {
        Self::Store(Arc::new(Problem(problem.into())))
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
struct Problem(String);

/// An answer that is not one of the service's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Malformed {
    /// What is wrong with it.
    pub reason: String,
    /// The HTTP status.
    pub status: u16,
    /// The beginning of the body, at most 200 characters, without control characters. Empty when the status is 2xx,
    /// since such a body may hold tokens.
    pub excerpt: String,
    /// `x-amzn-requestid`, which AWS support asks for.
    pub request_id: Option<String>,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "malformed answer (HTTP status {}): {}", self.status, self.reason)?;
        if !self.excerpt.is_empty() {
            write!(formatter, ": {:?}", self.excerpt)?;
        }
        Ok(())
    }
}

impl StdError for Malformed {}

/// The sign-in cannot go on. Its challenge session has expired or is spent, or the service has refused the device when it
/// was too late to go on without it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StartAgain {
    /// What the service said.
    pub refusal: Refusal,
    /// The key of a device whose record is good for nothing: begin without it
    /// ([`Devices::remove_device`](crate::Devices::remove_device)).
    pub gone_device_key: Option<String>,
}

impl fmt::Display for StartAgain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the sign-in must begin again")
    }
}

impl StdError for StartAgain {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.refusal)
    }
}

/// The way in which tokens are refreshed is not enabled for the app client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefreshNotEnabled {
    /// The way that was chosen.
    pub chosen: RefreshMethod,
    /// The way to choose, by [`AppClient::with_refresh_method`](crate::AppClient::with_refresh_method).
    pub choose: RefreshMethod,
    /// What the service said.
    pub refusal: Refusal,
}

impl fmt::Display for RefreshNotEnabled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chosen, choose, .. } = self;
        write!(formatter, "refreshing by {chosen:?} is not enabled for this app client, choose {choose:?}")
    }
}

impl StdError for RefreshNotEnabled {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.refusal)
    }
}

/// No whole answer came, after as many attempts as the operation allows.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NotReached {
    /// Whether a request can have arrived, and been carried out.
    pub may_have_arrived: bool,
    /// What the transport said of the last attempt.
    pub cause: Cause,
}

impl NotReached {
    /// No answer, for this reason. For adapters, whose drivers may be given up half way.
    #[must_use]
    pub fn new(may_have_arrived: bool, cause: Cause) -> Self {
        Self { may_have_arrived, cause }
    }
}

impl fmt::Display for NotReached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrival = if self.may_have_arrived { "may have arrived" } else { "was not sent" };
        write!(formatter, "no answer (the request {arrival})")
    }
}

impl StdError for NotReached {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.cause)
    }
}

/// An event that does not answer the last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The flow has not begun: only [`Event::Start`](crate::Event::Start) is in order.
    #[error("the flow has not been started")]
    NotStarted,
    /// The flow waits for what came of a request.
    #[error("the flow waits for what came of its request")]
    AwaitsAnswer,
    /// The flow waits for [`Event::Woke`](crate::Event::Woke).
    #[error("the flow waits to be woken")]
    AwaitsWaking,
    /// The flow is over.
    #[error("the flow is over")]
    Finished,
}

/// What the caller gave and cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
#[non_exhaustive]
pub struct InvalidInput {
    /// What it is, in Cognito's words.
    pub name: &'static str,
    /// What is wrong with it. It does not repeat the value.
    pub problem: &'static str,
}

impl InvalidInput {
    pub(crate) const fn new(name: &'static str, problem: &'static str) -> Self {
        Self { name, problem }
    }

    /// Refuses an empty text, which the service would refuse less clearly.
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
    fn these_refusals_of_an_answer_leave_its_challenge_open_and_no_others() {
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
        for (message, reason) in refusal::BY_MESSAGE {
            assert!(!refused("NotAuthorizedException", message).may_answer_again(), "{reason:?}");
        }
    }

    #[test]
    fn what_was_not_sent_leaves_a_challenge_open() {
        let not_reached =
            |may_have_arrived| Error::from(NotReached::new(may_have_arrived, Arc::new(Problem("reset".into()))));
        assert!(not_reached(false).may_answer_again());
        assert!(Error::from(InvalidInput::new("SMS_MFA_CODE", "must not be empty")).may_answer_again());
        for error in
            [not_reached(true), Misuse::AwaitsAnswer.into(), Error::NotSignedIn, Error::store("the disk is full")]
        {
            assert!(!error.may_answer_again(), "{error}");
        }
    }
}
