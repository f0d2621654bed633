//! A job of a session keeper: lock the session, read it, do the task, then save or remove the session.
//!
//! The module `state` defines the states of a job, and chooses the handler of each event. The modules
//! `refreshing`, `signing_out` and `devices` contain the handlers for refreshes, sign-outs and changes to
//! devices.

mod devices;
mod refreshing;
mod signing_out;
mod state;

use alloc::boxed::Box;

use self::state::{Ending, Next, Saving, State};
use super::known::{Known, Unsaved, is_valid};
use super::task::{KeptSession, SessionEventKind, SessionTask};
use crate::error::{Cause, Error};
use crate::keeper::{KeeperStep, MAX_LOCK_WAIT, SHORT_LOCK_WAIT};
use crate::seed::Seed;
use crate::session::{Plan, Session, SignOutScope};
use crate::storage::{Record, last_user_key};
use crate::timestamp::Timestamp;

pub(super) use state::Job;

/// The reason why tokens that are still valid were not refreshed: another job waits for the lock.
pub(super) const LOCK_IS_TAKEN: &str = "the lock on the session is taken; try again later";

impl Job {
    fn start(mut self, known: &mut Known, now: Timestamp, seed: Result<Seed, Error>) -> Next {
        self.seed = seed;
        if let SessionTask::Save(signed_in) = &mut self.task {
            if let Err(error) = signed_in.session.require_endpoint(&known.app_client) {
                return self.end(known, Ending::err(error, None));
            }
            signed_in.session.bind(&known.app_client);
        }
        // Valid tokens are read without the lock, so that no caller waits for another process's refresh.
        if matches!(self.task, SessionTask::Get) && !known.has_unsaved() {
            return self.next(State::Peeking, KeeperStep::Load(known.key.clone()));
        }
        self.lock(known, now)
    }

    fn peeked(self, known: &mut Known, now: Timestamp, loaded: Result<Option<Record>, Cause>) -> Next {
        match known.read_loaded(loaded) {
            Ok(None) => self.not_signed_in(known),
            Ok(Some(session)) if session.plan(now, known.settings.margin) != Plan::Refresh => {
                self.plan(known, now, session, false)
            }
            Ok(Some(session)) => {
                if is_valid(&session, now) {
                    known.current = Some(session);
                }
                self.lock(known, now)
            }
            Err(_) => self.lock(known, now),
        }
    }

    /// Locks the session. If the task is `Get` and the tokens in memory are valid, the job waits only briefly
    /// for the lock. All other jobs wait long enough for a refresh by another process.
    fn lock(self, known: &Known, now: Timestamp) -> Next {
        let has_tokens = matches!(self.task, SessionTask::Get) && known.valid(now).is_some();
        let max_wait = if has_tokens { SHORT_LOCK_WAIT } else { MAX_LOCK_WAIT };
        self.next(State::Locking, KeeperStep::Lock { key: known.key.clone(), max_wait })
    }

    fn locked(mut self, known: &mut Known, now: Timestamp, locked: Result<(), Cause>) -> Next {
        self.lock = locked;
        if let Err(cause) = &self.lock {
            let cause = cause.clone();
            return self.not_locked(known, now, cause);
        }
        match &self.task {
            SessionTask::Save(signed_in) => {
                let signed_in = signed_in.clone();
                self.save(known, Saving::SignedIn(signed_in))
            }
            SessionTask::SignOut(SignOutScope::Local) | SessionTask::Forget => self.remove(known),
            _ => self.next(State::Loading, KeeperStep::Load(known.key.clone())),
        }
    }

    /// Continues the job after a failed attempt to lock the session. The job may return the session in
    /// memory, but must not write to the store.
    fn not_locked(self, known: &mut Known, now: Timestamp, cause: Cause) -> Next {
        match &self.task {
            SessionTask::Save(signed_in) => {
                let saving = Saving::SignedIn(signed_in.clone());
                self.not_stored(known, now, saving, cause.clone(), Err(cause))
            }
            SessionTask::SignOut(SignOutScope::Local) | SessionTask::Forget => self.remove(known),
            // The tokens can be revoked without the lock.
            SessionTask::SignOut(_) => self.next(State::Loading, KeeperStep::Load(known.key.clone())),
            SessionTask::Get | SessionTask::Refresh | SessionTask::Flush => {
                self.without_store(known, now, Error::Store(cause))
            }
        }
    }

