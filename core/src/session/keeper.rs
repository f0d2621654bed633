//! What to do about a user's session: use it, wait for a refresh that is under way, refresh and save it, or find that the
//! user must sign in.

#[cfg(test)]
mod tests;
mod work;

use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;

use crate::configuration::AppClient;
use crate::device::DeviceReport;
use crate::error::{Cause, Error};
use crate::keeper::{Begin, Keeper, KeeperEvent, KeeperStep, Ledger, Ticket};
use crate::operation::Context;
use crate::seed::Seed;
use crate::session::{Plan, Session};
use crate::storage::session_key;
use crate::timestamp::Timestamp;

use work::{Unsaved, Work};

/// Keeps one user's session for everybody in a process who asks for it, with a store behind: a [`Keeper`].
///
/// [`usable`](Self::usable) gives tokens that are good, at once. If there are none, [`begin`](Keeper::begin) a
/// [`SessionTask`]. What a work needs is a seed, for a device that a refresh registers. One keeper serves one user in one
/// process:
///
/// ```text
///  Load ── good ──────────────────────────────────────────────────────────────► Done
///   └── expired, or anything else ──► Lock
///
///  Lock ── Load ── good ──────────────────────────────────────────────────────► Done
///            └── expired ──► Send, Wait ──► Save ──► a new device is registered ──► Done
///                  ▲             └── the refresh token is dead ──► Load ── the same one, or none ──► Remove ──► Done
///                  └──────────────────── another one, once ──────────┘
/// ```
///
/// Tokens in the store that are good are given without its lock, so that nobody waits for another process's refresh. All
/// else, and every other task, is done under the lock.
///
/// Only a refusal that [ends the session](Error::ends_session) takes it out of the store, and only after the store was
/// read again. After any other error the session is still given while its tokens are good, with the error beside it; at
/// once, if the request cannot have been sent. A session that could not be saved is kept here, used, and saved with the
/// next work or by [`SessionTask::Flush`], unless somebody has signed in or out elsewhere meanwhile.
///
/// Tokens that are good are given without a look at the store. That another process has signed the user out is therefore
/// noticed when they expire.
#[derive(Debug)]
pub struct SessionKeeper {
    app_client: AppClient,
    username: String,
    key: String,
    margin: Duration,
    context: Context,
    device_name: Option<String>,
    /// The newest session that is known here.
    current: Option<Session>,
    unsaved: Option<Unsaved>,
    work: Option<Work>,
    /// How often somebody has signed in, or the session has ended.
    generation: u64,
    ledger: Ledger<KeptSession>,
}

/// What a keeper is to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionTask {
    /// Give a session whose tokens are good, refreshed if need be.
    Get,
    /// Refresh the session even if its tokens are good, so that changed attributes and groups come into them; if that
    /// cannot be done it fails, and the session stays.
    Refresh,
    /// Store this session in place of the one that there was, and its user as the last to have signed in.
    Save(Box<Session>),
    /// Remove the session from the store and from here, and ask nobody.
    Remove,
    /// Save what could not be saved.
    Flush,
}

/// How a work has ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct SessionEnd {
    /// The session that there is now, or none after it was removed.
    ///
    /// Errors: [`Error::NotSignedIn`] when the store has no session or only one that has ended; [`Error::Store`] when it
    /// cannot be read or written, which loses nothing; and what a [`Refresh`](crate::Refresh) fails with.
    pub result: Result<Option<KeptSession>, Error>,
    /// What those who watch the session are to be told.
    pub change: Option<SessionEvent>,
}

/// What has happened to a user's session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEvent {
    /// The user's canonical name.
    pub username: String,
    /// What has happened.
    pub change: SessionChange,
}

/// What has happened to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionChange {
    /// The user has signed in.
    SignedIn,
    /// The tokens are new.
    Refreshed,
    /// The user was signed out, here or by another process.
    SignedOut,
    /// The service has ended the session: the user must sign in.
    Expired,
}

/// A session whose tokens are good now, and what went wrong on the way to it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptSession {
    /// The session.
    pub session: Session,
    /// What a refresh had to tell of the device.
    pub device: DeviceReport,
    /// Why it could not be refreshed although it was time to. The tokens are good for a little longer.
    pub refresh_error: Option<Error>,
    /// Why the session, or what is to be kept of the device, could not be saved. **The store may still have the session
    /// from before the refresh**, whose refresh token may be good for nothing now. It is saved with the next chance.
    pub save_error: Option<Cause>,
}

/// A session whose tokens are good, with nothing wrong.
impl From<Session> for KeptSession {
    fn from(session: Session) -> Self {
        Self { session, device: DeviceReport::default(), refresh_error: None, save_error: None }
    }
}

impl SessionKeeper {
    /// Keeps the session of this user, with tokens that are good for at least `margin` if they can be refreshed.
    /// `username` is the canonical name.
    #[must_use]
    pub fn new(app_client: &AppClient, username: impl Into<String>, margin: Duration) -> Self {
        let username = username.into();
        Self {
            app_client: app_client.clone(),
            key: session_key(app_client, &username),
            username,
            margin,
            context: Context::default(),
            device_name: None,
            current: None,
            unsaved: None,
            work: None,
            generation: 0,
            ledger: Ledger::new(),
        }
    }

    /// Sends this along with a refresh.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// Gives this name, for people to read, to a device that a refresh registers.
    #[must_use]
    pub fn with_device_name(mut self, name: impl Into<String>) -> Self {
        self.device_name = Some(name.into());
        self
    }

    /// The session, if its tokens are good for the margin or cannot be refreshed and are good.
    #[must_use]
    pub fn usable(&self, now: Timestamp) -> Option<&Session> {
        self.current.as_ref().filter(|session| session.plan(now, self.margin) == Plan::Use)
    }

    /// The newest session that is known here, whatever its tokens are good for.
    #[must_use]
    pub fn newest(&self) -> Option<&Session> {
        self.current.as_ref()
    }

    /// Counts up with each sign-in and each end of the session. What was made from a session is of no other while this is
    /// the same.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The key under which the session is stored.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether nobody has an interest in this: there is no work under way, and nothing that could not be saved.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.work.is_none() && self.unsaved.is_none()
    }

    /// Whether there is a session that could not be saved.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        self.unsaved.is_some()
    }
}

impl Keeper for SessionKeeper {
    type Task = SessionTask;
    type Given = Seed;
    type Kept = KeptSession;
    type End = SessionEnd;

    fn ticket(&self) -> Ticket {
        self.ledger.newest()
    }

    fn begin(&mut self, task: SessionTask, since: Ticket) -> Begin {
        if let Some(work) = &self.work {
            let newest = self.ticket();
            return match (&task, &work.task) {
                (SessionTask::Get, SessionTask::Get | SessionTask::Refresh) => Begin::Join(newest),
                (SessionTask::Refresh, SessionTask::Refresh) if newest > since => Begin::Join(newest),
                _ => Begin::Wait,
            };
        }
        self.ledger.begin();
        self.work = Some(Work::new(task));
        Begin::Drive
    }

    fn step(&mut self, now: Timestamp, event: KeeperEvent<Seed>) -> Result<KeeperStep<SessionEnd>, Error> {
        self.advance(now, event)
    }

    /// Of a work that gave or refreshed the session.
    fn outcome(&self, ticket: Ticket) -> Option<Result<KeptSession, Error>> {
        self.ledger.outcome(ticket)
    }

    fn abandon(&mut self, cause: Cause) {
        if self.work.take().is_some() {
            self.ledger.abandon(cause);
        }
    }
}
