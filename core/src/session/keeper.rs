//! The keeper of a user's session: it loads, refreshes, saves and ends the session.

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

use job::{Job, LOCK_IS_TAKEN, not_refreshed};
use known::Known;

pub use task::{KeptSession, SessionEvent, SessionEventKind, SessionOutcome, SessionSettings, SessionTask};

/// A [`Keeper`] that loads, refreshes, saves and ends one user's session for all callers in a process.
///
/// First call [`usable`](Self::usable), which returns the session in memory if the session's tokens are
/// valid. If no valid session is in memory, [`begin`](Keeper::begin) a [`SessionTask`]. The input of a job is
/// a seed, from which the keeper generates the password of a new device. A process has one keeper for each
/// user. The following diagram shows the steps of each task:
///
/// ```text
/// Get:      Load ── valid, or no session ────────────────────────────────────► Done
///            └── expired, or anything else ──► Lock, Load ── valid ──────────► Done
///                                                         └─ expired ──► refresh
///
/// refresh:  Send, Wait ──► Save ──► Compute, Send (new device) ──► device ───► Done
///             ▲   └── invalid refresh token ──► Load ── no newer ──► Remove ─► Done
///             └────────── newer token, once ─────┘
///
/// Save:     Lock ──► Save the session ──► Save the last user ──► device ─────► Done
/// SignOut:  Lock, Load ──► refresh, if global and expired ──► Send ──► Remove ► Done
/// device:   Lock, Load, Save the user's devices, if there is anything to save
/// ```
///
/// If the store has valid tokens, the task [`SessionTask::Get`] returns them without locking the store, so
/// that callers do not wait while another process refreshes the session. All other parts of a job run while
/// the session is locked in the store.
///
/// If a refresh fails with an error that [ends the session](Error::ends_session), the keeper reads the store
/// again. The keeper removes the session from the store only if the store has no newer session. If a refresh
/// fails but does not end the session, [`SessionTask::Get`] returns the session together with the error, if
/// the session's tokens are still valid. If the refresh request cannot have arrived at the service,
/// [`SessionTask::Get`] returns such a session immediately, without retries. A session or a device that could
/// not be saved stays in memory, and the next job saves it. To save an unsaved session or device immediately,
/// use [`SessionTask::Flush`]. If the user has meanwhile signed in or out in another process, the keeper
/// drops the unsaved session.
///
/// [`usable`](Self::usable) returns valid tokens from memory without reading the store. If another process
/// signs the user out, the keeper therefore notices the sign-out only when the tokens in memory expire.
#[derive(Debug)]
pub struct SessionKeeper {
    known: Known,
    flight: SingleFlight<Job>,
}

impl SessionKeeper {
    /// Creates the keeper of this user's session. `username` is the canonical name.
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

    /// Returns the user's canonical name.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.known.username
    }

    /// Returns the session in memory if its tokens are valid for at least the margin in the keeper's
    /// settings. If the session has no refresh token, the method ignores the margin.
    #[must_use]
    pub fn usable(&self, now: Timestamp) -> Option<&Session> {
        self.known.usable(now)
    }

    /// Returns the newest session in memory, whether its tokens are valid or not.
    #[must_use]
    pub fn newest(&self) -> Option<&Session> {
        self.known.current.as_ref()
    }

    /// Returns the generation of the session: a number that increases at every sign-in, at every sign-out,
    /// and whenever the session expires. Tokens with the same generation belong to the same session.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.known.generation
    }

    /// Returns the key under which the session is stored.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.known.key
    }

    /// Returns `true` if no job is running, and if the keeper has no unsaved session or device.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.flight.running().is_none() && !self.has_unsaved()
    }

    /// Returns whether memory contains a session or a device that the keeper could not save.
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

    /// Returns the result of this job or of a later job. The method does not return the results of the tasks
    /// [`SessionTask::Save`] and [`SessionTask::Flush`].
    fn result(&self, job: JobId) -> Option<Result<KeptSession, Error>> {
        self.flight.result(job)
    }

    fn valid_meanwhile(&self, task: &SessionTask, now: Timestamp) -> Option<KeptSession> {
        let is_allowed =
            matches!(task, SessionTask::Get) && self.flight.running().is_some_and(Job::leaves_valid_tokens);
        let session = self.known.valid(now).filter(|_| is_allowed)?;
        Some(not_refreshed(session, Error::store(LOCK_IS_TAKEN)))
    }

    fn abandon(&mut self, cause: Cause) {
        self.flight.abandon(cause);
    }
}
