//! What a session keeper knows between jobs.

use alloc::string::String;
use core::time::Duration;

use super::task::{SessionEventKind, SessionSettings};
use crate::configuration::AppClient;
use crate::device::DeviceReport;
use crate::session::{Plan, Session};
use crate::storage::Record;
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(super) struct Known {
    pub(super) app_client: AppClient,
    pub(super) username: String,
    /// The store's key of the session.
    pub(super) key: String,
    pub(super) settings: SessionSettings,
    /// The newest session.
    pub(super) current: Option<Session>,
    pub(super) unsaved: Option<Unsaved>,
    /// What could not be saved of the user's device.
    pub(super) unsaved_device: Option<DeviceReport>,
    /// The number of sign-ins and of ends of the session.
    pub(super) generation: u64,
}

/// A session that could not be saved.
#[derive(Debug)]
pub(super) struct Unsaved {
    pub(super) session: Session,
    /// What the store had under the key then; `None` if that could not be read either. Once the store has
    /// something else, the user has signed in or out elsewhere, and this session is not the newest.
    pub(super) instead_of: Option<Option<Record>>,
}

impl Known {
    /// The newest session, if its tokens are valid for the margin, or valid at all and cannot be refreshed.
    pub(super) fn usable(&self, now: Timestamp) -> Option<&Session> {
        self.current.as_ref().filter(|session| session.plan(now, self.settings.margin) == Plan::Use)
    }

    /// The newest session, if its tokens are valid at all.
    pub(super) fn valid(&self, now: Timestamp) -> Option<Session> {
        self.current.clone().filter(|session| is_valid(session, now))
    }

    /// The session that could not be saved, if the store still has what it had then.
    pub(super) fn newest_unsaved(&self, held: Option<&Record>) -> Option<&Session> {
        let unsaved = self.unsaved.as_ref()?;
        let is_newest = unsaved.instead_of.as_ref().is_none_or(|seen| seen.as_ref() == held);
        is_newest.then_some(&unsaved.session)
    }

    pub(super) fn has_unsaved(&self) -> bool {
        self.unsaved.is_some() || self.unsaved_device.is_some()
    }

    /// Keeps what is known of the device until it is saved.
    pub(super) fn keep_device(&mut self, device: &DeviceReport) {
        if !device.is_empty() {
            let earlier = self.unsaved_device.take().unwrap_or_default();
            self.unsaved_device = Some(earlier.followed_by(device));
        }
    }

    /// Drops the session, which has ended.
    pub(super) fn forget_session(&mut self) {
        (self.current, self.unsaved) = (None, None);
    }

    pub(super) fn count(&mut self, kind: Option<SessionEventKind>) {
        if kind.is_some_and(|kind| kind != SessionEventKind::Refreshed) {
            self.generation += 1;
        }
    }
}

pub(super) fn is_valid(session: &Session, now: Timestamp) -> bool {
    session.plan(now, Duration::ZERO) == Plan::Use
}
