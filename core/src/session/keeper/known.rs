//! The state of a session keeper between jobs.

use alloc::string::String;
use core::time::Duration;

use super::task::{SessionEventKind, SessionSettings};
use crate::configuration::AppClient;
use crate::device::DeviceReport;
use crate::error::{Cause, Error};
use crate::session::{Plan, Session};
use crate::storage::Record;
use crate::timestamp::Timestamp;

/// The state of a session keeper between jobs.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) app_client: AppClient,
    pub(super) username: String,
    /// The key under which the session is stored.
    pub(super) key: String,
    pub(super) settings: SessionSettings,
    /// The newest session in memory.
    pub(super) current: Option<Session>,
    pub(super) unsaved: Option<Unsaved>,
    /// The changes to the user's device that could not be saved.
    pub(super) unsaved_device: Option<DeviceReport>,
    /// The number of sign-ins, sign-outs and expiries of the session so far.
    pub(super) generation: u64,
}

/// A session that could not be saved.
#[derive(Debug)]
pub(super) struct Unsaved {
    pub(super) session: Session,
    /// The record that was in the store when saving failed, or `None` if the record could not be read. If the
    /// store later contains a different record, the user has signed in or out in another process, so this
    /// session is no longer the newest session.
    pub(super) instead_of: Option<Option<Record>>,
}

impl Known {
    /// Returns the newest session if its tokens are valid for at least the margin in the settings. If the
    /// session has no refresh token, the method ignores the margin.
    pub(super) fn usable(&self, now: Timestamp) -> Option<&Session> {
        self.current.as_ref().filter(|session| session.plan(now, self.settings.margin) == Plan::Use)
    }

    /// Returns the newest session if its tokens have not expired.
    pub(super) fn valid(&self, now: Timestamp) -> Option<Session> {
        self.current.clone().filter(|session| is_valid(session, now))
    }

    /// Decodes a stored session. Fails if the session is bound to another endpoint.
    pub(super) fn read(&self, record: &Record) -> Result<Session, Error> {
        let session = Session::from_record(record)?;
        session.require_stored_endpoint(&self.app_client)?;
        Ok(session)
    }

    /// Decodes what was loaded from the store. Returns `None` if the store has no session.
    pub(super) fn read_loaded(&self, loaded: Result<Option<Record>, Cause>) -> Result<Option<Session>, Error> {
        loaded.map_err(Error::Store)?.map(|record| self.read(&record)).transpose()
    }

    /// Returns the unsaved session, if the record in the store has not changed since saving failed.
    pub(super) fn newest_unsaved(&self, held: Option<&Record>) -> Option<&Session> {
        let unsaved = self.unsaved.as_ref()?;
        let is_newest = unsaved.instead_of.as_ref().is_none_or(|seen| seen.as_ref() == held);
        is_newest.then_some(&unsaved.session)
    }

    pub(super) fn has_unsaved(&self) -> bool {
        self.unsaved.is_some() || self.unsaved_device.is_some()
    }

    /// Keeps the changes to the device in memory until they are saved.
    pub(super) fn keep_device(&mut self, device: &DeviceReport) {
        if !device.is_empty() {
            let earlier = self.unsaved_device.take().unwrap_or_default();
            self.unsaved_device = Some(earlier.followed_by(device));
        }
    }

    /// Drops the session from memory, because the session has ended.
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
