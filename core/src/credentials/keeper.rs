//! The keeper of AWS credentials: it gets, shares and replaces the credentials, and stores the identity id.

mod job;
mod known;
mod task;
#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use super::{Credentials, Role};
use crate::configuration::{IdentityPool, UserPoolId};
use crate::error::{Cause, Error};
use crate::keeper::{Admission, JobId, Keeper, KeeperEvent, KeeperStep, SingleFlight, sealed};
use crate::timestamp::Timestamp;

use job::{Job, LOCK_IS_TAKEN, not_renewed};
use known::Known;

pub use task::{CredentialsInput, CredentialsTask, KeptCredentials};

/// A [`Keeper`] that shares the AWS credentials of one identity among all callers in a process, and keeps the
/// identity id in a store.
///
/// First, call [`usable`](Self::usable), which returns the credentials in memory if they are valid. If
/// `usable` returns `None`, [`begin`](Keeper::begin) a [`CredentialsTask`]. The input of a job is the user's
/// logins with fresh tokens, or empty logins for a guest. A job takes these steps:
///
/// ```text
/// Start ── Load, Lock, Load the identity id ──┬──► Send, Wait ── Save a new id ──┬──► Done
///               │                             │                   │              │
///               └── a user without id:        │                   └── Remove ────┘
///                   Lock, Load the            │                       the guest's id,
///                   guest's id ───────────────┘                       if it was used
/// ```
///
/// If the store has no identity id for a user but has the guest's identity id, the keeper sends the guest's
/// identity id. If the service accepts this id for the user, the user keeps the guest's identity. The keeper
/// stores a new identity id even if the request for credentials fails. The keeper never stores credentials.
#[derive(Debug)]
pub struct CredentialsKeeper {
    known: Known,
    flight: SingleFlight<Job>,
}

impl CredentialsKeeper {
    /// Creates a keeper for the AWS credentials of a guest.
    #[must_use]
    pub fn for_guest(identity_pool: &IdentityPool) -> Self {
        Self::new(identity_pool, None)
    }

    /// Creates a keeper for the AWS credentials of a user. `user` is a name that differs for each user: the
    /// identity id is stored under this name. The keeper never sends this name to the service.
    #[must_use]
    pub fn for_user(identity_pool: &IdentityPool, user: impl Into<String>) -> Self {
        Self::new(identity_pool, Some(user.into()))
    }

    /// Creates a keeper for the AWS credentials of a user who signs in to a user pool. `username` is the
    /// user's canonical name.
    #[must_use]
    pub fn for_user_pool(identity_pool: &IdentityPool, user_pool_id: &UserPoolId, username: &str) -> Self {
        Self::for_user(identity_pool, format!("{user_pool_id}/{username}"))
    }

    /// Creates a keeper that has the same configuration as this keeper, but no credentials.
    #[must_use]
    pub fn without_credentials(&self) -> Self {
        let Known { identity_pool, user, role, margin, .. } = &self.known;
        Self::new(identity_pool, user.clone()).with_role(role.clone()).with_margin(*margin)
    }

    fn new(identity_pool: &IdentityPool, user: Option<String>) -> Self {
        let known = Known {
            identity_pool: identity_pool.clone(),
            user,
            role: Role::default(),
            margin: Duration::from_secs(300),
            current: None,
            unsaved: None,
            generation: None,
        };
        Self { known, flight: SingleFlight::new() }
    }

    /// Sets the role for which the keeper requests credentials.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.known.role = role;
        self
    }

    /// Sets the margin: the minimum time for which returned credentials stay valid. If the margin is longer
    /// than half of the credentials' lifetime, the keeper uses half of the lifetime as the margin. The
    /// default margin is five minutes.
    #[must_use]
    pub fn with_margin(mut self, margin: Duration) -> Self {
        self.known.margin = margin;
        self
    }

    /// Returns the credentials in memory if they stay valid for at least the margin.
    #[must_use]
    pub fn usable(&self, now: Timestamp) -> Option<&Credentials> {
        self.known.usable(now)
    }

    /// Returns the newest credentials in memory, even if they have expired.
    #[must_use]
    pub fn newest(&self) -> Option<&Credentials> {
        self.known.newest()
    }

    /// Returns the key under which the identity id is stored.
    #[must_use]
    pub fn key(&self) -> String {
        self.known.key()
    }

    /// Drops the credentials from memory if they came from a session that has ended. `generation` is the
    /// current [generation](crate::SessionKeeper::generation) of the session, or `None` if there is no
    /// session.
    pub fn end_with_session(&mut self, generation: Option<u64>) {
        if generation.is_none() || self.known.generation != generation {
            self.known.current = None;
            self.flight.forget_value();
        }
    }
}

impl sealed::Sealed for CredentialsKeeper {}

impl Keeper for CredentialsKeeper {
    type Task = CredentialsTask;
    type Input = CredentialsInput;
    type Value = KeptCredentials;
    type Output = Result<Option<KeptCredentials>, Error>;

    fn newest_job(&self) -> JobId {
        self.flight.newest()
    }

    fn begin(&mut self, task: CredentialsTask, since: JobId) -> Admission {
        self.flight.begin(Job::new(task), since, |job, running, is_newer| match (job.task, running.task) {
            (CredentialsTask::Get, CredentialsTask::Get) => true,
            (CredentialsTask::Refresh, CredentialsTask::Refresh) => is_newer,
            _ => false,
        })
    }

    fn step(
        &mut self,
        now: Timestamp,
        event: KeeperEvent<CredentialsInput>,
    ) -> Result<KeeperStep<Self::Output>, Error> {
        self.flight.step(&mut self.known, now, event)
    }

    fn result(&self, job: JobId) -> Option<Result<KeptCredentials, Error>> {
        self.flight.result(job)
    }

    fn valid_meanwhile(&self, task: &CredentialsTask, now: Timestamp) -> Option<KeptCredentials> {
        let credentials = self.known.fallback(*task, now)?;
        let is_waiting = self.flight.running().is_some_and(Job::leaves_valid_credentials);
        is_waiting.then(|| not_renewed(credentials, Error::store(LOCK_IS_TAKEN)))
    }

    fn abandon(&mut self, cause: Cause) {
        self.flight.abandon(cause);
    }
}
