//! One work of a keeper, step by step.

mod refreshing;

use alloc::boxed::Box;
use core::mem;
use core::time::Duration;

use refreshing::Refreshing;

use super::{KeptSession, SessionChange, SessionEnd, SessionEvent, SessionKeeper, SessionTask};
use crate::error::{Cause, Error, Misuse};
use crate::flow::Event;
use crate::keeper::{KeeperEvent, KeeperStep};
use crate::secret::RefreshToken;
use crate::seed::Seed;
use crate::session::completion::Completion;
use crate::session::{Plan, Session};
use crate::storage::{Record, last_user_key};
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(super) struct Work {
    pub(super) task: SessionTask,
    seed: Result<Seed, Error>,
    state: State,
}

/// A session that could not be saved.
#[derive(Debug)]
pub(super) struct Unsaved {
    session: Session,
    /// What the store had under the key then; none if that could not be read either. Once it has something else, somebody
    /// has signed in or out elsewhere, and this session is no longer the newest.
    instead_of: Option<Option<Record>>,
}

#[derive(Debug)]
enum State {
    Ready,
    /// The store is read without its lock.
    Looking,
    Locking,
    Loading,
    Refreshing(Box<Refreshing>),
    Reloading {
        tried: Option<RefreshToken>,
        refusal: Error,
        is_second: bool,
    },
    Saving(Saving),
    /// The store is read because it could not be written.
    Reading(Saving, Cause),
    NamingLast(Box<Session>),
    Completing(Box<Completion>, Option<Cause>),
    Expiring(Error),
    Removing,
    FindingLast(Option<Cause>),
    RemovingLast,
}

/// What is being saved, and so what comes next.
#[derive(Debug)]
enum Saving {
    SignedIn(Box<Session>),
    Refreshed(Box<Completion>),
    /// A session that could not be saved before.
    Again(Box<Session>),
}

impl Work {
    pub(super) fn new(task: SessionTask) -> Self {
        Self { task, seed: Err(Misuse::NotStarted.into()), state: State::Ready }
    }
}

impl Saving {
    fn session(&self) -> &Session {
        match self {
            Self::SignedIn(session) | Self::Again(session) => session,
            Self::Refreshed(completion) => completion.session(),
        }
    }
}

type Next = Result<Step, Error>;
type Step = KeeperStep<SessionEnd>;

impl SessionKeeper {
    pub(super) fn advance(&mut self, now: Timestamp, event: KeeperEvent<Seed>) -> Next {
        let mut work = self.work.take().ok_or(Misuse::Finished)?;
        let state = mem::replace(&mut work.state, State::Ready);
        match (state, event) {
            (State::Ready, KeeperEvent::Start(seed)) => {
                work.seed = seed;
                let looks_first = matches!(work.task, SessionTask::Get) && self.unsaved.is_none();
                Ok(if looks_first {
                    self.then(work, State::Looking, KeeperStep::Load(self.key.clone()))
                } else {
                    self.lock(work)
                })
            }
            (State::Looking, KeeperEvent::Loaded(loaded)) => Ok(self.looked(work, now, loaded.ok().flatten())),
            (State::Locking, KeeperEvent::Locked(Ok(()))) => Ok(self.locked(work)),
            (State::Locking, KeeperEvent::Locked(Err(cause))) => Ok(self.not_locked(work, now, cause)),
            (State::Loading, KeeperEvent::Loaded(loaded)) => Ok(self.loaded(work, now, loaded)),
            (State::Refreshing(refreshing), KeeperEvent::Flow(event)) => self.refresh(work, now, refreshing, event),
            (State::Reloading { tried, refusal, is_second }, KeeperEvent::Loaded(loaded)) => {
                Ok(self.reloaded(work, now, (tried.as_ref(), refusal, is_second), loaded))
            }
            (State::Saving(saving), KeeperEvent::Stored(Ok(()))) => {
                self.unsaved = None;
                self.saved(work, now, saving, None)
            }
            (State::Saving(saving), KeeperEvent::Stored(Err(cause))) => {
                Ok(self.then(work, State::Reading(saving, cause), KeeperStep::Load(self.key.clone())))
            }
            (State::Reading(saving, cause), KeeperEvent::Loaded(held)) => {
                self.unsaved = Some(Unsaved { session: saving.session().clone(), instead_of: held.ok() });
                self.saved(work, now, saving, Some(cause))
            }
            (State::NamingLast(session), KeeperEvent::Stored(stored)) => {
                let result = stored.map(|()| Some(KeptSession::from(*session))).map_err(Error::Store);
                Ok(self.end(work, result, Some(SessionChange::SignedIn)))
            }
            (State::Completing(completion, save_error), KeeperEvent::Flow(event)) => {
                self.complete(work, now, completion, save_error, event)
            }
            (State::Expiring(refusal), KeeperEvent::Stored(_)) => {
                (self.current, self.unsaved) = (None, None);
                Ok(self.end(work, Err(refusal), Some(SessionChange::Expired)))
            }
            (State::Removing, KeeperEvent::Stored(stored)) => {
                let key = last_user_key(&self.app_client);
                Ok(self.then(work, State::FindingLast(stored.err()), KeeperStep::Load(key)))
            }
            (State::FindingLast(error), KeeperEvent::Loaded(loaded)) => Ok(self.found_last(work, error, loaded)),
            (State::RemovingLast, KeeperEvent::Stored(stored)) => Ok(self.removed(work, stored.err())),
            (state, _) => {
                let is_ready = matches!(state, State::Ready);
                self.then(work, state, ());
                Err(if is_ready { Misuse::NotStarted } else { Misuse::AwaitsAnswer }.into())
            }
        }
    }

