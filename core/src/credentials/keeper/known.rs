//! What a credentials keeper knows between jobs.

use alloc::string::String;
use core::time::Duration;

use super::task::CredentialsTask;
use crate::configuration::IdentityPool;
use crate::credentials::{Credentials, Role};
use crate::storage::identity_key;
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(super) struct Known {
    pub(super) identity_pool: IdentityPool,
    /// `None` for a guest.
    pub(super) user: Option<String>,
    pub(super) role: Role,
    pub(super) margin: Duration,
    pub(super) current: Option<Current>,
    pub(super) unsaved: Option<Unsaved>,
    /// The session that the newest logins came from.
    pub(super) generation: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Current {
    pub(super) credentials: Credentials,
    /// The margin, or half of the life that the credentials had when they came, if that is less: otherwise
    /// each caller would get new ones.
    pub(super) margin: Duration,
}

/// An identity id that could not be saved.
#[derive(Debug)]
pub(super) struct Unsaved {
    pub(super) identity_id: String,
    /// What the store had then. Once it has something else, that is newer.
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

    /// The credentials to return when there are no new ones: those that are still valid, unless new ones were
    /// asked for.
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
