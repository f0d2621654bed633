//! What a session keeper can be asked to do, and what comes back.

use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;

use crate::device::DeviceReport;
use crate::error::{Cause, Error};
use crate::operation::Context;
use crate::session::{RemoteSignOut, Session, SignOutScope, SignedIn, SignedOut};

/// How sessions are kept.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionSettings {
    /// Tokens are refreshed this long before they expire. The default is one minute.
    pub margin: Duration,
    /// Sent with every refresh.
    pub context: Context,
    /// The name, for people to read, of a device that a refresh registers.
    pub device_name: Option<String>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { margin: Duration::from_secs(60), context: Context::default(), device_name: None }
    }
}

/// What a [`SessionKeeper`](super::SessionKeeper) is asked to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionTask {
    /// Return a session with valid tokens. Refresh it if necessary.
    Get,
    /// Refresh the session even if its tokens are valid, so that changed attributes and groups appear in
    /// them. If that fails the job fails, and the session stays.
    Refresh,
    /// Store the session of a user who has signed in, in place of the earlier one, the user as the last to
    /// have signed in, and the device.
    Save(Box<SignedIn>),
    /// Sign the user out at the service as far as the scope says, then remove the session from the store and
    /// from memory, whatever the service answers.
    SignOut(SignOutScope),
    /// Remove the session and the device of a user who has been deleted. The service is not asked.
    Forget,
    /// Save the session and the device that could not be saved before.
    Flush,
}

/// The outcome of a job.
#[derive(Debug)]
#[non_exhaustive]
pub struct SessionOutcome {
    /// The session, or `None` after it was removed.
    ///
    /// Errors: [`Error::NotSignedIn`] when the store has no session or only one that has ended;
    /// [`Error::Store`] when the store cannot be read or written, which loses nothing; and the errors of a
    /// [`Refresh`](crate::Refresh).
    pub result: Result<Option<KeptSession>, Error>,
    /// How a sign-out ended at the service. [`RemoteSignOut::NotAsked`] for every other task.
    pub remote_sign_out: RemoteSignOut,
    /// What those who watch the session are to be told.
    pub event: Option<SessionEvent>,
}

/// The outcome of a job that another caller drove.
impl From<KeptSession> for SessionOutcome {
    fn from(kept: KeptSession) -> Self {
        Self { result: Ok(Some(kept)), remote_sign_out: RemoteSignOut::NotAsked, event: None }
    }
}

/// The outcome of [`SessionTask::SignOut`], or the error that kept its job from running to its end.
impl From<Result<SessionOutcome, Error>> for SignedOut {
    fn from(outcome: Result<SessionOutcome, Error>) -> Self {
        match outcome {
            Ok(outcome) => Self::new(outcome.remote_sign_out, outcome.result.map(|_| ())),
            Err(error) => Self::new(RemoteSignOut::Failed(error.clone()), Err(error)),
        }
    }
}

/// An event in the life of a user's session.
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
    /// The tokens are new.
    Refreshed,
    /// The user was signed out, here or by another process.
    SignedOut,
    /// The service has ended the session: the user must sign in.
    Expired,
}

/// A session with valid tokens, and the errors that did not prevent returning it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptSession {
    /// The session.
    pub session: Session,
    /// What a refresh reported of the device.
    pub device: DeviceReport,
    /// Why the session could not be refreshed although it was time to. The tokens are valid for a little
    /// longer.
    pub refresh_error: Option<Error>,
    /// Why the session or the device could not be saved. **The store may still have the session from before
    /// the refresh**, whose refresh token may be invalid now. Both stay in memory, and the next job saves
    /// them.
    pub save_error: Option<Cause>,
}

/// A session with valid tokens and no errors.
impl From<Session> for KeptSession {
    fn from(session: Session) -> Self {
        Self { session, device: DeviceReport::default(), refresh_error: None, save_error: None }
    }
}
