//! What to do about AWS credentials: use them, wait for those that are on their way, or get new ones, for the identity that
//! is known from before.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::mem;
use core::time::Duration;

use crate::credentials::{Credentials, GetCredentials, Role};
use crate::error::{Error, InvalidInput, Misuse, NotReached};
use crate::flow::{Cause, Event, Flow, Step, Timestamp};
use crate::identity_pool::{IdentityPool, is_id};
use crate::keeper::{Begin, Keeper, KeeperEvent, KeeperStep, Ticket};
use crate::logins::Logins;
use crate::percent;
use crate::session::Record;

/// Keeps AWS credentials of one identity for everybody in a process who asks for them, and the identity's id in a store: a
/// [`Keeper`].
///
/// [`usable`](Self::usable) gives credentials that are good, at once. If there are none, [`begin`](Keeper::begin) a
/// [`CredentialsTask`]. What a work needs is the user's logins, with fresh tokens; none for a guest:
///
/// ```text
///  Start ── Lock ── Load ── the identity id, if it is known ────────────────► Send, Wait ── Save, if it is new ── Done
///                     └── of a user who has none: Load ── the guest's, if there is one ──┘     └── Remove the guest's
/// ```
///
/// So the first user who signs in keeps the identity that they had as a guest, if the service will have it so. The
/// credentials themselves are never stored.
#[derive(Debug)]
pub struct CredentialsKeeper {
    identity_pool: IdentityPool,
    /// None for a guest.
    user: Option<String>,
    role: Role,
    margin: Duration,
    current: Option<Credentials>,
    /// An identity id that could not be saved.
    unsaved_identity_id: Option<String>,
    work: Option<Work>,
    /// How many works have begun.
    begun: u64,
    outcome: Option<(Ticket, Result<KeptCredentials, Error>)>,
}

/// What a keeper of credentials is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: there is nothing else to be done about credentials")]
pub enum CredentialsTask {
    /// Give credentials that are good, new ones if need be.
    Get,
    /// Get new credentials even if there are good ones, so that a changed role or attribute comes into them; if that cannot
    /// be done it fails, and the credentials stay.
    Refresh,
}

/// Credentials that are good now, and what went wrong on the way to them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptCredentials {
    /// The credentials.
    pub credentials: Credentials,
    /// Why there are no new ones although it was time for them. These are good for a little longer.
    pub refresh_error: Option<Error>,
    /// Why the identity id could not be saved. It is kept in memory, and saved with the next credentials.
    pub save_error: Option<Cause>,
}

/// Good credentials, with nothing wrong.
impl From<Credentials> for KeptCredentials {
    fn from(credentials: Credentials) -> Self {
        Self { credentials, refresh_error: None, save_error: None }
    }
}

/// The key under which the identity id of a user is stored, or that of a guest: of letters, digits, `-`, `_`, `%` and `/`
/// only. No session and no device has it.
#[must_use]
pub fn identity_key(identity_pool: &IdentityPool, user: Option<&str>) -> String {
    let pool = percent::encode(identity_pool.id().as_str());
    user.map_or_else(|| format!("{pool}//guest"), |user| format!("{pool}/{}", percent::encode(user)))
}

#[derive(Debug)]
struct Work {
    task: CredentialsTask,
    logins: Logins,
    /// The user's, or the guest's who signs in.
    stored_identity_id: Option<String>,
    is_of_guest: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    Locking,
    Loading,
    LoadingGuest,
    Getting(Box<GetCredentials>),
    Saving(Credentials),
    RemovingGuest(Credentials),
}

/// How a work ends.
type End = Result<KeptCredentials, Error>;
type Next = KeeperStep<End>;

impl CredentialsKeeper {
    /// Keeps the credentials of guests.
    #[must_use]
    pub fn of_guest(identity_pool: &IdentityPool) -> Self {
        Self::new(identity_pool, None)
    }

    /// Keeps the credentials of a user. The name tells this user's identity from those of others in the store; it is not
    /// sent.
    #[must_use]
    pub fn of_user(identity_pool: &IdentityPool, user: impl Into<String>) -> Self {
        Self::new(identity_pool, Some(user.into()))
    }

    fn new(identity_pool: &IdentityPool, user: Option<String>) -> Self {
        Self {
            identity_pool: identity_pool.clone(),
            user,
            role: Role::default(),
            margin: Duration::from_secs(300),
            current: None,
            unsaved_identity_id: None,
            work: None,
            begun: 0,
            outcome: None,
        }
    }

