//! What to do about a user's session: use it, refresh and save it, sign out, or find that the user must sign
//! in.

mod job;
mod known;
mod task;
#[cfg(test)]
mod tests;

use alloc::string::String;

use crate::configuration::AppClient;
use crate::error::{Cause, Error};
use crate::keeper::{Admission, JobId, Keeper, KeeperEvent, KeeperStep, SingleFlight, sealed};
use crate::seed::Seed;
use crate::session::Session;
use crate::storage::session_key;
use crate::timestamp::Timestamp;

use job::Job;
use known::Known;

pub use task::{KeptSession, SessionEvent, SessionEventKind, SessionOutcome, SessionSettings, SessionTask};

/// Loads, refreshes, saves and ends one user's session for all callers of a process: a [`Keeper`].
///
/// [`usable`](Self::usable) returns valid tokens at once. If there are none, [`begin`](Keeper::begin) a
/// [`SessionTask`]. The input of a job is a seed, for a device that a refresh registers. A process has one
/// keeper for each user:
///
/// ```text
///  Get:      Load ── valid ─────────────────────────────────────────────────────────────────► Done
///             └── expired, or anything else ──► Lock, Load ── valid ────────────────────────► Done
///
///  refresh:  Send, Wait ──► Save ──► Compute, Send: a new device is registered ──► device ──► Done
///              ▲     └── the refresh token is dead ──► Load ── the same one, or none ──► Remove ──► Done
///              └──────────────────── another one, once ──────────┘
///
///  Save:     Lock ──► Save the session ──► Save the last user ──► device ───────────────────► Done
///  SignOut:  Lock, Load ──► refresh, if a global sign-out needs it ──► Send, Wait ──► Remove ► Done
///  device:   Lock, Load, Save the user's devices, if there is anything to save
/// ```
///
/// Valid tokens in the store are returned without locking it, so callers never wait for another process's
/// refresh. Everything else happens under the lock.
///
/// Only a refusal that [ends the session](Error::ends_session) removes it from the store, and only after the
/// store was read again. After any other error the session is still returned while its tokens are valid,
/// together with the error; and at once, if the request cannot have been sent. A session or a device that
/// could not be saved stays in memory, and the next job or [`SessionTask::Flush`] saves it, unless the user
/// has signed in or out elsewhere meanwhile.
///
/// Valid tokens in memory are returned without reading the store. A sign-out by another process is therefore
/// noticed when they expire.
#[derive(Debug)]
pub struct SessionKeeper {
    known: Known,
    flight: SingleFlight<Job>,
}

impl SessionKeeper {
    /// A keeper of this user's session. `username` is the canonical name.
    #[must_use]
    pub fn new(app_client: &AppClient, username: impl Into<String>, settings: &SessionSettings) -> Self {
        let username = username.into();
        let known = Known {
            app_client: app_client.clone(),
            key: session_key(app_client, &username),
            username,
            settings: settings.clone(),
            current: None,
            unsaved: None,
            unsaved_device: None,
            generation: 0,
        };
        Self { known, flight: SingleFlight::new() }
    }

    /// The user's canonical name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.known.username
    }

    /// The session, if its tokens are valid for the margin, or valid at all and cannot be refreshed.
    #[must_use]
    pub fn usable(&self, now: Timestamp) -> Option<&Session> {
        self.known.usable(now)
    }

    /// The newest session in memory, whether its tokens are valid or not.
    #[must_use]
    pub fn newest(&self) -> Option<&Session> {
        self.known.current.as_ref()
    }

    /// Increases at every sign-in and sign-out. Two values obtained at the same generation belong to the same
    /// session.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.known.generation
    }

    /// The key under which the session is stored.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.known.key
    }

    /// True if no job is running and nothing is waiting to be saved.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.flight.is_running() && !self.has_unsaved()
    }

    /// True if a session or a device could not be saved.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        self.known.has_unsaved()
    }
}

impl sealed::Sealed for SessionKeeper {}

impl Keeper for SessionKeeper {
    type Task = SessionTask;
    type Input = Seed;
    type Value = KeptSession;
    type Output = SessionOutcome;

    fn newest_job(&self) -> JobId {
        self.flight.newest()
    }

    fn begin(&mut self, task: SessionTask, since: JobId) -> Admission {
        self.flight.begin(Job::new(task), since, |job, running, is_newer| match (&job.task, &running.task) {
            (SessionTask::Get, SessionTask::Get | SessionTask::Refresh) => true,
            (SessionTask::Refresh, SessionTask::Refresh) => is_newer,
            _ => false,
        })
    }

    fn step(&mut self, now: Timestamp, event: KeeperEvent<Seed>) -> Result<KeeperStep<SessionOutcome>, Error> {
        self.flight.step(&mut self.known, now, event)
    }

    /// The result of a job that returned or refreshed the session.
    fn result(&self, job: JobId) -> Option<Result<KeptSession, Error>> {
        self.flight.result(job)
    }

    fn abandon(&mut self, cause: Cause) {
        self.flight.abandon(cause);
    }
}