    /// What is to be done, and what its answer will be taken for.
    fn then<T>(&mut self, mut work: Work, state: State, step: T) -> T {
        work.state = state;
        self.work = Some(work);
        step
    }

    fn end(&mut self, work: Work, result: Result<Option<KeptSession>, Error>, change: Option<SessionChange>) -> Step {
        match work.task {
            SessionTask::Get | SessionTask::Refresh => {
                let outcome = result.clone().and_then(|kept| kept.ok_or(Error::NotSignedIn));
                self.ledger.end(outcome);
            }
            // The tokens are to be nowhere any more.
            SessionTask::Remove => self.ledger.end(Err(Error::NotSignedIn)),
            SessionTask::Save(_) | SessionTask::Flush => {}
        }
        if change.is_some_and(|change| change != SessionChange::Refreshed) {
            self.generation += 1;
        }
        let change = change.map(|change| SessionEvent { username: self.username.clone(), change });
        KeeperStep::Done(Box::new(SessionEnd { result, change }))
    }

    fn looked(&mut self, work: Work, now: Timestamp, held: Option<Record>) -> Step {
        let session = held.and_then(|record| Session::from_record(&record).ok());
        match session.filter(|session| session.plan(now, self.margin) == Plan::Use) {
            Some(session) => self.plan(work, now, session, false),
            None => self.lock(work),
        }
    }

    fn lock(&mut self, work: Work) -> Step {
        self.then(work, State::Locking, KeeperStep::Lock(self.key.clone()))
    }

    fn locked(&mut self, work: Work) -> Step {
        match &work.task {
            SessionTask::Get | SessionTask::Refresh | SessionTask::Flush => {
                self.then(work, State::Loading, KeeperStep::Load(self.key.clone()))
            }
            SessionTask::Save(session) => {
                let session = session.clone();
                self.save(work, Saving::SignedIn(session))
            }
            SessionTask::Remove => {
                (self.current, self.unsaved) = (None, None);
                self.then(work, State::Removing, KeeperStep::Remove(self.key.clone()))
            }
        }
    }

    fn save(&mut self, work: Work, saving: Saving) -> Step {
        let record = saving.session().to_record();
        self.then(work, State::Saving(saving), KeeperStep::Save(self.key.clone(), record))
    }

