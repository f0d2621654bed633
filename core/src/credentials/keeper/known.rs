//! The state of a credentials keeper between jobs.

use alloc::string::String;
use core::time::Duration;

use super::task::CredentialsTask;
use crate::configuration::IdentityPool;
use crate::credentials::{Credentials, Role};
use crate::storage::identity_key;
use crate::timestamp::Timestamp;

/// The state of a credentials keeper between jobs.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) identity_pool: IdentityPool,
    /// The name of the user, or `None` for a guest.
    pub(super) user: Option<String>,
    pub(super) role: Role,
    pub(super) margin: Duration,
    pub(super) current: Option<Current>,
    pub(super) unsaved: Option<Unsaved>,
    /// The generation of the session that the newest logins came from.
    pub(super) generation: Option<u64>,
}

/// The newest credentials, with the margin that applies to them.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) credentials: Credentials,
    /// The shorter of the keeper's margin and half of the credentials' lifetime. A longer margin would make
    /// every caller request new credentials.
    pub(super) margin: Duration,
}

/// An identity id that could not be saved.
#[derive(Debug)]
pub(super) struct Unsaved {
    pub(super) identity_id: String,
    /// The identity id that the store had when saving failed. If the store has a different identity id later,
    /// another process has stored a newer identity id.
    pub(super) instead_of: Option<String>,
}

impl Known {
    pub(super) fn key(&self) -> String {
        identity_key(&self.identity_pool, self.user.as_deref())
    }

    pub(super) fn guest_key(&self) -> String {
        identity_key(&self.identity_pool, None)
    }

    pub(super) fn usable(&self, now: Timestamp) -> Option<&Credentials> {
        let current = self.current.as_ref().filter(|current| current.credentials.is_valid_for(now, current.margin));
        current.map(|current| &current.credentials)
    }

    pub(super) fn newest(&self) -> Option<&Credentials> {
        self.current.as_ref().map(|current| &current.credentials)
    }

    /// Returns the current credentials, which the job returns if the request for new credentials fails.
    /// Returns `None` if the current credentials have expired, or if the task is not
    /// [`CredentialsTask::Get`].
    pub(super) fn fallback(&self, task: CredentialsTask, now: Timestamp) -> Option<&Credentials> {
        let valid = self.newest().filter(|credentials| credentials.is_valid_for(now, Duration::ZERO));
        valid.filter(|_| task == CredentialsTask::Get)
    }

    pub(super) fn keep(&mut self, credentials: &Credentials, now: Timestamp) {
        let life = credentials.expires_at_local().as_unix_millis().saturating_sub(now.as_unix_millis());
        let margin = self.margin.min(Duration::from_millis(life / 2));
        self.current = Some(Current { credentials: credentials.clone(), margin });
    }
}
