//! The contract between a keeper and its driver: one job at a time, shared by all callers of a process.

mod by_name;
mod single_flight;

use alloc::boxed::Box;
use alloc::string::String;

use crate::device::{NewDevice, NewDeviceDraft};
use crate::error::{Cause, Error, InvalidInput};
use crate::flow::{Backoff, Event};
use crate::http::Request;
use crate::storage::Record;
use crate::timestamp::Timestamp;

pub use by_name::KeepersByName;
pub(crate) use single_flight::{Job, SingleFlight, Transition};

/// Shares one value among all callers in a process and persists it in a store: a
/// [`SessionKeeper`](crate::SessionKeeper) a user's session, a
/// [`CredentialsKeeper`](crate::CredentialsKeeper) AWS credentials.
///
/// - A caller first asks the keeper for a usable value. If there is none, the caller [`begin`](Self::begin)s a task.
///   The answer says whether the caller drives the job or waits for the one who does.
/// - The driver [`step`](Self::step)s the keeper until [`KeeperStep::Done`], as it would drive a
///   [`Flow`](crate::Flow), with a store beside the network. Then it wakes everybody who waits. They read the
///   [`result`](Self::result).
///
/// So any number of callers cause one request. Processes that share a store meet at the store's lock, which
/// is held from [`KeeperStep::Lock`] to the end of the job.
///
/// This trait is sealed: only the keepers of this crate implement it.
pub trait Keeper: sealed::Sealed {
    /// What the keeper can be asked to do.
    type Task;

    /// What a job needs from outside before it can start.
    type Input;

    /// What callers get who joined another caller's job.
    type Value: Clone;

    /// What the driver of a job gets at its end.
    type Output;

    /// The newest job. Read it when a caller decides to ask, and pass it to [`begin`](Self::begin).
    #[must_use]
    fn newest_job(&self) -> JobId;

    /// Begins a task, or says that a job is already running.
    ///
    /// Pass the job id that was read when the caller decided to ask. A job that started earlier is not joined
    /// by a task that must see later changes.
    fn begin(&mut self, task: Self::Task, since: JobId) -> Admission;

    /// Takes one event of the running job and returns the next step.
    ///
    /// # Errors
    /// [`Error::Misuse`] for an event that does not answer the last step, or when no job is running. The
    /// keeper is unchanged then.
    fn step(&mut self, now: Timestamp, event: KeeperEvent<Self::Input>) -> Result<KeeperStep<Self::Output>, Error>;

    /// The result of this job or of a later one; `None` while the job is running.
    #[must_use]
    fn result(&self, job: JobId) -> Option<Result<Self::Value, Error>>;

    /// Gives up the running job, because its driver cannot continue. Wake everybody who waits afterwards.
    fn abandon(&mut self, cause: Cause);
}

pub(crate) mod sealed {
    /// Keeps [`Keeper`](super::Keeper) to this crate.
    pub trait Sealed {}
}

/// Tells one job of a keeper from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(pub(crate) u64);

/// Who drives the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a job that is admitted must be driven to its end"]
#[expect(clippy::exhaustive_enums, reason = "complete: the caller drives, joins, or waits")]
pub enum Admission {
    /// The caller: [`step`](Keeper::step) with [`KeeperEvent::Start`].
    Drive,
    /// Another caller already drives the same job. Wait for its [`result`](Keeper::result).
    Join(JobId),
    /// Another caller drives a different job. Wait for its end, then begin again.
    Wait,
}

/// What the keeper asks its driver to do.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver need do nothing else")]
pub enum KeeperStep<Output> {
    /// Lock this key in the store until the job is over; report [`KeeperEvent::Locked`].
    Lock(String),
    /// Read the record under this key; report [`KeeperEvent::Loaded`].
    Load(String),
    /// Write this record under this key; report [`KeeperEvent::Stored`].
    Save(String, Record),
    /// Remove the record under this key; report [`KeeperEvent::Stored`].
    Remove(String),
    /// Send this request, as for [`Step::Send`](crate::Step::Send); report [`KeeperEvent::Flow`].
    Send(Request),
    /// Wait, as for [`Step::Wait`](crate::Step::Wait); report [`KeeperEvent::Flow`].
    Wait(Backoff),
    /// Run this computation, which takes milliseconds, where it delays nobody; report
    /// [`KeeperEvent::Computed`].
    Compute(Computation),
    /// The job is over: release the locks, and wake everybody who waits.
    Done(Box<Output>),
}

/// The answer to a step.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver can report nothing else")]
pub enum KeeperEvent<Input> {
    /// Starts the job with its input, or with the error that prevented getting it.
    Start(Result<Input, Error>),
    /// Whether the key is locked.
    Locked(Result<(), Cause>),
    /// The record that the store has under the key.
    Loaded(Result<Option<Record>, Cause>),
    /// Whether the store has written or removed the record.
    Stored(Result<(), Cause>),
    /// The answer to a request, or the end of a wait.
    Flow(Event),
    /// The result of a computation.
    Computed(Computed),
}

/// A computation that a keeper leaves to its driver: the password and the verifier of a new device, one
/// exponentiation.
#[derive(Debug)]
pub struct Computation(pub(crate) Box<NewDeviceDraft>);

/// The result of a [`Computation`].
#[derive(Debug)]
pub struct Computed(pub(crate) Box<Result<NewDevice, InvalidInput>>);

impl Computation {
    /// Runs the computation. It takes milliseconds.
    #[must_use]
    pub fn run(self) -> Computed {
        Computed(Box::new(self.0.generate()))
    }
}
