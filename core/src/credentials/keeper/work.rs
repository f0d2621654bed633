//! One work of a keeper of credentials, step by step, under the store's locks.

use alloc::boxed::Box;
use alloc::string::String;
use core::mem;
use core::time::Duration;

use super::{CredentialsKeeper, CredentialsTask, End, KeptCredentials};
use crate::configuration::identity_pool::is_id;
use crate::credentials::{Credentials, GetCredentials};
use crate::error::{Cause, Error, InvalidInput, Misuse, NotReached};
use crate::flow::{Event, Flow, SendOutcome, Step};
use crate::keeper::{KeeperEvent, KeeperStep};
use crate::operation::Logins;
use crate::storage::{Record, identity_key};
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(super) struct Current {
    pub(super) credentials: Credentials,
    /// The margin, or half of the life that they had when they came, if that is less: else each caller would get new ones.
    pub(super) margin: Duration,
}

/// An identity id that could not be saved.
#[derive(Debug)]
pub(super) struct Unsaved {
    identity_id: String,
    /// What the store had then. Once it has something else, that is newer.
    instead_of: Option<String>,
}

#[derive(Debug)]
pub(super) struct Work {
    pub(super) task: CredentialsTask,
    logins: Logins,
    /// What the store has.
    stored: Option<String>,
    /// Whether what is asked with is the identity of the guest who signs in.
    is_of_guest: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    Locking,
    Loading,
    LockingGuest,
    LoadingGuest,
    Getting(Box<GetCredentials>),
    Saving(String, End),
    RemovingGuest(End),
}

impl Work {
    pub(super) fn new(task: CredentialsTask) -> Self {
        Self { task, logins: Logins::new(), stored: None, is_of_guest: false, state: State::Ready }
    }
}

type Next = KeeperStep<End>;

