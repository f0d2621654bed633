//! The states of a session keeper's job, and the transitions between the states.

use alloc::boxed::Box;

use crate::device::DeviceReport;
use crate::error::{Cause, Error, Misuse};
use crate::keeper::{KeeperEvent, KeeperStep, Transition};
use crate::secret::RefreshToken;
use crate::seed::Seed;
use crate::session::completion::{Completion, Renewed};
use crate::session::keeper::known::Known;
use crate::session::keeper::task::{KeptSession, SessionEvent, SessionEventKind, SessionOutcome, SessionTask};
use crate::session::refresh::RefreshTokens;
use crate::session::{RemoteSignOut, Session, SignOut, SignedIn};
use crate::timestamp::Timestamp;

/// A job of a session keeper: the task, and the job's current state.
#[derive(Debug)]
pub(in crate::session::keeper) struct Job {
    pub(in crate::session::keeper) task: SessionTask,
    pub(super) seed: Result<Seed, Error>,
    /// The result of the attempt to lock the session in the store, or `Ok` before this attempt.
    pub(super) lock: Result<(), Cause>,
    pub(super) remote_sign_out: RemoteSignOut,
    pub(super) state: State,
}

#[derive(Debug)]
pub(super) enum State {
    Ready,
    /// The job is reading the session without the store's lock.
    Peeking,
    Locking,
    Loading,
    Refreshing(Box<Refreshing>),
    /// The service rejected the refresh token. The job is reading the store again, because another process
    /// may have stored a newer refresh token.
    Reloading(Reloading),
    Saving(Saving),
    /// The job could not save the session, and is reading the record that is in the store.
    ReadingBack(Saving, Cause),
    NamingLastUser(Box<Session>),
    Computing(Box<Renewed>, Option<Cause>),
    Registering(Box<Completion>, Option<Cause>),
    RemovingExpired(Error),
    SigningOut(Box<SignOut>),
    Removing,
    FindingLastUser(Option<Cause>),
    RemovingLastUser,
    LockingDevices(Ending),
    LoadingDevices(Ending),
    SavingDevices(Ending),
}

/// A refresh that is in progress.
#[derive(Debug)]
pub(super) struct Refreshing {
    pub(super) session: Session,
    pub(super) tokens: RefreshTokens,
    /// Whether this is the second refresh of the job, with a newer refresh token from the store.
    pub(super) is_second: bool,
    /// Whether a refresh request may have arrived at the service. If a request may have arrived, the job must
    /// wait for a response, because the response may contain a new refresh token.
    pub(super) may_have_arrived: bool,
}

/// The second reading of the store, after the service rejected a refresh.
#[derive(Debug)]
pub(super) struct Reloading {
    /// The refresh token that the service rejected.
    pub(super) tried: Option<RefreshToken>,
    pub(super) refusal: Error,
    /// Whether the rejected refresh was the second refresh of the job.
    pub(super) is_second: bool,
}

/// The session that the job is saving. The variant says where the session comes from.
#[derive(Debug)]
pub(super) enum Saving {
    SignedIn(Box<SignedIn>),
    Refreshed(Box<Renewed>),
    /// A session that an earlier job could not save.
    Again(Box<Session>),
}

/// The result that the job returns after saving the device.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) result: Result<Option<KeptSession>, Error>,
    pub(super) kind: Option<SessionEventKind>,
}

pub(super) type Next = Transition<Job>;

impl Job {
    pub(in crate::session::keeper) fn new(task: SessionTask) -> Self {
        Self {
            task,
            seed: Err(Misuse::NotStarted.into()),
            lock: Ok(()),
            remote_sign_out: RemoteSignOut::NotAsked,
            state: State::Ready,
        }
    }

    pub(super) fn is_sign_out(&self) -> bool {
        matches!(self.task, SessionTask::SignOut(_))
    }

    /// Returns whether the job is waiting for a lock in the store, and callers may use valid tokens during
    /// this wait. Returns `false` if the job will revoke or remove the tokens.
    pub(in crate::session::keeper) fn leaves_valid_tokens(&self) -> bool {
        matches!(self.state, State::Locking | State::LockingDevices(_))
            && !matches!(self.task, SessionTask::SignOut(_) | SessionTask::Forget)
    }

    /// Puts the job into this state, and returns this step to the driver.
    pub(super) fn next(mut self, state: State, step: KeeperStep<SessionOutcome>) -> Next {
        self.state = state;
        Transition::Next(self, step)
    }

    pub(super) fn refuse(mut self, state: State, misuse: Misuse) -> Next {
        self.state = state;
        Transition::Refuse(self, misuse)
    }