    /// Gets credentials of this role.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Gives credentials that are good for at least so long, if such can be had. Five minutes if nothing else is said.
    #[must_use]
    pub fn with_margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// The credentials, if they are good for the margin.
    #[must_use]
    pub fn usable(&self, now: Timestamp) -> Option<&Credentials> {
        self.current.as_ref().filter(|credentials| credentials.are_good_for(now, self.margin))
    }

    /// The newest credentials that are known here, whatever they are good for.
    #[must_use]
    pub fn newest(&self) -> Option<&Credentials> {
        self.current.as_ref()
    }

    /// The key under which the identity id is stored.
    #[must_use]
    pub fn key(&self) -> String {
        identity_key(&self.identity_pool, self.user.as_deref())
    }

    /// Forgets the credentials. The identity id in the store is the caller's to remove.
    pub fn forget(&mut self) {
        (self.current, self.unsaved_identity_id) = (None, None);
    }
}

impl Keeper for CredentialsKeeper {
    type Task = CredentialsTask;
    type Given = Logins;
    type Kept = KeptCredentials;
    type End = Result<KeptCredentials, Error>;

    fn ticket(&self) -> Ticket {
        Ticket(self.begun)
    }

    fn begin(&mut self, task: CredentialsTask, since: Ticket) -> Begin {
        if self.work.is_some() {
            let newest = self.ticket();
            return match task {
                CredentialsTask::Refresh if newest <= since => Begin::Wait,
                _ => Begin::Join(newest),
            };
        }
        self.begun += 1;
        let logins = Logins::new();
        self.work = Some(Work { task, logins, stored_identity_id: None, is_of_guest: false, state: State::Ready });
        Begin::Drive
    }

    fn step(&mut self, now: Timestamp, event: KeeperEvent<Logins>) -> Result<Next, Error> {
        let mut work = self.work.take().ok_or(Misuse::Finished)?;
        let state = mem::replace(&mut work.state, State::Ready);
        match (state, event) {
            (State::Ready, KeeperEvent::Start(given)) => Ok(self.start(work, now, given)),
            (State::Locking, KeeperEvent::Locked(Ok(()))) => {
                let key = self.key();
                Ok(self.then(work, State::Loading, KeeperStep::Load(key)))
            }
            (State::Loading, KeeperEvent::Loaded(Ok(record))) => self.loaded(work, now, record.as_ref()),
            (State::LoadingGuest, KeeperEvent::Loaded(Ok(record))) => {
                work.stored_identity_id = identity_id(record.as_ref());
                work.is_of_guest = work.stored_identity_id.is_some();
                self.get(work, now)
            }
            (State::Locking, KeeperEvent::Locked(Err(cause)))
            | (State::Loading | State::LoadingGuest, KeeperEvent::Loaded(Err(cause))) => {
                Ok(self.failed(work, now, Error::Store(cause)))
            }
            (State::Getting(flow), KeeperEvent::Flow(event)) => self.going_on(work, now, flow, event),
            (State::Saving(credentials), KeeperEvent::Stored(stored)) => Ok(self.saved(work, credentials, stored)),
            // Should it have stayed, the service refuses it to the next guest, who gets another one.
            (State::RemovingGuest(credentials), KeeperEvent::Stored(_)) => Ok(self.end(work, Ok(credentials.into()))),
            (state, _) => {
                let is_ready = matches!(state, State::Ready);
                self.then(work, state, ());
                Err(if is_ready { Misuse::NotStarted } else { Misuse::AwaitsAnswer }.into())
            }
        }
    }

    fn outcome(&self, ticket: Ticket) -> Option<Result<KeptCredentials, Error>> {
        let (newest, outcome) = self.outcome.as_ref()?;
        (*newest >= ticket).then(|| outcome.clone())
    }

    fn abandon(&mut self, cause: Cause) {
        if self.work.take().is_some() {
            let error = Error::NotReached(NotReached { may_have_arrived: true, cause });
            self.outcome = Some((self.ticket(), Err(error)));
        }
    }
}

impl CredentialsKeeper {
    /// What is to be done, and what its answer will be taken for.
    fn then<T>(&mut self, mut work: Work, state: State, step: T) -> T {
        work.state = state;
        self.work = Some(work);
        step
    }

