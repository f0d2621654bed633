//! Runs the jobs of a keeper. One thread runs a job, and all other callers wait for the result of the job.

use std::io;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use cognito_core::{Admission, Cause, Error, Event, Keeper, KeeperEvent, KeeperStep, SHORT_LOCK_WAIT};

use crate::run::exchange;
use crate::{Store, Transport};
use cognito_core::adapter::{Stopwatch, jittered, now};

/// A keeper that threads share. A thread waits on the condition variable until the running job ends.
pub(crate) struct SharedKeeper<K> {
    keeper: Mutex<K>,
    ended: Condvar,
}

/// The result of a task that a caller gave to a [`SharedKeeper`].
pub(crate) enum Ran<K: Keeper> {
    /// The output of a job that this caller ran.
    Driven(K::Output),
    /// The value from a job that another caller ran.
    Joined(K::Value),
}

impl<K: Keeper> SharedKeeper<K> {
    pub(crate) fn new(keeper: K) -> Self {
        Self { keeper: Mutex::new(keeper), ended: Condvar::new() }
    }

    /// Locks the keeper, even if the mutex is poisoned, because a panic leaves the keeper intact.
    pub(crate) fn lock(&self) -> MutexGuard<'_, K> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a task: runs the job of the task on this thread, or waits for the thread that runs the job.
    pub(crate) fn run(
        &self,
        task: impl Fn() -> K::Task,
        store: &dyn Store,
        transport: &dyn Transport,
        input: impl FnOnce() -> Result<K::Input, Error>,
    ) -> Result<Ran<K>, Error> {
        let arrival = Stopwatch::start();
        let mut keeper = self.lock();
        let since = keeper.newest_job();
        loop {
            let admission = keeper.begin(task(), since);
            if admission == Admission::Drive {
                drop(keeper);
                return self.drive(store, transport, arrival.elapsed(), input).map(Ran::Driven);
            }
            let (guard, valid) = self.wait(keeper, &task);
            if let Some(valid) = valid {
                return Ok(Ran::Joined(valid));
            }
            if let Admission::Join(job) = admission
                && let Some(result) = guard.result(job)
            {
                return result.map(Ran::Joined);
            }
            keeper = guard;
        }
    }

    /// Waits until the running job ends, or until [`SHORT_LOCK_WAIT`] has passed. If the time has passed and
    /// the keeper has a valid value, also returns this value.
    fn wait<'a>(&self, keeper: MutexGuard<'a, K>, task: impl Fn() -> K::Task) -> (MutexGuard<'a, K>, Option<K::Value>) {
        let waited = self.ended.wait_timeout(keeper, SHORT_LOCK_WAIT);
        let (keeper, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        let valid = if timeout.timed_out() { keeper.valid_meanwhile(&task(), now()) } else { None };
        (keeper, valid)
    }

    fn drive(
        &self,
        store: &dyn Store,
        transport: &dyn Transport,
        waited: Duration,
        input: impl FnOnce() -> Result<K::Input, Error>,
    ) -> Result<K::Output, Error> {
        let mut guard = WakeOnDrop { keeper: self, is_finished: false };
        let output = drive(store, transport, waited, input(), |event| self.lock().step(now(), event))?;
        guard.is_finished = true;
        Ok(output)
    }
}

/// Runs a job until the job ends: carries out each step, and passes the result of the step to the job as the
/// next event. Releases the store's locks when the job ends.
pub(crate) fn drive<Input, Output>(
    store: &dyn Store,
    transport: &dyn Transport,
    mut waited: Duration,
    input: Result<Input, Error>,
    mut step: impl FnMut(KeeperEvent<Input>) -> Result<KeeperStep<Output>, Error>,
) -> Result<Output, Error> {
    let mut locks = Vec::new();
    let mut event = KeeperEvent::Start(input);
    loop {
        event = match step(event)? {
            KeeperStep::Lock { key, max_wait } => {
                let locked = store.lock(&key, max_wait.saturating_sub(mem::take(&mut waited)));
                KeeperEvent::Locked(locked.map(|lock| locks.push(lock)).map_err(cause))
            }
            KeeperStep::Load(key) => KeeperEvent::Loaded(store.load(&key).map_err(cause)),
            KeeperStep::Save(key, record) => KeeperEvent::Stored(store.save(&key, &record).map_err(cause)),
            KeeperStep::Remove(key) => KeeperEvent::Stored(store.remove(&key).map_err(cause)),
            KeeperStep::Send(request) => KeeperEvent::Flow(Event::Sent(exchange(transport, &request))),
            KeeperStep::Wait(backoff) => {
                sleep(jittered(backoff));
                KeeperEvent::Flow(Event::Woke)
            }
            KeeperStep::Compute(computation) => KeeperEvent::Computed(computation.run()),
            KeeperStep::Done(output) => return Ok(*output),
        };
    }
}

/// A guard that wakes all waiting callers when it is dropped, even if a store or a transport has panicked. If
/// the job has not finished, the guard abandons the job first.
struct WakeOnDrop<'a, K: Keeper> {
    keeper: &'a SharedKeeper<K>,
    is_finished: bool,
}

impl<K: Keeper> Drop for WakeOnDrop<'_, K> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.keeper.lock().abandon(Arc::new(io::Error::other("the job was abandoned before its end; try again")));
        }
        self.keeper.ended.notify_all();
    }
}

fn cause(error: io::Error) -> Cause {
    Arc::new(error)
}

pub(crate) fn store_error(error: io::Error) -> Error {
    Error::Store(cause(error))
}
