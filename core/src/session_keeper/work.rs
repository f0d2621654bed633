//! One work of a keeper, step by step, under the store's lock.

use alloc::boxed::Box;
use core::mem;
use core::time::Duration;

use super::{KeptSession, SessionChange, SessionEnd, SessionEvent, SessionKeeper, SessionTask};
use crate::device::Completion;
use crate::error::{Error, Misuse, NotReached};
use crate::flow::{self, Cause, Event, Timestamp};
use crate::guarded::Machine as _;
use crate::keeper::{KeeperEvent, KeeperStep};
use crate::refresh::RefreshTokens;
use crate::secret::RefreshToken;
use crate::seed::Seed;
use crate::session::{Plan, Record, Session, last_user_key};
use crate::sign_in::SignedIn;

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

#[derive(Debug)]
struct Refreshing {
    session: Session,
    tokens: RefreshTokens,
    /// Whether this is the refresh after the store was read again.
    is_second: bool,
    /// Whether a request of it may have arrived. Then its answer must be had: it may bring a new refresh token.
    may_have_arrived: bool,
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
                Ok(self.then(work, State::Locking, KeeperStep::Lock(self.key.clone())))
            }
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

    fn plan(&mut self, work: Work, now: Timestamp, session: Session, is_second: bool) -> Step {
        let must_refresh = matches!(work.task, SessionTask::Refresh) && !is_second && session.refresh_token().is_some();
        let plan = match session.plan(now, self.margin) {
            _ if matches!(work.task, SessionTask::Flush) => Plan::Use,
            Plan::Use if must_refresh => Plan::Refresh,
            plan => plan,
        };
        match plan {
            Plan::Use if self.unsaved.is_some() => self.save(work, Saving::Again(Box::new(session))),
            Plan::Use => {
                self.current = Some(session.clone());
                self.end(work, Ok(Some(session.into())), None)
            }
            Plan::Refresh => {
                let label = if is_second { "second refresh" } else { "refresh" };
                let seed = match &work.seed {
                    Ok(seed) => seed.derive(label),
                    Err(error) => {
                        let error = error.clone();
                        return self.refresh_failed(work, now, session, error);
                    }
                };
                let mut tokens = RefreshTokens::new(&self.app_client, &session, seed);
                tokens.context.clone_from(&self.context);
                tokens.device_name.clone_from(&self.device_name);
                match tokens.advance(now, Event::Start) {
                    Ok(flow::Step::Send(request)) => {
                        let refreshing = Refreshing { session, tokens, is_second, may_have_arrived: false };
                        self.then(work, State::Refreshing(Box::new(refreshing)), KeeperStep::Send(request))
                    }
                    Ok(_) => self.end(work, Err(Misuse::Finished.into()), None),
                    Err(error) => self.refresh_failed(work, now, session, error),
                }
            }
            Plan::SignIn => {
                let change = self.current.take().map(|_| SessionChange::Expired);
                self.end(work, Err(Error::NotSignedIn), change)
            }
        }
    }

    fn refresh(&mut self, work: Work, now: Timestamp, mut refreshing: Box<Refreshing>, event: Event) -> Next {
        let not_sent = match &event {
            Event::NotSent(cause) => Some(NotReached { may_have_arrived: false, cause: cause.clone() }),
            _ => None,
        };
        refreshing.may_have_arrived |= matches!(event, Event::NoAnswer(_) | Event::Response(_));
        let is_usable = matches!(work.task, SessionTask::Get) && is_good(&refreshing.session, now);
        Ok(match (refreshing.tokens.advance(now, event), not_sent) {
            (Ok(flow::Step::Done(completion)), _) => self.save(work, Saving::Refreshed(Box::new(completion))),
            (Ok(flow::Step::Wait(_)), Some(error)) if !refreshing.may_have_arrived && is_usable => {
                self.not_refreshed(work, refreshing.session, Error::NotReached(error))
            }
            (Ok(flow::Step::Send(request)), _) => {
                self.then(work, State::Refreshing(refreshing), KeeperStep::Send(request))
            }
            (Ok(flow::Step::Wait(backoff)), _) => {
                self.then(work, State::Refreshing(refreshing), KeeperStep::Wait(backoff))
            }
            (Err(Error::Misuse(misuse)), _) => {
                self.then(work, State::Refreshing(refreshing), ());
                return Err(misuse.into());
            }
            (Err(refusal), _) if refusal.ends_session() => {
                let tried = refreshing.session.refresh_token().cloned();
                let reloading = State::Reloading { tried, refusal, is_second: refreshing.is_second };
                self.then(work, reloading, KeeperStep::Load(self.key.clone()))
            }
            (Err(error), _) => self.refresh_failed(work, now, refreshing.session, error),
        })
    }

    fn refresh_failed(&mut self, work: Work, now: Timestamp, session: Session, error: Error) -> Step {
        if matches!(work.task, SessionTask::Get) && is_good(&session, now) {
            self.not_refreshed(work, session, error)
        } else {
            self.end(work, Err(error), None)
        }
    }

    /// Tokens that are good for a little longer.
    fn not_refreshed(&mut self, work: Work, session: Session, error: Error) -> Step {
        self.current = Some(session.clone());
        self.end(work, Ok(Some(KeptSession { refresh_error: Some(error), ..KeptSession::from(session) })), None)
    }

    /// The refresh token that was tried is dead. Another process may have stored a newer one.
    fn reloaded(
        &mut self,
        work: Work,
        now: Timestamp,
        (tried, refusal, is_second): (Option<&RefreshToken>, Error, bool),
        loaded: Result<Option<Record>, Cause>,
    ) -> Step {
        self.unsaved = None;
        match loaded.map_err(Error::Store).and_then(|held| held.map(|held| Session::from_record(&held)).transpose()) {
            Ok(Some(session)) if session.refresh_token() != tried => {
                if is_second {
                    self.end(work, Err(refusal), None)
                } else {
                    self.plan(work, now, session, true)
                }
            }
            Ok(_) => self.then(work, State::Expiring(refusal), KeeperStep::Remove(self.key.clone())),
            // What cannot be read cannot be judged, and stays.
            Err(_) => self.end(work, Err(refusal), None),
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

    /// Registers a device that is new, now that the tokens cannot be lost any more.
    fn complete(
        &mut self,
        work: Work,
        now: Timestamp,
        mut completion: Box<Completion>,
        save_error: Option<Cause>,
        event: Event,
    ) -> Next {
        match completion.advance(now, event) {
            Ok(flow::Step::Done(SignedIn { session, device })) => {
                self.current = Some(session.clone());
                let kept = KeptSession { device, save_error, ..KeptSession::from(session) };
                Ok(self.end(work, Ok(Some(kept)), Some(SessionChange::Refreshed)))
            }
            Ok(flow::Step::Send(request)) => {
                Ok(self.then(work, State::Completing(completion, save_error), KeeperStep::Send(request)))
            }
            Ok(flow::Step::Wait(backoff)) => {
                Ok(self.then(work, State::Completing(completion, save_error), KeeperStep::Wait(backoff)))
            }
            Err(misuse) => {
                self.then(work, State::Completing(completion, save_error), ());
                Err(misuse)
            }
        }
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