    fn end(&mut self, _work: Work, result: End) -> Next {
        self.outcome = Some((self.ticket(), result.clone()));
        KeeperStep::Done(Box::new(result))
    }

    fn start(&mut self, mut work: Work, now: Timestamp, given: Result<Logins, Error>) -> Next {
        // With a session end the credentials that came from it.
        if given.as_ref().is_err_and(|error| matches!(error, Error::NotSignedIn) || error.ends_session()) {
            self.current = None;
        }
        work.logins = match given {
            Ok(logins) if logins.is_empty() != self.user.is_none() => {
                let problem = "must be there for a user, and not for a guest";
                return self.failed(work, now, InvalidInput::new("logins", problem).into());
            }
            Ok(logins) => logins,
            Err(error) => return self.failed(work, now, error),
        };
        let key = self.key();
        self.then(work, State::Locking, KeeperStep::Lock(key))
    }

    fn loaded(&mut self, mut work: Work, now: Timestamp, record: Option<&Record>) -> Result<Next, Error> {
        work.stored_identity_id = identity_id(record);
        if work.stored_identity_id.is_some() || self.unsaved_identity_id.is_some() || self.user.is_none() {
            return self.get(work, now);
        }
        let key = identity_key(&self.identity_pool, None);
        Ok(self.then(work, State::LoadingGuest, KeeperStep::Load(key)))
    }

    fn get(&mut self, mut work: Work, now: Timestamp) -> Result<Next, Error> {
        let mut flow =
            GetCredentials::new(&self.identity_pool, mem::take(&mut work.logins)).with_role(self.role.clone());
        if let Some(identity_id) = work.stored_identity_id.as_ref().or(self.unsaved_identity_id.as_ref()) {
            flow = flow.with_identity_id(&**identity_id);
        }
        self.going_on(work, now, Box::new(flow), Event::Start)
    }

    fn going_on(
        &mut self,
        work: Work,
        now: Timestamp,
        mut flow: Box<GetCredentials>,
        event: Event,
    ) -> Result<Next, Error> {
        Ok(match flow.step(now, event) {
            Ok(Step::Send(request)) => self.then(work, State::Getting(flow), KeeperStep::Send(request)),
            Ok(Step::Wait(backoff)) => self.then(work, State::Getting(flow), KeeperStep::Wait(backoff)),
            Ok(Step::Done(credentials)) => self.got(work, credentials),
            Err(Error::Misuse(misuse)) => {
                self.then(work, State::Getting(flow), ());
                return Err(misuse.into());
            }
            Err(error) => self.failed(work, now, error),
        })
    }

    fn got(&mut self, work: Work, credentials: Credentials) -> Next {
        self.current = Some(credentials.clone());
        if !work.is_of_guest && work.stored_identity_id.as_deref() == Some(&*credentials.identity_id) {
            return self.end(work, Ok(credentials.into()));
        }
        let (key, record) = (self.key(), Record::new(credentials.identity_id.clone().into_bytes()));
        self.then(work, State::Saving(credentials), KeeperStep::Save(key, record))
    }

    fn saved(&mut self, work: Work, credentials: Credentials, stored: Result<(), Cause>) -> Next {
        if let Err(cause) = stored {
            self.unsaved_identity_id = Some(credentials.identity_id.clone());
            return self.end(work, Ok(KeptCredentials { save_error: Some(cause), ..credentials.into() }));
        }
        self.unsaved_identity_id = None;
        if work.is_of_guest {
            let key = identity_key(&self.identity_pool, None);
            return self.then(work, State::RemovingGuest(credentials), KeeperStep::Remove(key));
        }
        self.end(work, Ok(credentials.into()))
    }

    /// There are no new credentials, but the old ones may be good for a little longer.
    fn failed(&mut self, work: Work, now: Timestamp, error: Error) -> Next {
        let usable = self
            .current
            .clone()
            .filter(|credentials| work.task == CredentialsTask::Get && credentials.are_good_for(now, Duration::ZERO));
        let result = match usable {
            Some(credentials) => Ok(KeptCredentials { refresh_error: Some(error), ..credentials.into() }),
            None => Err(error),
        };
        self.end(work, result)
    }
}

/// What is no identity id is as good as none: the service gives a user the same one again.
fn identity_id(record: Option<&Record>) -> Option<String> {
    let text = core::str::from_utf8(record?.as_bytes()).ok()?;
    is_id(text).then(|| text.into())
}
