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
use crate::keeper::{KeeperEvent, KeeperStep, Transition};
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
    /// Whether the job requests credentials for the identity that the user had as a guest.
    uses_guest_identity: bool,
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
    Saving(String, Output),
    RemovingGuest(Output),
    Forgetting,
}

/// The result of a job: the credentials, or `None` after [`CredentialsTask::Forget`].
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
        Self { task, logins: Logins::new(), stored: None, uses_guest_identity: false, state: State::Ready }
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
            return self.next(State::Locking, KeeperStep::Lock(known.key()));
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
        self.next(State::Locking, KeeperStep::Lock(known.key()))
    }

    fn loaded(mut self, known: &mut Known, now: Timestamp, record: Option<&Record>) -> Next {
        self.stored = identity_id(record);
        known.unsaved.take_if(|unsaved| unsaved.instead_of != self.stored);
        let unsaved = known.unsaved.as_ref().map(|unsaved| unsaved.identity_id.clone());
        let identity_id = unsaved.or_else(|| self.stored.clone());
        if identity_id.is_some() || known.user.is_none() {
            return self.get(known, now, identity_id);
        }
        self.next(State::LockingGuest, KeeperStep::Lock(known.guest_key()))
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

    /// Saves the identity id unless the store already has the same id, and then ends the job with this
    /// output.
    fn keep_identity(self, known: &mut Known, identity_id: String, output: Output) -> Next {
        if self.stored.as_ref() == Some(&identity_id) {
            known.unsaved = None;
            return self.end(output);
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

/// Returns the old credentials together with the error, or only the error if [`Known::fallback`] returns no
/// credentials.
fn failure(known: &Known, task: CredentialsTask, now: Timestamp, error: Error) -> Output {
    match known.fallback(task, now) {
        Some(credentials) => {
            let kept = KeptCredentials::from(credentials.clone());
            Ok(Some(KeptCredentials { refresh_error: Some(error), ..kept }))
        }
        None => Err(error),
    }
}

/// Returns the identity id in a record, or `None` if the record is absent or the id is invalid. An invalid id
/// is not an error, because GetId returns the user's identity id again.
fn identity_id(record: Option<&Record>) -> Option<String> {
    let text = core::str::from_utf8(record?.as_bytes()).ok()?;
    is_id(text).then(|| text.into())
}
