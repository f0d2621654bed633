//! Runs the jobs of a keeper: one tokio task runs a job, and all other callers wait for the job's result.

use std::future::Future;
use std::io;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognito_core::adapter::{Stopwatch, jittered, now};
use cognito_core::error::NotReached;
use cognito_core::{Admission, Cause, Error, Event, Keeper, KeeperEvent, KeeperStep, SHORT_LOCK_WAIT};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::{sleep, timeout};

use crate::run::{ComputePool, exchange, join_failure};
use crate::{Store, Transport};

/// A keeper that several tokio tasks share. A notification wakes the waiting tasks when a job has ended.
pub(crate) struct SharedKeeper<K> {
    keeper: Mutex<K>,
    ended: Notify,
}

/// The store, the transport and the threads that a job uses.
pub(crate) struct Resources<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) compute_pool: &'a ComputePool,
}

/// The result of a task that a caller passed to a [`SharedKeeper`].
pub(crate) enum Ran<K: Keeper, T> {
    /// The output of a job that this caller ran.
    Driven(T),
    /// The value from a job that another caller ran.
    Joined(K::Value),
}

impl<K: Keeper> SharedKeeper<K> {
    pub(crate) fn new(keeper: K) -> Self {
        Self { keeper: Mutex::new(keeper), ended: Notify::new() }
    }

    /// Locks the keeper. Ignores that a mutex is poisoned, because a panic leaves the keeper intact.
    pub(crate) fn lock(&self) -> MutexGuard<'_, K> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a task: starts a job for the task, or waits for another caller's job. The job runs in a separate
    /// tokio task. If the caller drops its future, the job continues.
    pub(crate) async fn run<T: Send + 'static, Driving>(
        self: &Arc<Self>,
        task: impl Fn() -> K::Task + Send + Sync,
        drive: impl FnOnce(Driver<K>) -> Driving + Send,
    ) -> Result<Ran<K, T>, Error>
    where
        Driving: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let arrival = Stopwatch::start();
        let since = self.lock().newest_job();
        let mut joined = None;
        loop {
            let mut ended = pin!(self.ended.notified());
            // This call listens for the notification before it asks the keeper, so that it cannot miss the
            // end of a job.
            ended.as_mut().enable();
            let admission = {
                let mut keeper = self.lock();
                if let Some(result) = joined.and_then(|job| keeper.result(job)) {
                    return result.map(Ran::Joined);
                }
                keeper.begin(task(), since)
            };
            joined = if let Admission::Join(job) = admission { Some(job) } else { None };
            match admission {
                Admission::Drive => {
                    // The driver is created before the tokio task. If the tokio task never runs, the driver
                    // is dropped and still wakes all callers.
                    let driver = Driver { keeper: Arc::clone(self), waited: arrival.elapsed(), is_finished: false };
                    let driven = tokio::spawn(drive(driver)).await;
                    let not_finished = |error| Err(NotReached::new(true, Arc::new(join_failure(&error))).into());
                    return driven.unwrap_or_else(not_finished).map(Ran::Driven);
                }
                Admission::Wait | Admission::Join(_) => {
                    if let Some(valid) = self.wait(ended, &task).await {
                        return Ok(Ran::Joined(valid));
                    }
                }
            }
        }
    }

    /// Waits until the running job ends, or until [`SHORT_LOCK_WAIT`] has passed. If the job is still running
    /// after this time, returns the valid value that the caller may use until the job ends, or `None` if
    /// there is no such value.
    async fn wait(&self, ended: Pin<&mut Notified<'_>>, task: impl Fn() -> K::Task) -> Option<K::Value> {
        match timeout(SHORT_LOCK_WAIT, ended).await {
            Ok(()) => None,
            Err(_) => self.lock().valid_meanwhile(&task(), now()),
        }
    }
}

/// Runs one job of a keeper. When the driver is dropped, it wakes all waiting callers. If a store or a
/// transport panics, or if the runtime is shut down, the job does not finish. In these cases, the driver
/// abandons the job before it wakes the callers.
pub(crate) struct Driver<K: Keeper> {
    keeper: Arc<SharedKeeper<K>>,
    /// The time that the caller has already waited for other jobs.
    waited: Duration,
    is_finished: bool,
}

impl<K: Keeper + Send> Driver<K> {
    /// Runs the job until the job ends.
    pub(crate) async fn drive(
        mut self,
        resources: Resources<'_>,
        input: impl Future<Output = Result<K::Input, Error>> + Send,
    ) -> Result<K::Output, Error> {
        let input = input.await;
        let output = drive(resources, self.waited, input, |event| self.keeper.lock().step(now(), event)).await?;
        self.is_finished = true;
        Ok(output)
    }
}

/// Runs a job until the job ends: performs each step, and passes the step's result to the job as the next
/// event. Releases the store's locks when the job ends.
pub(crate) async fn drive<Input, Output>(
    resources: Resources<'_>,
    mut waited: Duration,
    input: Result<Input, Error>,
    mut step: impl FnMut(KeeperEvent<Input>) -> Result<KeeperStep<Output>, Error> + Send,
) -> Result<Output, Error> {
    let Resources { store, transport, compute_pool } = resources;
    let mut locks = Vec::new();
    let mut event = KeeperEvent::Start(input);
    loop {
        let next = step(event)?;
        event = match next {
            KeeperStep::Lock { key, max_wait } => {
                let locked = store.lock(&key, max_wait.saturating_sub(mem::take(&mut waited))).await;
                KeeperEvent::Locked(locked.map(|lock| locks.push(lock)).map_err(cause))
            }
            KeeperStep::Load(key) => KeeperEvent::Loaded(store.load(&key).await.map_err(cause)),
            KeeperStep::Save(key, record) => KeeperEvent::Stored(store.save(&key, &record).await.map_err(cause)),
            KeeperStep::Remove(key) => KeeperEvent::Stored(store.remove(&key).await.map_err(cause)),
            KeeperStep::Send(request) => KeeperEvent::Flow(Event::Sent(exchange(transport, &request).await)),
            KeeperStep::Wait(backoff) => {
                sleep(jittered(backoff)).await;
                KeeperEvent::Flow(Event::Woke)
            }
            KeeperStep::Compute(computation) => {
                KeeperEvent::Computed(compute_pool.compute(move || computation.run()).await?)
            }
            KeeperStep::Done(output) => return Ok(*output),
        };
    }
}

impl<K: Keeper> Drop for Driver<K> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.keeper.lock().abandon(Arc::new(io::Error::other("the job was abandoned before its end; try again")));
        }
        self.keeper.ended.notify_waiters();
    }
}

fn cause(error: io::Error) -> Cause {
    Arc::new(error)
}

pub(crate) fn store_error(error: io::Error) -> Error {
    Error::Store(cause(error))
}
