//! A job of a credentials keeper: load the identity id, request credentials, and save a new identity id.

use alloc::boxed::Box;
use alloc::string::String;
use core::mem;

use super::known::{Known, Unsaved};
use super::task::{CredentialsInput, CredentialsTask, KeptCredentials};
use crate::configuration::identity_pool::is_id;
use crate::credentials::{Credentials, GetCredentials};
use crate::error::{Cause, Error, InvalidInput, Misuse};
use crate::flow::{Event, Flow, Step};
use crate::keeper::{KeeperEvent, KeeperStep, MAX_LOCK_WAIT, SHORT_LOCK_WAIT, Transition};
use crate::operation::Logins;
use crate::storage::Record;
use crate::timestamp::Timestamp;

/// A job of a credentials keeper: the task, and the job's current state.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) task: CredentialsTask,
    logins: Logins,
    /// The identity id in the store under the keeper's key, or `None` if the record is absent or invalid.
    stored: Option<String>,
    /// The error of a failed attempt to lock the key. Without the lock, the job saves nothing.
    lock_error: Option<Cause>,
    /// Whether the job sends the guest's identity id together with the user's logins.
    uses_guest_identity: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    /// The job reads the identity id before it locks the key.
    Peeking,
    Locking,
    Loading,
    LockingGuest,
    LoadingGuest,
    Getting(Box<GetCredentials>),
    Saving(String, Output),
    RemovingGuest(Output),
    Forgetting,
}

/// The reason why credentials that are still valid were not renewed: another job waits for the lock.
pub(super) const LOCK_IS_TAKEN: &str = "the lock on the identity is taken; try again later";

/// The credentials, or `None` if the task was [`CredentialsTask::Forget`].
pub(super) type Output = Result<Option<KeptCredentials>, Error>;

type Next = Transition<Job>;

impl crate::keeper::Job for Job {
    type Known = Known;
    type Input = CredentialsInput;
    type Value = KeptCredentials;
    type Output = Output;

    fn advance(mut self, known: &mut Known, now: Timestamp, event: KeeperEvent<CredentialsInput>) -> Next {
        let state = mem::replace(&mut self.state, State::Ready);
        match (state, event) {
            (State::Ready, KeeperEvent::Start(input)) => self.start(known, now, input),
            (State::Peeking, KeeperEvent::Loaded(loaded)) => {
                self.stored = identity_id(loaded.ok().flatten().as_ref());
                self.lock(known, now, State::Locking, known.key())
            }
            (State::Locking, KeeperEvent::Locked(Ok(()))) if self.task == CredentialsTask::Forget => {
                self.next(State::Forgetting, KeeperStep::Remove(known.key()))
            }
            (State::Forgetting, KeeperEvent::Stored(stored)) => self.end(stored.map(|()| None).map_err(Error::Store)),
            (State::Locking, KeeperEvent::Locked(Ok(()))) => self.next(State::Loading, KeeperStep::Load(known.key())),
            (State::Loading, KeeperEvent::Loaded(Ok(record))) => self.loaded(known, now, record.as_ref()),
            (State::LockingGuest, KeeperEvent::Locked(Ok(()))) => {
                self.next(State::LoadingGuest, KeeperStep::Load(known.guest_key()))
            }
            (State::LoadingGuest, KeeperEvent::Loaded(Ok(record))) => {
                let guest_identity_id = identity_id(record.as_ref());
                self.uses_guest_identity = guest_identity_id.is_some();
                self.get(known, now, guest_identity_id)
            }
            (State::Locking, KeeperEvent::Locked(Err(cause))) if self.stored.is_some() => {
                self.lock_error = Some(cause);
                let identity_id = self.known_identity_id(known);
                self.get(known, now, identity_id)
            }
            (State::Locking | State::LockingGuest, KeeperEvent::Locked(Err(cause)))
            | (State::Loading | State::LoadingGuest, KeeperEvent::Loaded(Err(cause))) => {
                self.fail(known, now, Error::Store(cause))
            }
            (State::Getting(flow), KeeperEvent::Flow(event)) => self.advance_flow(known, now, flow, event),
            (State::Saving(identity_id, output), KeeperEvent::Stored(stored)) => {
                self.saved(known, identity_id, output, stored)
            }
            // A failure to remove the record is harmless: the service rejects this identity for the next
            // guest, and the keeper then requests a new identity.
            (State::RemovingGuest(output), KeeperEvent::Stored(_)) => self.end(output),
            (State::Ready, _) => self.refuse(State::Ready, Misuse::NotStarted),
            (state, _) => self.refuse(state, Misuse::AwaitsAnswer),
        }
    }
}

