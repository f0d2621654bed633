//! The interface between a keeper and the driver that runs the keeper's jobs. A keeper runs at most one job
//! at a time, and concurrent callers share the job's result.

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

/// The maximum time that a job waits for a lock in the store if the job has no valid value to return. A
/// refresh with all its retries and time-outs takes less time.
pub const MAX_LOCK_WAIT: Duration = Duration::from_secs(120);

/// The maximum time that a job waits for a lock in the store if the job has a valid value to return. After
/// this time, the job returns the valid value, together with an error about the lock.
pub const SHORT_LOCK_WAIT: Duration = Duration::from_secs(1);

/// Shares one value among all callers in a process, and saves the value in a store. A
/// [`SessionKeeper`](crate::SessionKeeper) shares a user's session, and a
/// [`CredentialsKeeper`](crate::CredentialsKeeper) shares AWS credentials.
///
/// A caller first asks the keeper for a usable value. If there is no usable value, the caller begins a task
/// with [`begin`](Self::begin). The returned [`Admission`] says whether the caller must drive the job, or
/// must wait for another caller's job.
///
/// The driver of a job is the caller that calls [`step`](Self::step) until [`KeeperStep::Done`], as for a
/// [`Flow`](crate::Flow). The driver sends the requests, and reads and writes the store. After the last step,
/// the driver wakes all waiting callers. Each waiting caller then reads the [`result`](Self::result).
///
/// Concurrent callers share one job, so the requests of the job are sent only once. The store's lock prevents
/// two processes from running jobs on the same key at the same time. A job holds the lock from
/// [`KeeperStep::Lock`] until the job ends.
///
/// This trait is sealed: only the keepers of this crate implement it.
pub trait Keeper: sealed::Sealed {
    /// The tasks that the keeper can carry out.
    type Task;

    /// The data that the driver passes to a job when the job starts.
    type Input;

    /// The value that the keeper returns to a caller who joined another caller's job.
    type Value: Clone;

    /// The value that the driver gets at the end of a job.
    type Output;

    /// Returns the id of the newest job. A caller reads this id when it decides to request a value, and later
    /// passes the id to [`begin`](Self::begin).
    #[must_use]
    fn newest_job(&self) -> JobId;

    /// Begins a job for this task, unless another job is already running.
    ///
    /// `since` is the id that [`newest_job`](Self::newest_job) returned when the caller decided to request a
    /// value. A refresh does not join a job that started before the caller read `since`, because the result
    /// of such a job may lack the caller's latest changes.
    fn begin(&mut self, task: Self::Task, since: JobId) -> Admission;

    /// Takes one event of the running job and returns the next step.
    ///
    /// # Errors
    /// [`Error::Misuse`] if the event does not answer the last step, or if no job is running. After this
    /// error, the keeper is unchanged.
    fn step(&mut self, now: Timestamp, event: KeeperEvent<Self::Input>) -> Result<KeeperStep<Self::Output>, Error>;

    /// Returns the result of this job or of a later job, or `None` if this job has not ended yet.
    #[must_use]
    fn result(&self, job: JobId) -> Option<Result<Self::Value, Error>>;

    /// Returns a valid value, together with an error about the lock, while another caller's job waits for a
    /// lock in the store. `task` is the task for which this caller waits.
    ///
    /// A driver calls this method at intervals of [`SHORT_LOCK_WAIT`] while its caller waits for a job that
    /// another caller runs. If the method returns `None`, the caller must continue to wait.
    #[must_use]
    fn valid_meanwhile(&self, task: &Self::Task, now: Timestamp) -> Option<Self::Value>;

    /// Aborts the running job. Call this method if the job's driver cannot continue, and then wake all
    /// waiting callers.
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
    /// Lock this key in the store until the job is over, and report the result as [`KeeperEvent::Locked`].
    Lock {
        /// The key to lock.
        key: String,
        /// The maximum time to wait for the lock. If the lock is still taken after this time, report an
        /// error.
        ///
        /// The time starts when the caller requests the value. If the caller has already waited for other
        /// jobs, subtract that time from the job's first wait for a lock.
        max_wait: Duration,
    },
    /// Read the record under this key, and report the result as [`KeeperEvent::Loaded`].
    Load(String),
    /// Write this record under this key, and report the result as [`KeeperEvent::Stored`].
    Save(String, Record),
    /// Remove the record under this key, and report the result as [`KeeperEvent::Stored`].
    Remove(String),
    /// Send this request as described at [`Step::Send`](crate::Step::Send), and report the result as
    /// [`KeeperEvent::Flow`].
    Send(Request),
    /// Wait as described at [`Step::Wait`](crate::Step::Wait), and report the end of the wait as
    /// [`KeeperEvent::Flow`].
    Wait(Backoff),
    /// Run this computation without blocking other tasks, and report the result as [`KeeperEvent::Computed`].
    /// The computation takes milliseconds.
    Compute(Computation),
    /// The job is over: release the locks, and wake all waiting callers.
    Done(Box<Output>),
}

/// An event that the driver reports to a keeper, usually the result of a [`KeeperStep`].
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver can report nothing else")]
pub enum KeeperEvent<Input> {
    /// Starts the job with its input, or with an error if the driver could not get the input.
    Start(Result<Input, Error>),
    /// Reports whether the driver has locked the key.
    Locked(Result<(), Cause>),
    /// Passes the record under the key, or `None` if the store has no record under this key.
    Loaded(Result<Option<Record>, Cause>),
    /// Reports whether the store has written or removed the record.
    Stored(Result<(), Cause>),
    /// Reports the result of a request, or the end of a wait.
    Flow(Event),
    /// Passes the result of a computation.
    Computed(Computed),
}

/// A computation that the driver runs for a keeper. The computation generates the password and the SRP
/// verifier of a new device. The slowest part of the computation is one modular exponentiation.
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