impl CredentialsKeeper {
    pub(super) fn advance(&mut self, now: Timestamp, event: KeeperEvent<Logins>) -> Result<Next, Error> {
        let mut work = self.work.take().ok_or(Misuse::Finished)?;
        let state = mem::replace(&mut work.state, State::Ready);
        match (state, event) {
            (State::Ready, KeeperEvent::Start(given)) => Ok(self.start(work, now, given)),
            (State::Locking, KeeperEvent::Locked(Ok(()))) => {
                let key = self.key();
                Ok(self.then(work, State::Loading, KeeperStep::Load(key)))
            }
            (State::Loading, KeeperEvent::Loaded(Ok(record))) => self.loaded(work, now, record.as_ref()),
            (State::LockingGuest, KeeperEvent::Locked(Ok(()))) => {
                let key = identity_key(&self.identity_pool, None);
                Ok(self.then(work, State::LoadingGuest, KeeperStep::Load(key)))
            }
            (State::LoadingGuest, KeeperEvent::Loaded(Ok(record))) => {
                let guests = identity_id(record.as_ref());
                work.is_of_guest = guests.is_some();
                self.get(work, now, guests)
            }
            (State::Locking | State::LockingGuest, KeeperEvent::Locked(Err(cause)))
            | (State::Loading | State::LoadingGuest, KeeperEvent::Loaded(Err(cause))) => {
                Ok(self.fail(work, now, Error::Store(cause)))
            }
            (State::Getting(flow), KeeperEvent::Flow(event)) => self.go_on(work, now, flow, event),
            (State::Saving(identity_id, end), KeeperEvent::Stored(stored)) => {
                Ok(self.saved(work, identity_id, end, stored))
            }
            // Should it have stayed, the service refuses it to the next guest, who gets another one.
            (State::RemovingGuest(end), KeeperEvent::Stored(_)) => Ok(self.end(end)),
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

    fn end(&mut self, end: End) -> Next {
        self.ledger.end(end.clone());
        KeeperStep::Done(Box::new(end))
    }

    fn start(&mut self, mut work: Work, now: Timestamp, given: Result<Logins, Error>) -> Next {
        // With a session end the credentials that came from it.
        if given.as_ref().is_err_and(|error| matches!(error, Error::NotSignedIn) || error.ends_session()) {
            self.current = None;
        }
        // Somebody may have got them since this was asked for.
        if work.task == CredentialsTask::Get
            && let Some(credentials) = self.usable(now).cloned()
        {
            return self.end(Ok(credentials.into()));
        }
        work.logins = match given {
            Ok(logins) if logins.is_empty() != self.user.is_none() => {
                let problem = "must be there for a user, and not for a guest";
                return self.fail(work, now, InvalidInput::new("logins", problem).into());
            }
            Ok(logins) => logins,
            Err(error) => return self.fail(work, now, error),
        };
        let key = self.key();
        self.then(work, State::Locking, KeeperStep::Lock(key))
    }

    fn loaded(&mut self, mut work: Work, now: Timestamp, record: Option<&Record>) -> Result<Next, Error> {
        work.stored = identity_id(record);
        self.unsaved.take_if(|unsaved| unsaved.instead_of != work.stored);
        let unsaved = self.unsaved.as_ref().map(|unsaved| unsaved.identity_id.clone());
        let known = unsaved.or_else(|| work.stored.clone());
        if known.is_some() || self.user.is_none() {
            return self.get(work, now, known);
        }
        let key = identity_key(&self.identity_pool, None);
        Ok(self.then(work, State::LockingGuest, KeeperStep::Lock(key)))
    }

    fn get(&mut self, mut work: Work, now: Timestamp, known: Option<String>) -> Result<Next, Error> {
        let mut flow =
            GetCredentials::new(&self.identity_pool, mem::take(&mut work.logins)).with_role(self.role.clone());
        if let Some(identity_id) = known {
            flow = flow.with_identity_id(identity_id);
        }
        self.go_on(work, now, Box::new(flow), Event::Start)
    }

    fn go_on(
        &mut self,
        work: Work,
        now: Timestamp,
        mut flow: Box<GetCredentials>,
        event: Event,
    ) -> Result<Next, Error> {
        let not_reached = match &event {
            Event::Sent(SendOutcome::NotSent(cause)) => {
                Some(NotReached { may_have_arrived: false, cause: cause.clone() })
            }
            Event::Sent(SendOutcome::NoAnswer(cause)) => {
                Some(NotReached { may_have_arrived: true, cause: cause.clone() })
            }
            _ => None,
        };
        Ok(match (flow.step(now, event), not_reached) {
            (Ok(Step::Send(request)), _) => self.then(work, State::Getting(flow), KeeperStep::Send(request)),
            // Who has good ones does not wait for a network that is down.
            (Ok(Step::Wait(_)), Some(error)) if self.fallback(work.task, now).is_some() => {
                self.fail_with(work, now, &flow, error.into())
            }
            (Ok(Step::Wait(backoff)), _) => self.then(work, State::Getting(flow), KeeperStep::Wait(backoff)),
            (Ok(Step::Done(credentials)), _) => self.got(work, now, credentials),
            (Err(Error::Misuse(misuse)), _) => {
                self.then(work, State::Getting(flow), ());
                return Err(misuse.into());
            }
            (Err(error), _) => self.fail_with(work, now, &flow, error),
        })
    }

    fn got(&mut self, work: Work, now: Timestamp, credentials: Credentials) -> Next {
        let life = credentials.expires_at_here().as_unix_millis().saturating_sub(now.as_unix_millis());
        let margin = self.margin.min(Duration::from_millis(life / 2));
        self.current = Some(Current { credentials: credentials.clone(), margin });
        self.keep_identity(work, credentials.identity_id.clone(), Ok(credentials.into()))
    }

    /// Saves the identity id, if the store has another or none.
    fn keep_identity(&mut self, work: Work, identity_id: String, end: End) -> Next {
        if work.stored.as_ref() == Some(&identity_id) {
            self.unsaved = None;
            return self.end(end);
        }
        let (key, record) = (self.key(), Record::new(identity_id.clone().into_bytes()));
        self.then(work, State::Saving(identity_id, end), KeeperStep::Save(key, record))
    }

    fn saved(&mut self, work: Work, identity_id: String, mut end: End, stored: Result<(), Cause>) -> Next {
        if let Err(cause) = stored {
            self.unsaved = Some(Unsaved { identity_id, instead_of: work.stored });
            if let Ok(kept) = &mut end {
                kept.save_error = Some(cause);
            }
            return self.end(end);
        }
        self.unsaved = None;
        if work.is_of_guest && end.is_ok() {
            let key = identity_key(&self.identity_pool, None);
            return self.then(work, State::RemovingGuest(end), KeeperStep::Remove(key));
        }
        self.end(end)
    }

    /// Ends without new credentials, but with the identity that the service may have named.
    fn fail_with(&mut self, work: Work, now: Timestamp, flow: &GetCredentials, error: Error) -> Next {
        match flow.new_identity_id() {
            Some(identity_id) => {
                let end = self.failure(work.task, now, error);
                self.keep_identity(work, identity_id.into(), end)
            }
            None => self.fail(work, now, error),
        }
    }

    fn fail(&mut self, work: Work, now: Timestamp, error: Error) -> Next {
        let end = self.failure(work.task, now, error);
        self.end(end)
    }

    /// There are no new credentials, but the old ones may be good for a little longer.
    fn failure(&self, task: CredentialsTask, now: Timestamp, error: Error) -> End {
        match self.fallback(task, now) {
            Some(credentials) => Ok(KeptCredentials { refresh_error: Some(error), ..credentials.clone().into() }),
            None => Err(error),
        }
    }

    fn fallback(&self, task: CredentialsTask, now: Timestamp) -> Option<&Credentials> {
        let good = self.newest().filter(|credentials| credentials.are_good_for(now, Duration::ZERO));
        good.filter(|_| task == CredentialsTask::Get)
    }
}

/// What is no identity id is as good as none: the service gives a user the same one again.
fn identity_id(record: Option<&Record>) -> Option<String> {
    let text = core::str::from_utf8(record?.as_bytes()).ok()?;
    is_id(text).then(|| text.into())
}
