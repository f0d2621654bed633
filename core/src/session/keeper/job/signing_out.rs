//! The part of a job that signs the user out. Under one lock, the job revokes the tokens at the service and
//! then removes the tokens from the store. Without the lock, a concurrent refresh could store a newer token,
//! which would never be revoked.

use alloc::boxed::Box;

use super::not_refreshed;
use super::state::{Ending, Job, Next, State};
use crate::error::{Cause, Error};
use crate::flow::{Event, Flow, Step};
use crate::keeper::KeeperStep;
use crate::session::keeper::known::{Known, is_valid};
use crate::session::keeper::task::{KeptSession, SessionEventKind, SessionTask};
use crate::session::{RemoteSignOut, Session, SignOut, SignOutScope};
use crate::storage::{Record, last_user_key};
use crate::timestamp::Timestamp;

impl Job {
    /// Chooses the session to revoke: the unsaved session, or else the stored session, or else the session in
    /// memory.
    pub(super) fn loaded_to_sign_out(
        mut self,
        known: &mut Known,
        now: Timestamp,
        scope: SignOutScope,
        loaded: Result<Option<Record>, Cause>,
    ) -> Next {
        // If the stored session is bound to another endpoint, the job sends no request and does not remove
        // the session.
        if let Ok(Some(record)) = &loaded
            && known.newest_unsaved(Some(record)).is_none()
            && let Err(error @ Error::OtherEndpoint(_)) = known.read(record)
        {
            self.remote_sign_out = RemoteSignOut::Failed(error.clone());
            return self.finish(known, Ending::err(error, None));
        }
        // From now on, no caller may get the tokens, because they are about to be revoked.
        let current = known.current.take();
        let unsaved = loaded.as_ref().ok().and_then(|held| known.newest_unsaved(held.as_ref())).cloned();
        let stored = known.read_loaded(loaded);
        let session = match (unsaved, stored) {
            (Some(session), _) => Ok(session),
            (None, Ok(stored)) => stored.or(current).ok_or(Error::NotSignedIn),
            (None, Err(error)) => current.ok_or(error),
        };
        match session {
            // A global sign-out needs a valid access token.
            Ok(session) if scope == SignOutScope::Global => self.plan_to_sign_out(known, now, session),
            Ok(session) => self.revoke(known, now, &session),
            Err(error) => self.not_revoked(known, error),
        }
    }

    fn plan_to_sign_out(self, known: &mut Known, now: Timestamp, session: Session) -> Next {
        match &self.lock {
            // Without the lock, a refresh could use up a refresh token that another process needs.
            Err(_) if is_valid(&session, now) => self.revoke(known, now, &session),
            Err(cause) => {
                let error = Error::Store(cause.clone());
                self.not_revoked(known, error)
            }
            Ok(()) => self.plan(known, now, session, false),
        }
    }

    /// Ends the job with this session, whose tokens are valid. If the task is a sign-out, the job first
    /// revokes the tokens.
    pub(super) fn finish_with_session(
        self,
        known: &mut Known,
        now: Timestamp,
        kept: KeptSession,
        kind: Option<SessionEventKind>,
    ) -> Next {
        if self.is_sign_out() {
            return self.revoke(known, now, &kept.session);
        }
        known.current = Some(kept.session.clone());
        self.finish(known, Ending::ok(kept, kind))
    }

    /// Ends the job after a refresh failed. If the session's tokens are still valid and the task is not
    /// `Refresh`, the job returns the session together with the error.
    pub(super) fn finish_unrefreshed(self, known: &mut Known, now: Timestamp, session: Session, error: Error) -> Next {
        if !matches!(self.task, SessionTask::Refresh) && is_valid(&session, now) {
            self.finish_with_session(known, now, not_refreshed(session, error), None)
        } else {
            self.finish_without_session(known, error, None)
        }
    }

    /// Ends the job without a session. If the task is a sign-out, the job first removes the stored session.
    pub(super) fn finish_without_session(
        self,
        known: &mut Known,
        error: Error,
        kind: Option<SessionEventKind>,
    ) -> Next {
        if self.is_sign_out() {
            return self.not_revoked(known, error);
        }
        self.finish(known, Ending::err(error, kind))
    }

    fn revoke(self, known: &mut Known, now: Timestamp, session: &Session) -> Next {
        let SessionTask::SignOut(scope) = self.task else { return self.remove(known) };
        let flow = Box::new(SignOut::new(&known.app_client, session, scope));
        self.sign_out(known, now, flow, Event::Start)
    }

    pub(super) fn sign_out(mut self, known: &mut Known, now: Timestamp, mut flow: Box<SignOut>, event: Event) -> Next {
        match flow.step(now, event) {
            Ok(Step::Send(request)) => self.next(State::SigningOut(flow), KeeperStep::Send(request)),
            Ok(Step::Wait(backoff)) => self.next(State::SigningOut(flow), KeeperStep::Wait(backoff)),
            Ok(Step::Done(remote)) => {
                self.remote_sign_out = remote;
                self.remove(known)
            }
            Err(Error::Misuse(misuse)) => self.refuse(State::SigningOut(flow), misuse),
            Err(error) => self.not_revoked(known, error),
        }
    }

    fn not_revoked(mut self, known: &mut Known, error: Error) -> Next {
        self.remote_sign_out = RemoteSignOut::Failed(error);
        self.remove(known)
    }

    /// Removes the session from memory. If the job has the store's lock, the job also removes the session
    /// from the store.
    pub(super) fn remove(self, known: &mut Known) -> Next {
        known.forget_session();
        if matches!(self.task, SessionTask::Forget) {
            known.unsaved_device = None;
        }
        match &self.lock {
            Ok(()) => self.next(State::Removing, KeeperStep::Remove(known.key.clone())),
            Err(cause) => {
                let cause = cause.clone();
                self.signed_out(known, Some(cause))
            }
        }
    }

    pub(super) fn removed(self, known: &Known, stored: Result<(), Cause>) -> Next {
        let key = last_user_key(&known.app_client);
        self.next(State::FindingLastUser(stored.err()), KeeperStep::Load(key))
    }

    /// If the stored name of the last user is the name of the keeper's user, removes the name from the store.
    pub(super) fn last_user_loaded(
        self,
        known: &mut Known,
        error: Option<Cause>,
        loaded: Result<Option<Record>, Cause>,
    ) -> Next {
        match (error, loaded) {
            (None, Ok(Some(record))) if record.as_bytes() == known.username.as_bytes() => {
                self.next(State::RemovingLastUser, KeeperStep::Remove(last_user_key(&known.app_client)))
            }
            (error, loaded) => self.signed_out(known, error.or(loaded.err())),
        }
    }

    pub(super) fn signed_out(self, known: &mut Known, error: Option<Cause>) -> Next {
        let result = error.map_or(Ok(None), |cause| Err(Error::Store(cause)));
        self.finish(known, Ending { result, kind: Some(SessionEventKind::SignedOut) })
    }
}