impl Job {
    pub(super) fn new(task: CredentialsTask) -> Self {
        Self {
            task,
            logins: Logins::new(),
            stored: None,
            lock_error: None,
            uses_guest_identity: false,
            state: State::Ready,
        }
    }

    /// Returns whether the job waits for a lock and keeps the current credentials. While the job waits, other
    /// callers may use the current credentials.
    pub(super) fn leaves_valid_credentials(&self) -> bool {
        matches!(self.state, State::Locking | State::LockingGuest) && self.task != CredentialsTask::Forget
    }

    /// Returns the transition to this state, in which the job waits for the result of this step.
    fn next(mut self, state: State, step: KeeperStep<Output>) -> Next {
        self.state = state;
        Transition::Next(self, step)
    }

    fn refuse(mut self, state: State, misuse: Misuse) -> Next {
        self.state = state;
        Transition::Refuse(self, misuse)
    }

    fn end(self, output: Output) -> Next {
        let value = output.clone().and_then(|kept| kept.ok_or(Error::NotSignedIn));
        Transition::End { output, value: Some(value) }
    }

    fn start(mut self, known: &mut Known, now: Timestamp, input: Result<CredentialsInput, Error>) -> Next {
        if self.task == CredentialsTask::Forget {
            (known.current, known.unsaved) = (None, None);
            return self.lock(known, now, State::Locking, known.key());
        }
        match &input {
            // Credentials of another session must not be returned.
            Ok(input) if input.generation != known.generation => known.current = None,
            // The credentials become invalid when the session that they came from ends.
            Err(error) if matches!(error, Error::NotSignedIn) || error.ends_session() => known.current = None,
            _ => {}
        }
        // Another caller may have got credentials since this job was requested.
        if self.task == CredentialsTask::Get
            && let Some(credentials) = known.usable(now).cloned()
        {
            return self.end(Ok(Some(credentials.into())));
        }
        self.logins = match input {
            Ok(input) if input.logins.is_empty() != known.user.is_none() => {
                let problem = "pass at least one for a user, and none for a guest";
                return self.fail(known, now, InvalidInput::new("logins", problem).into());
            }
            Ok(input) => {
                known.generation = input.generation;
                input.logins
            }
            Err(error) => return self.fail(known, now, error),
        };
        self.next(State::Peeking, KeeperStep::Load(known.key()))
    }

    /// Locks this key. If the job can continue without the lock, the job waits for a short time only.
    fn lock(self, known: &Known, now: Timestamp, state: State, key: String) -> Next {
        let needs_no_lock = self.stored.is_some() || known.fallback(self.task, now).is_some();
        let max_wait = if needs_no_lock { SHORT_LOCK_WAIT } else { MAX_LOCK_WAIT };
        self.next(state, KeeperStep::Lock { key, max_wait })
    }

    fn loaded(mut self, known: &mut Known, now: Timestamp, record: Option<&Record>) -> Next {
        self.stored = identity_id(record);
        let identity_id = self.known_identity_id(known);
        if identity_id.is_some() || known.user.is_none() {
            return self.get(known, now, identity_id);
        }
        self.lock(known, now, State::LockingGuest, known.guest_key())
    }

    /// Returns the identity id that could not be saved. If all identity ids were saved, returns the stored
    /// identity id.
    fn known_identity_id(&self, known: &mut Known) -> Option<String> {
        known.unsaved.take_if(|unsaved| unsaved.instead_of != self.stored);
        let unsaved = known.unsaved.as_ref().map(|unsaved| unsaved.identity_id.clone());
        unsaved.or_else(|| self.stored.clone())
    }

