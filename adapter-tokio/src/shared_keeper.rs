//! Drives a keeper, once for all tasks that ask.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cognito_core::adapter::{jittered, now};
use cognito_core::error::NotReached;
use cognito_core::{Admission, Cause, Error, Event, Keeper, KeeperEvent, KeeperStep};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::run::{Arithmetic, exchange, given_up};
use crate::{Store, Transport};

/// A keeper, and the way to wait for its jobs.
pub(crate) struct SharedKeeper<K> {
    keeper: Mutex<K>,
    ended: Notify,
}

/// What a job needs from outside.
pub(crate) struct World<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) transport: &'a dyn Transport,
    pub(crate) arithmetic: &'a Arithmetic,
}

/// What came of a task.
pub(crate) enum Ran<K: Keeper, T> {
    /// The caller drove the job to its end.
    Driven(T),
    /// Another caller did.
    Joined(K::Value),
}

impl<K: Keeper> SharedKeeper<K> {
    pub(crate) fn new(keeper: K) -> Self {
        Self { keeper: Mutex::new(keeper), ended: Notify::new() }
    }

    /// The keeper. A panic elsewhere leaves it intact.
    pub(crate) fn lock(&self) -> MutexGuard<'_, K> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a task: drives its job, in a tokio task of its own that continues when the caller is dropped; or
    /// waits for the caller that does.
    pub(crate) async fn run<T: Send + 'static, Driving>(
        self: &Arc<Self>,
        task: impl Fn() -> K::Task + Send + Sync,
        drive: impl FnOnce(Driver<K>) -> Driving + Send,
    ) -> Result<Ran<K, T>, Error>
    where
        Driving: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let since = self.lock().newest_job();
        loop {
            let mut ended = pin!(self.ended.notified());
            // From here on no end is missed.
            ended.as_mut().enable();
            let admission = self.lock().begin(task(), since);
            match admission {
                Admission::Drive => {
                    // Made before the task, which may never run.
                    let driver = Driver { keeper: Arc::clone(self), is_over: false };
                    let driven = tokio::spawn(drive(driver)).await;
                    let given_up = |error| Err(NotReached::new(true, Arc::new(given_up(&error))).into());
                    return driven.unwrap_or_else(given_up).map(Ran::Driven);
                }
                Admission::Wait => ended.await,
                Admission::Join(job) => loop {
                    if let Some(result) = self.lock().result(job) {
                        return result.map(Ran::Joined);
                    }
                    ended.as_mut().await;
                    ended.set(self.ended.notified());
                    ended.as_mut().enable();
                },
            }
        }
    }
}

/// Drives a keeper's job. When it is dropped it wakes everybody who waits, even if the job has not come to
/// its end: a store or a transport has panicked, or the runtime has ended.
pub(crate) struct Driver<K: Keeper> {
    keeper: Arc<SharedKeeper<K>>,
    is_over: bool,
}

impl<K: Keeper + Send> Driver<K> {
    /// Drives the job to its end.
    pub(crate) async fn drive(
        mut self,
        world: World<'_>,
        input: impl Future<Output = Result<K::Input, Error>> + Send,
    ) -> Result<K::Output, Error> {
        let input = input.await;
        let output = drive(world, input, |event| self.keeper.lock().step(now(), event)).await?;
        self.is_over = true;
        Ok(output)
    }
}

/// Drives a job to its end: does what each step asks. The locks are released at the end.
pub(crate) async fn drive<Input, Output>(
    world: World<'_>,
    input: Result<Input, Error>,
    mut step: impl FnMut(KeeperEvent<Input>) -> Result<KeeperStep<Output>, Error> + Send,
) -> Result<Output, Error> {
    let World { store, transport, arithmetic } = world;
    let mut locks = Vec::new();
    let mut event = KeeperEvent::Start(input);
    loop {
        let next = step(event)?;
        event = match next {
            KeeperStep::Lock(key) => {
                let locked = store.lock(&key).await;
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
                KeeperEvent::Computed(arithmetic.compute(move || computation.run()).await?)
            }
            KeeperStep::Done(output) => return Ok(*output),
        };
    }
}

impl<K: Keeper> Drop for Driver<K> {
    fn drop(&mut self) {
        if !self.is_over {
            self.keeper.lock().abandon(Arc::new(io::Error::other("the job was given up before its end")));
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
