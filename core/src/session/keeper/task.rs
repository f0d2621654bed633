//! The tasks of a session keeper, and their outcomes.

use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;

use crate::device::DeviceReport;
use crate::error::{Cause, Error};
use crate::operation::Context;
use crate::session::{RemoteSignOut, Session, SignOutScope, SignedIn, SignedOut};

/// The settings of a session keeper.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionSettings {
    /// The keeper refreshes tokens that expire within this time. The default is one minute.
    pub margin: Duration,
    /// The context that the keeper sends with every refresh request.
    pub context: Context,
    /// The display name of a device that a refresh registers.
    pub device_name: Option<String>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { margin: Duration::from_secs(60), context: Context::default(), device_name: None }
    }
}

/// A task for a [`SessionKeeper`](super::SessionKeeper).
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionTask {
    /// Return a session with valid tokens, and refresh the session if necessary.
    Get,
    /// Refresh the session even if its tokens are valid, so that changed attributes and groups appear in the
    /// tokens. If the refresh fails, the job fails, and the session stays in the store.
    Refresh,
    /// Store the session of a user who has just signed in, and replace the user's earlier session. The job
    /// also stores the user's name as the name of the last user, and saves the changes to the user's device.
    Save(Box<SignedIn>),
    /// Sign the user out at the service, with this scope. The job then removes the session from the store and
    /// from memory, even if the service rejects the sign-out. A session that is bound to another endpoint can
    /// only be removed with [`SignOutScope::Local`]. With any other scope, the job fails with
    /// [`Error::OtherEndpoint`] and does not remove such a session.
    SignOut(SignOutScope),
    /// Remove the session and the device of a user who has been deleted, without sending a request to the
    /// service.
    Forget,
    /// Save the session and the device that an earlier job could not save.
    Flush,
}

/// The outcome of a session keeper's job.
#[derive(Debug)]
#[non_exhaustive]
pub struct SessionOutcome {
    /// The session, or `None` if the job has removed the session or has found no session to save.
    ///
    /// The error is [`Error::NotSignedIn`] if the store has no session or only an expired session. The error
    /// is [`Error::Store`] if the store cannot be read or written. After an [`Error::Store`], unsaved
    /// sessions and devices stay in memory. All other errors are errors of a [`Refresh`](crate::Refresh).
    pub result: Result<Option<KeptSession>, Error>,
    /// The result of the sign-out at the service. If the task is not a sign-out, the result is
    /// [`RemoteSignOut::NotAsked`].
    pub remote_sign_out: RemoteSignOut,
    /// The event to report to the observers of the session, or `None` if there is no event.
    pub event: Option<SessionEvent>,
}

/// Creates the outcome for a caller who joined another caller's job.
impl From<KeptSession> for SessionOutcome {
    fn from(kept: KeptSession) -> Self {
        Self { result: Ok(Some(kept)), remote_sign_out: RemoteSignOut::NotAsked, event: None }
    }
}

/// Converts the outcome of a [`SessionTask::SignOut`], or the error that prevented the sign-out, into the
/// result of the sign-out.
impl From<Result<SessionOutcome, Error>> for SignedOut {
    fn from(outcome: Result<SessionOutcome, Error>) -> Self {
        match outcome {
            Ok(outcome) => Self::new(outcome.remote_sign_out, outcome.result.map(|_| ())),
            Err(error) => Self::new(RemoteSignOut::Failed(error.clone()), Err(error)),
        }
    }
}

/// An event that concerns a user's session, such as a sign-in or a refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEvent {
    /// The user's canonical name.
    pub username: String,
    /// The kind of event.
    pub kind: SessionEventKind,
}

/// The kind of a [`SessionEvent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEventKind {
    /// The user has signed in.
    SignedIn,
    /// The tokens were refreshed.
    Refreshed,
    /// The user was signed out, by this process or by another process.
    SignedOut,
    /// The session has expired or was revoked: the user must sign in again.
    Expired,
}

/// A session with valid tokens, and the non-fatal errors of the keeper's job.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptSession {
    /// The session, with valid tokens.
    pub session: Session,
    /// The changes to the user's device that a refresh reported.
    pub device: DeviceReport,
    /// The error of a failed refresh, or `None` if no refresh was needed or the refresh succeeded. If the
    /// refresh failed, the tokens of the returned session expire soon.
    pub refresh_error: Option<Error>,
    /// The error that prevented the keeper from saving the session or the device, or `None` if there was no
    /// such error. After this error, **the store may still contain the old session**, with a refresh token
    /// that may now be invalid. The unsaved session and device stay in memory, and the next job saves them.
    pub save_error: Option<Cause>,
}

/// Creates a result that contains this session and no errors. The tokens of the session must be valid.
impl From<Session> for KeptSession {
    fn from(session: Session) -> Self {
        Self { session, device: DeviceReport::default(), refresh_error: None, save_error: None }
    }
}