    /// Nothing can be read or written, so that what is known here is all there is.
    fn not_locked(&mut self, work: Work, now: Timestamp, cause: Cause) -> Step {
        match &work.task {
            SessionTask::Save(session) => {
                let session = Session::clone(session);
                self.current = Some(session.clone());
                self.unsaved = Some(Unsaved { session, instead_of: None });
                self.end(work, Err(Error::Store(cause)), Some(SessionChange::SignedIn))
            }
            SessionTask::Remove => {
                (self.current, self.unsaved) = (None, None);
                self.removed(work, Some(cause))
            }
            _ => self.without_store(work, now, Error::Store(cause)),
        }
    }

    /// The session that is known here, if its tokens are still good.
    fn without_store(&mut self, work: Work, now: Timestamp, error: Error) -> Step {
        let is_get = matches!(work.task, SessionTask::Get);
        match self.current.clone().filter(|session| is_get && is_good(session, now)) {
            Some(session) => self.not_refreshed(work, session, error),
            None => self.end(work, Err(error), None),
        }
    }

    fn loaded(&mut self, work: Work, now: Timestamp, loaded: Result<Option<Record>, Cause>) -> Step {
        let held = match loaded {
            Ok(held) => held,
            Err(cause) => return self.without_store(work, now, Error::Store(cause)),
        };
        if let Some(unsaved) = self.unsaved.take_if(|unsaved| unsaved.is_newest(held.as_ref())) {
            let session = unsaved.session.clone();
            self.unsaved = Some(unsaved);
            return self.plan(work, now, session, false);
        }
        self.unsaved = None;
        match held.map(|record| Session::from_record(&record)).transpose() {
            Ok(Some(session)) => self.plan(work, now, session, false),
            Ok(None) => {
                let change = self.current.take().map(|_| SessionChange::SignedOut);
                let result = if matches!(work.task, SessionTask::Flush) { Ok(None) } else { Err(Error::NotSignedIn) };
                self.end(work, result, change)
            }
            Err(error) => self.without_store(work, now, error),
        }
    }

    /// What was to be saved is saved, or kept here.
    fn saved(&mut self, work: Work, now: Timestamp, saving: Saving, save_error: Option<Cause>) -> Next {
        self.current = Some(saving.session().clone());
        Ok(match (saving, save_error) {
            (Saving::Refreshed(completion), save_error) => {
                return self.complete(work, now, completion, save_error, Event::Start);
            }
            (Saving::SignedIn(_), Some(cause)) => {
                self.end(work, Err(Error::Store(cause)), Some(SessionChange::SignedIn))
            }
            (Saving::SignedIn(session), None) => {
                let (key, username) = (last_user_key(&self.app_client), Record::new(session.username().into()));
                self.then(work, State::NamingLast(session), KeeperStep::Save(key, username))
            }
            (Saving::Again(_), Some(cause)) if matches!(work.task, SessionTask::Flush) => {
                self.end(work, Err(Error::Store(cause)), None)
            }
            (Saving::Again(session), save_error) => {
                self.end(work, Ok(Some(KeptSession { save_error, ..KeptSession::from(*session) })), None)
            }
        })
    }

    /// Forgets who signed in last only if it is this user.
    fn found_last(&mut self, work: Work, error: Option<Cause>, loaded: Result<Option<Record>, Cause>) -> Step {
        match (error, loaded) {
            (None, Ok(Some(record))) if record.as_bytes() == self.username.as_bytes() => {
                self.then(work, State::RemovingLast, KeeperStep::Remove(last_user_key(&self.app_client)))
            }
            (error, loaded) => self.removed(work, error.or(loaded.err())),
        }
    }

    fn removed(&mut self, work: Work, error: Option<Cause>) -> Step {
        let result = error.map_or(Ok(None), |cause| Err(Error::Store(cause)));
        self.end(work, result, Some(SessionChange::SignedOut))
    }
}

impl Unsaved {
    /// Whether the store still has what it had when this could not be saved.
    fn is_newest(&self, held: Option<&Record>) -> bool {
        self.instead_of.as_ref().is_none_or(|seen| seen.as_ref() == held)
    }
}

fn is_good(session: &Session, now: Timestamp) -> bool {
    session.plan(now, Duration::ZERO) == Plan::Use
}