    fn get(mut self, known: &mut Known, now: Timestamp, identity_id: Option<String>) -> Next {
        let logins = mem::take(&mut self.logins);
        let mut flow = GetCredentials::new(&known.identity_pool, logins).with_role(known.role.clone());
        if let Some(identity_id) = identity_id {
            flow = flow.with_identity_id(identity_id);
        }
        self.advance_flow(known, now, Box::new(flow), Event::Start)
    }

    fn advance_flow(self, known: &mut Known, now: Timestamp, mut flow: Box<GetCredentials>, event: Event) -> Next {
        let not_reached = event.not_reached();
        match (flow.step(now, event), not_reached) {
            (Ok(Step::Send(request)), _) => self.next(State::Getting(flow), KeeperStep::Send(request)),
            // If the network is down, callers with valid credentials must not wait for a retry.
            (Ok(Step::Wait(_)), Some(error)) if known.fallback(self.task, now).is_some() => {
                self.fail_with_identity(known, now, &flow, error.into())
            }
            (Ok(Step::Wait(backoff)), _) => self.next(State::Getting(flow), KeeperStep::Wait(backoff)),
            (Ok(Step::Done(credentials)), _) => self.got(known, now, credentials),
            (Err(Error::Misuse(misuse)), _) => self.refuse(State::Getting(flow), misuse),
            (Err(error), _) => self.fail_with_identity(known, now, &flow, error),
        }
    }

    fn got(self, known: &mut Known, now: Timestamp, credentials: Credentials) -> Next {
        known.keep(&credentials, now);
        self.keep_identity(known, credentials.identity_id.clone(), Ok(Some(credentials.into())))
    }

    /// Saves the identity id, unless the store already has the same identity id.
    fn keep_identity(mut self, known: &mut Known, identity_id: String, output: Output) -> Next {
        if self.stored.as_ref() == Some(&identity_id) {
            known.unsaved = None;
            return self.end(output);
        }
        if let Some(cause) = self.lock_error.take() {
            return self.saved(known, identity_id, output, Err(cause));
        }
        let record = Record::new(identity_id.clone().into_bytes());
        self.next(State::Saving(identity_id, output), KeeperStep::Save(known.key(), record))
    }

    fn saved(mut self, known: &mut Known, identity_id: String, mut output: Output, stored: Result<(), Cause>) -> Next {
        if let Err(cause) = stored {
            known.unsaved = Some(Unsaved { identity_id, instead_of: self.stored.take() });
            if let Ok(Some(kept)) = &mut output {
                kept.save_error = Some(cause);
            }
            return self.end(output);
        }
        known.unsaved = None;
        if self.uses_guest_identity && output.is_ok() {
            return self.next(State::RemovingGuest(output), KeeperStep::Remove(known.guest_key()));
        }
        self.end(output)
    }

    /// Ends the job without new credentials. If the service has returned a new identity id, the job saves
    /// this id first.
    fn fail_with_identity(self, known: &mut Known, now: Timestamp, flow: &GetCredentials, error: Error) -> Next {
        match flow.new_identity_id() {
            Some(identity_id) => {
                let output = failure(known, self.task, now, error);
                self.keep_identity(known, identity_id.into(), output)
            }
            None => self.fail(known, now, error),
        }
    }

    fn fail(self, known: &Known, now: Timestamp, error: Error) -> Next {
        let output = failure(known, self.task, now, error);
        self.end(output)
    }
}

/// Returns the credentials from [`Known::fallback`] together with the error. If there are no such
/// credentials, returns only the error.
fn failure(known: &Known, task: CredentialsTask, now: Timestamp, error: Error) -> Output {
    match known.fallback(task, now) {
        Some(credentials) => Ok(Some(not_renewed(credentials, error))),
        None => Err(error),
    }
}

/// Returns the old credentials, together with the reason why the keeper has no new credentials.
pub(super) fn not_renewed(credentials: &Credentials, error: Error) -> KeptCredentials {
    KeptCredentials { refresh_error: Some(error), ..KeptCredentials::from(credentials.clone()) }
}

/// Returns the identity id in a record, or `None` if the record is absent or invalid. An invalid record is
/// harmless, because GetId returns the same identity id again for the same user.
fn identity_id(record: Option<&Record>) -> Option<String> {
    let text = core::str::from_utf8(record?.as_bytes()).ok()?;
    is_id(text).then(|| text.into())
}