    pub(super) fn end(self, known: &mut Known, ending: Ending) -> Next {
        let Ending { result, kind } = ending;
        let value = match self.task {
            SessionTask::Get | SessionTask::Refresh => {
                Some(result.clone().and_then(|kept| kept.ok_or(Error::NotSignedIn)))
            }
            // After a sign-out, no caller may get the tokens.
            SessionTask::SignOut(_) | SessionTask::Forget => Some(Err(Error::NotSignedIn)),
            SessionTask::Save(_) | SessionTask::Flush => None,
        };
        known.count(kind);
        let event = kind.map(|kind| SessionEvent { username: known.username.clone(), kind });
        let remote_sign_out = self.remote_sign_out;
        Transition::End { output: SessionOutcome { result, remote_sign_out, event }, value }
    }
}

impl Ending {
    pub(super) fn ok(kept: KeptSession, kind: Option<SessionEventKind>) -> Self {
        Self { result: Ok(Some(kept)), kind }
    }

    pub(super) fn err(error: Error, kind: Option<SessionEventKind>) -> Self {
        Self { result: Err(error), kind }
    }
}

impl Saving {
    pub(super) fn session(&self) -> &Session {
        match self {
            Self::SignedIn(signed_in) => &signed_in.session,
            Self::Again(session) => session,
            Self::Refreshed(renewed) => renewed.session(),
        }
    }

    /// Returns the changes to the device that the job saves together with the session. A refresh changes the
    /// device later, because the job registers a new device after saving the session.
    pub(super) fn device(&self) -> DeviceReport {
        match self {
            Self::SignedIn(signed_in) => signed_in.device.clone(),
            Self::Refreshed(_) | Self::Again(_) => DeviceReport::default(),
        }
    }
}

impl crate::keeper::Job for Job {
    type Known = Known;
    type Input = Seed;
    type Value = KeptSession;
    type Output = SessionOutcome;

    fn advance(mut self, known: &mut Known, now: Timestamp, event: KeeperEvent<Seed>) -> Next {
        let state = core::mem::replace(&mut self.state, State::Ready);
        match (state, event) {
            (State::Ready, KeeperEvent::Start(seed)) => self.start(known, now, seed),
            (State::Peeking, KeeperEvent::Loaded(loaded)) => self.peeked(known, now, loaded),
            (State::Locking, KeeperEvent::Locked(locked)) => self.locked(known, now, locked),
            (State::Loading, KeeperEvent::Loaded(loaded)) => self.loaded(known, now, loaded),
            (State::Refreshing(refreshing), KeeperEvent::Flow(event)) => self.refresh(known, now, refreshing, event),
            (State::Reloading(reloading), KeeperEvent::Loaded(loaded)) => self.reloaded(known, now, reloading, loaded),
            (State::Saving(saving), KeeperEvent::Stored(stored)) => self.stored(known, now, saving, stored),
            (State::ReadingBack(saving, cause), KeeperEvent::Loaded(held)) => {
                self.not_stored(known, now, saving, cause, held)
            }
            (State::NamingLastUser(session), KeeperEvent::Stored(stored)) => {
                self.last_user_saved(known, *session, stored)
            }
            (State::Computing(renewed, save_error), KeeperEvent::Computed(computed)) => {
                self.computed(known, now, *renewed, save_error, computed)
            }
            (State::Registering(completion, save_error), KeeperEvent::Flow(event)) => {
                self.register(known, now, completion, save_error, event)
            }
            (State::RemovingExpired(refusal), KeeperEvent::Stored(_)) => self.expired(known, refusal),
            (State::SigningOut(flow), KeeperEvent::Flow(event)) => self.sign_out(known, now, flow, event),
            (State::Removing, KeeperEvent::Stored(stored)) => self.removed(known, stored),
            (State::FindingLastUser(error), KeeperEvent::Loaded(loaded)) => self.last_user_loaded(known, error, loaded),
            (State::RemovingLastUser, KeeperEvent::Stored(stored)) => self.signed_out(known, stored.err()),
            (State::LockingDevices(ending), KeeperEvent::Locked(locked)) => self.devices_locked(known, ending, locked),
            (State::LoadingDevices(ending), KeeperEvent::Loaded(held)) => self.devices_loaded(known, ending, held),
            (State::SavingDevices(ending), KeeperEvent::Stored(stored)) => self.devices_stored(known, ending, stored),
            (State::Ready, _) => self.refuse(State::Ready, Misuse::NotStarted),
            (state, _) => self.refuse(state, Misuse::AwaitsAnswer),
        }
    }
}
