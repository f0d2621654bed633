//! The contract between a keeper and its driver: one job at a time, shared by all callers of a process.

mod by_name;
mod single_flight;

use alloc::boxed::Box;
use alloc::string::String;
use core::time::Duration;

use crate::device::{NewDevice, NewDeviceDraft};
use crate::error::{Cause, Error, InvalidInput};
use crate::flow::{Backoff, Event};
use crate::http::Request;
use crate::storage::Record;
use crate::timestamp::Timestamp;

pub use by_name::KeepersByName;
pub(crate) use single_flight::{Job, SingleFlight, Transition};

/// The maximum time for which a job waits for a lock in the store while its caller has no valid value. This
/// is longer than a refresh takes with all its attempts and time-outs.
pub const MAX_LOCK_WAIT: Duration = Duration::from_secs(120);

/// The maximum time for which a caller with a valid value waits for a lock in the store. Then the caller gets
/// the valid value, together with the error that the lock is taken.
pub const SHORT_LOCK_WAIT: Duration = Duration::from_secs(1);

/// Shares one value among all callers in a process, and persists it in a store.
/// A [`SessionKeeper`](crate::SessionKeeper) shares a user's session, and
/// a [`CredentialsKeeper`](crate::CredentialsKeeper) shares AWS credentials.
///
/// A caller first asks the keeper for a usable value. If there is no usable value, the caller begins a task
/// with [`begin`](Self::begin). The returned [`Admission`] says whether this caller must drive the job or
/// wait for another caller that drives it.
///
/// The driver of a job calls [`step`](Self::step) until [`KeeperStep::Done`], as for a [`Flow`](crate::Flow).
/// In addition to sending requests, the driver reads and writes the store. After the last step, the driver
/// wakes all waiting callers, which read the [`result`](Self::result).
///
/// Concurrent callers thus share a single request. The store's lock prevents two processes from running jobs
/// on the same key at the same time. A job holds the lock from [`KeeperStep::Lock`] to its end. A caller with
/// a valid value does not wait long for a lock that another process holds: see [`KeeperStep::Lock`]
/// and [`valid_meanwhile`](Self::valid_meanwhile).
///
/// This trait is sealed: only the keepers of this crate implement it.
pub trait Keeper: sealed::Sealed {
    /// The tasks that the keeper can carry out.
    type Task;

    /// The data that the driver passes to a job at its start.
    type Input;

    /// The value that is returned to callers who joined another caller's job.
    type Value: Clone;

    /// The value that the driver gets at the end of a job.
    type Output;

    /// Returns the id of the newest job. A caller reads this id when it decides to request a value, and later
    /// passes the id to [`begin`](Self::begin).
    #[must_use]
    fn newest_job(&self) -> JobId;

    /// Begins a task, or says that another job is already running.
    ///
    /// `since` is the id that [`newest_job`](Self::newest_job) returned when the caller decided to request a
    /// value. A refresh does not join a job that started before `since` was read, because the earlier job may
    /// not see the caller's latest changes.
    fn begin(&mut self, task: Self::Task, since: JobId) -> Admission;

    /// Takes one event of the running job and returns the next step.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the event does not answer the last step, or if no job is running. The error
    /// leaves the keeper unchanged.
    fn step(&mut self, now: Timestamp, event: KeeperEvent<Self::Input>) -> Result<KeeperStep<Self::Output>, Error>;

    /// Returns the result of this job or of a later one, or `None` while the job is running.
    #[must_use]
    fn result(&self, job: JobId) -> Option<Result<Self::Value, Error>>;

    /// Returns a valid value for a caller of this task while another caller's job waits for a lock in the
    /// store, together with the error that the lock is taken.
    ///
    /// Call this method each time that the caller has waited for another caller's job
    /// for [`SHORT_LOCK_WAIT`]. `None` means that the caller must continue to
    /// wait.
    #[must_use]
    fn valid_meanwhile(&self, task: &Self::Task, now: Timestamp) -> Option<Self::Value>;

    /// Aborts the running job, because its driver cannot continue. Wake all waiting callers after this call.
    fn abandon(&mut self, cause: Cause);
}

pub(crate) mod sealed {
    /// Prevents other crates from implementing [`Keeper`](super::Keeper).
    pub trait Sealed {}
}

/// The id of one job of a keeper. Later jobs have greater ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(pub(crate) u64);

/// Whether the caller of [`Keeper::begin`] must drive the job or wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a job that is admitted must be driven to its end"]
#[expect(clippy::exhaustive_enums, reason = "complete: the caller drives, joins, or waits")]
pub enum Admission {
    /// The caller must drive the job: call [`step`](Keeper::step) with [`KeeperEvent::Start`].
    Drive,
    /// Another caller drives a job whose result this caller can share. Wait for the
    /// job's [`result`](Keeper::result).
    Join(JobId),
    /// Another caller drives a job whose result this caller cannot share. Wait until the job ends, and then
    /// call [`Keeper::begin`] again.
    Wait,
}

/// The next action for the driver of a job.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver never has to do anything else")]
pub enum KeeperStep<Output> {
    /// Lock this key in the store until the job is over; report [`KeeperEvent::Locked`].
    Lock {
        /// The key.
        key: String,
        /// The maximum time to wait if the lock is taken. After that, report an error.
        ///
        /// The time counts from the moment when the caller requested the value: subtract from the first wait
        /// the time that the caller has waited for other jobs.
        max_wait: Duration,
    },
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
    /// Run this computation, which takes milliseconds, on a thread where it blocks no other task;
    /// report [`KeeperEvent::Computed`].
    Compute(Computation),
    /// The job is over: release the locks, and wake all waiting callers.
    Done(Box<Output>),
}

/// An event that the driver reports to a keeper, usually the result of a [`KeeperStep`].
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver can report nothing else")]
pub enum KeeperEvent<Input> {
    /// Starts the job with its input, or with the error that prevented getting the input.
    Start(Result<Input, Error>),
    /// Says whether the key was locked.
    Locked(Result<(), Cause>),
    /// Passes the record under the key, or `None` if the store has no record under it.
    Loaded(Result<Option<Record>, Cause>),
    /// Says whether the store has written or removed the record.
    Stored(Result<(), Cause>),
    /// Passes the result of a request, or the end of a wait.
    Flow(Event),
    /// Passes the result of a computation.
    Computed(Computed),
}

/// A computation that the driver runs for a keeper. The computation generates the password and the SRP
/// verifier of a new device, which takes one modular exponentiation.
#[derive(Debug)]
pub struct Computation(pub(crate) Box<NewDeviceDraft>);

/// The result of a [`Computation`].
#[derive(Debug)]
pub struct Computed(pub(crate) Box<Result<NewDevice, InvalidInput>>);

impl Computation {
    /// Runs the computation, which takes milliseconds.
    #[must_use]
    pub fn run(self) -> Computed {
        Computed(Box::new(self.0.generate()))
    }
}
