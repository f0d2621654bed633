//! What to do about AWS credentials: use them, wait for those that are on their way, or get new ones, for the identity that
//! is known from before.

#[cfg(test)]
mod tests;
mod work;

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use crate::configuration::IdentityPool;
use crate::configuration::UserPoolId;
use crate::credentials::{Credentials, Role};
use crate::error::{Cause, Error};
use crate::keeper::{Begin, Keeper, KeeperEvent, KeeperStep, Ledger, Ticket};
use crate::operation::Logins;
use crate::storage::identity_key;
use crate::timestamp::Timestamp;

use work::{Current, Unsaved, Work};

/// Keeps AWS credentials of one identity for everybody in a process who asks for them, and the identity's id in a store: a
/// [`Keeper`].
///
/// [`usable`](Self::usable) gives credentials that are good, at once. If there are none, [`begin`](Keeper::begin) a
/// [`CredentialsTask`]. What a work needs is the user's logins, with fresh tokens; none for a guest:
///
/// ```text
///  Start ── Lock ── Load ── the identity id, if it is known ─────────────────► Send, Wait ── Save, if it is new ── Done
///                     └── of a user who has none: Lock, Load ── the guest's, if any ──┘       └── Remove the guest's
/// ```
///
/// So the first user who signs in keeps the identity that they had as a guest, if the service will have it so. An identity
/// id is kept also where the credentials then do not come. The credentials themselves are never stored.
#[derive(Debug)]
pub struct CredentialsKeeper {
    identity_pool: IdentityPool,
    /// None for a guest.
    user: Option<String>,
    role: Role,
    margin: Duration,
    current: Option<Current>,
    unsaved: Option<Unsaved>,
    work: Option<Work>,
    ledger: Ledger<KeptCredentials>,
}

/// What a keeper of credentials is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsTask {
    /// Give credentials that are good, new ones if need be.
    Get,
    /// Get new credentials even if there are good ones, so that a changed role or attribute comes into them; if that cannot
    /// be done it fails, and the credentials stay.
    Refresh,
}

/// Credentials that are good now, and what went wrong on the way to them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptCredentials {
    /// The credentials.
    pub credentials: Credentials,
    /// Why there are no new ones although it was time for them. These are good for a little longer.
    pub refresh_error: Option<Error>,
    /// Why the identity id could not be saved. It is kept in memory, and saved with the next credentials.
    pub save_error: Option<Cause>,
}

/// Good credentials, with nothing wrong.
impl From<Credentials> for KeptCredentials {
    fn from(credentials: Credentials) -> Self {
        Self { credentials, refresh_error: None, save_error: None }
    }
}

type End = Result<KeptCredentials, Error>;

impl CredentialsKeeper {
    /// Keeps the credentials of guests.
    #[must_use]
    pub fn of_guest(identity_pool: &IdentityPool) -> Self {
        Self::new(identity_pool, None)
    }

    /// Keeps the credentials of a user. The name tells this user's identity from those of others in the store; it is not
    /// sent.
    #[must_use]
    pub fn of_user(identity_pool: &IdentityPool, user: impl Into<String>) -> Self {
        Self::new(identity_pool, Some(user.into()))
    }

    /// Keeps the credentials of the user of this canonical name in a user pool.
    #[must_use]
    pub fn of_user_pool(identity_pool: &IdentityPool, user_pool_id: &UserPoolId, username: &str) -> Self {
        Self::of_user(identity_pool, format!("{user_pool_id}/{username}"))
    }

    /// Keeps the same credentials, in the same way, and has none yet.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self::new(&self.identity_pool, self.user.clone()).with_role(self.role.clone()).with_margin(self.margin)
    }

    fn new(identity_pool: &IdentityPool, user: Option<String>) -> Self {
        Self {
            identity_pool: identity_pool.clone(),
            user,
            role: Role::default(),
            margin: Duration::from_secs(300),
            current: None,
            unsaved: None,
            work: None,
            ledger: Ledger::new(),
        }
    }

    /// Gets credentials of this role.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Gives credentials that are good for at least so long, if such can be had: for half of their life at the most. Five
    /// minutes if nothing else is said.
    #[must_use]
    pub fn with_margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// The credentials, if they are good for the margin.
    #[must_use]
    pub fn usable(&self, now: Timestamp) -> Option<&Credentials> {
        let current = self.current.as_ref().filter(|current| current.credentials.are_good_for(now, current.margin));
        current.map(|current| &current.credentials)
    }

    /// The newest credentials that are known here, whatever they are good for.
    #[must_use]
    pub fn newest(&self) -> Option<&Credentials> {
        self.current.as_ref().map(|current| &current.credentials)
    }

    /// The key under which the identity id is stored.
    #[must_use]
    pub fn key(&self) -> String {
        identity_key(&self.identity_pool, self.user.as_deref())
    }

    /// Forgets the credentials, whose session has ended, and keeps the identity.
    pub fn forget_credentials(&mut self) {
        self.current = None;
        self.ledger.forget();
    }

    /// Forgets the credentials and the identity. The identity id in the store is the caller's to remove.
    pub fn forget(&mut self) {
        self.forget_credentials();
        self.unsaved = None;
    }
}

impl Keeper for CredentialsKeeper {
    type Task = CredentialsTask;
    type Given = Logins;
    type Kept = KeptCredentials;
    type End = End;

    fn ticket(&self) -> Ticket {
        self.ledger.newest()
    }

    fn begin(&mut self, task: CredentialsTask, since: Ticket) -> Begin {
        if let Some(work) = &self.work {
            let newest = self.ticket();
            return match (task, work.task) {
                (CredentialsTask::Get, CredentialsTask::Get) => Begin::Join(newest),
                (CredentialsTask::Refresh, CredentialsTask::Refresh) if newest > since => Begin::Join(newest),
                _ => Begin::Wait,
            };
        }
        self.ledger.begin();
        self.work = Some(Work::new(task));
        Begin::Drive
    }

    fn step(&mut self, now: Timestamp, event: KeeperEvent<Logins>) -> Result<KeeperStep<End>, Error> {
        self.advance(now, event)
    }

    fn outcome(&self, ticket: Ticket) -> Option<Result<KeptCredentials, Error>> {
        self.ledger.outcome(ticket)
    }

    fn abandon(&mut self, cause: Cause) {
        if self.work.take().is_some() {
            self.ledger.abandon(cause);
        }
    }
}