    /// Ends the job with the error. If the task is `Get` and the tokens in memory are still valid, the job
    /// also returns the session in memory.
    fn without_store(self, known: &mut Known, now: Timestamp, error: Error) -> Next {
        let is_get = matches!(self.task, SessionTask::Get);
        match known.valid(now).filter(|_| is_get) {
            Some(session) => self.end(known, Ending::ok(not_refreshed(session, error), None)),
            None => self.end(known, Ending::err(error, None)),
        }
    }

    fn loaded(self, known: &mut Known, now: Timestamp, loaded: Result<Option<Record>, Cause>) -> Next {
        if let SessionTask::SignOut(scope) = self.task {
            return self.loaded_to_sign_out(known, now, scope, loaded);
        }
        let held = match loaded {
            Ok(held) => held,
            Err(cause) => return self.without_store(known, now, Error::Store(cause)),
        };
        if let Some(session) = known.newest_unsaved(held.as_ref()) {
            let session = session.clone();
            return self.plan(known, now, session, false);
        }
        known.unsaved = None;
        match held.map(|record| known.read(&record)).transpose() {
            Ok(Some(session)) => self.plan(known, now, session, false),
            Ok(None) => self.not_signed_in(known),
            Err(error) => self.without_store(known, now, error),
        }
    }

    /// Ends the job because the store has no session.
    fn not_signed_in(self, known: &mut Known) -> Next {
        let kind = known.current.take().map(|_| SessionEventKind::SignedOut);
        let is_flush = matches!(self.task, SessionTask::Flush);
        let result = if is_flush { Ok(None) } else { Err(Error::NotSignedIn) };
        self.finish(known, Ending { result, kind })
    }

    fn save(self, known: &Known, saving: Saving) -> Next {
        let record = saving.session().to_record();
        self.next(State::Saving(saving), KeeperStep::Save(known.key.clone(), record))
    }

    fn stored(self, known: &mut Known, now: Timestamp, saving: Saving, stored: Result<(), Cause>) -> Next {
        match stored {
            Ok(()) => {
                known.unsaved = None;
                self.saved(known, now, saving, None)
            }
            Err(cause) => self.next(State::ReadingBack(saving, cause), KeeperStep::Load(known.key.clone())),
        }
    }

    fn not_stored(
        self,
        known: &mut Known,
        now: Timestamp,
        saving: Saving,
        cause: Cause,
        held: Result<Option<Record>, Cause>,
    ) -> Next {
        known.unsaved = Some(Unsaved { session: saving.session().clone(), instead_of: held.ok() });
        self.saved(known, now, saving, Some(cause))
    }

    /// Continues the job after the attempt to save the session. If saving failed, `known.unsaved` contains
    /// the session.
    fn saved(self, known: &mut Known, now: Timestamp, saving: Saving, save_error: Option<Cause>) -> Next {
        // No caller may get tokens that are about to be revoked.
        if !self.is_sign_out() {
            known.current = Some(saving.session().clone());
        }
        known.keep_device(&saving.device());
        let key = last_user_key(&known.app_client);
        match (saving, save_error) {
            (Saving::Refreshed(renewed), save_error) => self.refreshed(known, now, renewed, save_error),
            (Saving::SignedIn(_), Some(cause)) => {
                self.finish(known, Ending::err(Error::Store(cause), Some(SessionEventKind::SignedIn)))
            }
            (Saving::SignedIn(signed_in), None) => {
                let username = Record::new(signed_in.session.username().into());
                self.next(State::NamingLastUser(Box::new(signed_in.session)), KeeperStep::Save(key, username))
            }
            (Saving::Again(_), Some(cause)) if matches!(self.task, SessionTask::Flush) => {
                self.finish(known, Ending::err(Error::Store(cause), None))
            }
            (Saving::Again(session), save_error) => {
                let kept = KeptSession { save_error, ..KeptSession::from(*session) };
                self.finish(known, Ending::ok(kept, None))
            }
        }
    }

    fn last_user_saved(self, known: &mut Known, session: Session, stored: Result<(), Cause>) -> Next {
        let result = stored.map(|()| Some(KeptSession::from(session))).map_err(Error::Store);
        self.finish(known, Ending { result, kind: Some(SessionEventKind::SignedIn) })
    }
}

/// Combines a session whose tokens are still valid with the error of the failed refresh.
pub(super) fn not_refreshed(session: Session, error: Error) -> KeptSession {
    KeptSession { refresh_error: Some(error), ..KeptSession::from(session) }
}
