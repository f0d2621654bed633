//! What a process does once for all who ask: the contract between a keeper and whoever drives it.

use alloc::boxed::Box;
use alloc::string::String;

use crate::error::{Cause, Error, NotReached};
use crate::flow::{Backoff, Event};
use crate::http::Request;
use crate::storage::Record;
use crate::timestamp::Timestamp;

/// Keeps something for everybody in a process who asks for it, with a store behind: a
/// [`SessionKeeper`](crate::SessionKeeper) a user's session, a [`CredentialsKeeper`](crate::CredentialsKeeper) AWS
/// credentials.
///
/// - You ask the keeper itself for what is good at once. If there is nothing, you [`begin`](Self::begin) a task: it says
///   whether you are to do the work, or to wait for the one who does.
/// - Whoever does it [`step`](Self::step)s the keeper to [`KeeperStep::Done`], like a [`Flow`](crate::Flow) with a store
///   beside the network, and then wakes all who wait. They find what came of it as the [`outcome`](Self::outcome).
///
/// So any number of callers cause one request. Processes that share a store meet at its lock, which is held from
/// [`KeeperStep::Lock`] to the end of the work.
pub trait Keeper {
    /// What a keeper can be asked to do.
    type Task;

    /// What a work needs from outside before it can begin.
    type Given;

    /// What those get who have waited for somebody else's work.
    type Kept: Clone;

    /// How a work ends.
    type End;

    /// The newest work. To be taken when a caller's wish arises: see [`begin`](Self::begin).
    #[must_use]
    fn ticket(&self) -> Ticket;

    /// Begins a task, or says who has begun one. `since` is the [`ticket`](Self::ticket) of when the wish for it arose:
    /// what began before cannot bring what has changed since.
    fn begin(&mut self, task: Self::Task, since: Ticket) -> Begin;

    /// Takes one event of the work that is under way and says what to do next.
    ///
    /// # Errors
    /// [`Error::Misuse`] for an event that does not answer the last step, or when no work is under way; it changes nothing.
    fn step(&mut self, now: Timestamp, event: KeeperEvent<Self::Given>) -> Result<KeeperStep<Self::End>, Error>;

    /// What has come of the work of this ticket or of a later one, if others may have waited for it; none while it is
    /// under way.
    #[must_use]
    fn outcome(&self, ticket: Ticket) -> Option<Result<Self::Kept, Error>>;

    /// Gives up the work that is under way, whose driver cannot go on with it. Those who wait are to be woken.
    fn abandon(&mut self, cause: Cause);
}

/// Tells one work of a keeper from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub(crate) u64);

/// A keeper's works by their tickets, and what has come of the last that others may have waited for.
#[derive(Debug)]
pub(crate) struct Ledger<Kept> {
    /// How many works have begun.
    begun: u64,
    outcome: Option<(Ticket, Result<Kept, Error>)>,
}

impl<Kept: Clone> Ledger<Kept> {
    pub(crate) fn new() -> Self {
        Self { begun: 0, outcome: None }
    }

    pub(crate) fn begin(&mut self) {
        self.begun += 1;
    }

    pub(crate) fn newest(&self) -> Ticket {
        Ticket(self.begun)
    }

    /// Notes what has come of the newest work.
    pub(crate) fn end(&mut self, outcome: Result<Kept, Error>) {
        self.outcome = Some((self.newest(), outcome));
    }

    /// Notes that the newest work was given up.
    pub(crate) fn abandon(&mut self, cause: Cause) {
        self.end(Err(NotReached::new(true, cause).into()));
    }

    /// Keeps what was noted, but nothing of what was kept.
    pub(crate) fn forget(&mut self) {
        if let Some((_, outcome)) = &mut self.outcome {
            *outcome = Err(Error::NotSignedIn);
        }
    }

    pub(crate) fn outcome(&self, ticket: Ticket) -> Option<Result<Kept, Error>> {
        let (newest, outcome) = self.outcome.as_ref()?;
        (*newest >= ticket).then(|| outcome.clone())
    }
}

/// Who does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "with `Drive` the caller must do the work, for which others may wait"]
#[expect(clippy::exhaustive_enums, reason = "complete: the caller, somebody else, or somebody else first")]
pub enum Begin {
    /// The caller: [`step`](Keeper::step) with [`KeeperEvent::Start`].
    Drive,
    /// Somebody else, already. When it is done, the [`outcome`](Keeper::outcome) of this is the caller's too.
    Join(Ticket),
    /// Somebody else does something else. When that is done, begin again.
    Wait,
}

/// What the keeper wants done.
#[derive(Debug)]
#[must_use = "the keeper waits until its step is taken"]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver need do nothing else")]
pub enum KeeperStep<End> {
    /// Lock this key in the store, until the work is over; report [`KeeperEvent::Locked`].
    Lock(String),
    /// Read the record under this key; report [`KeeperEvent::Loaded`].
    Load(String),
    /// Write this record under this key; report [`KeeperEvent::Stored`].
    Save(String, Record),
    /// Remove what is under this key; report [`KeeperEvent::Stored`].
    Remove(String),
    /// As [`Step::Send`](crate::Step::Send); report [`KeeperEvent::Flow`].
    Send(Request),
    /// As [`Step::Wait`](crate::Step::Wait); report [`KeeperEvent::Flow`].
    Wait(Backoff),
    /// It is over: release the lock, and wake those who wait.
    Done(Box<End>),
}

/// What has come of a step.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver can report nothing else")]
pub enum KeeperEvent<Given> {
    /// The work begins, with what it needs or with why that is not to be had.
    Start(Result<Given, Error>),
    /// Whether the key is locked.
    Locked(Result<(), Cause>),
    /// What the store has under the key.
    Loaded(Result<Option<Record>, Cause>),
    /// Whether the store has written or removed it.
    Stored(Result<(), Cause>),
    /// What came of a request or a wait.
    Flow(Event),
}
