//! Drives a keeper, once for however many tasks ask.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cognito_core::adapter::{jittered, now};
use cognito_core::error::NotReached;
use cognito_core::{Begin, Cause, Error, Event, Keeper, KeeperEvent, KeeperStep};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::run::{exchange, given_up};
use crate::{Store, Transport};

/// A keeper, and the way to wait for what it does.
pub(crate) struct Keeping<K> {
    keeper: Mutex<K>,
    ended: Notify,
}

impl<K: Keeper> Keeping<K> {
    pub(crate) fn new(keeper: K) -> Self {
        Self { keeper: Mutex::new(keeper), ended: Notify::new() }
    }

    /// The keeper. Whatever panics elsewhere leaves it whole.
    pub(crate) fn keeper(&self) -> MutexGuard<'_, K> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a task by driving, in a task of tokio's own that goes on when the caller is dropped; or waits for whoever does
    /// it and takes what came of it. Who stops waiting stops nothing.
    pub(crate) async fn work<T: Send + 'static, Driving>(
        self: &Arc<Self>,
        task: impl Fn() -> K::Task + Send + Sync,
        drive: impl FnOnce(Driver<K>) -> Driving + Send,
        joined: impl FnOnce(K::Kept) -> T + Send,
    ) -> Result<T, Error>
    where
        Driving: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let since = self.keeper().ticket();
        loop {
            let mut ended = pin!(self.ended.notified());
            // From here on no end is missed.
            ended.as_mut().enable();
            let begun = self.keeper().begin(task(), since);
            match begun {
                Begin::Drive => {
                    // Made before the task, which may never run.
                    let driver = Driver { keeping: Arc::clone(self), is_over: false };
                    let driven = tokio::spawn(drive(driver)).await;
                    return driven
                        .unwrap_or_else(|error| Err(NotReached::new(true, Arc::new(given_up(&error))).into()));
                }
                Begin::Wait => ended.await,
                Begin::Join(ticket) => loop {
                    if let Some(outcome) = self.keeper().outcome(ticket) {
                        return outcome.map(joined);
                    }
                    ended.as_mut().await;
                    ended.set(self.ended.notified());
                    ended.as_mut().enable();
                },
            }
        }
    }
}

/// Whoever is to do a keeper's work. When it is dropped it wakes those who wait, also when the work has not come to its end:
/// because a store or a transport has panicked, or there is no runtime, or no more.
pub(crate) struct Driver<K: Keeper> {
    keeping: Arc<Keeping<K>>,
    is_over: bool,
}

impl<K: Keeper> Driver<K> {
    /// Drives the keeper to the end of its work.
    pub(crate) async fn drive(
        mut self,
        store: &dyn Store,
        transport: &dyn Transport,
        given: impl Future<Output = Result<K::Given, Error>> + Send,
    ) -> Result<K::End, Error> {
        let mut locks = Vec::new();
        let mut event = KeeperEvent::Start(given.await);
        loop {
            let step = self.keeping.keeper().step(now(), event)?;
            event = match step {
                KeeperStep::Lock(key) => {
                    let locked = store.lock(&key).await;
                    KeeperEvent::Locked(locked.map(|lock| locks.push(lock)).map_err(cause))
                }
                KeeperStep::Load(key) => KeeperEvent::Loaded(store.load(&key).await.map_err(cause)),
                KeeperStep::Save(key, record) => KeeperEvent::Stored(store.save(&key, &record).await.map_err(cause)),
                KeeperStep::Remove(key) => KeeperEvent::Stored(store.remove(&key).await.map_err(cause)),
                KeeperStep::Send(request) => KeeperEvent::Flow(exchange(transport, &request).await),
                KeeperStep::Wait(backoff) => {
                    sleep(jittered(backoff)).await;
                    KeeperEvent::Flow(Event::Woke)
                }
                KeeperStep::Done(end) => {
                    drop(locks);
                    self.is_over = true;
                    return Ok(*end);
                }
            };
        }
    }
}

impl<K: Keeper> Drop for Driver<K> {
    fn drop(&mut self) {
        if !self.is_over {
            self.keeping.keeper().abandon(Arc::new(io::Error::other("the work was given up half way")));
        }
        self.keeping.ended.notify_waiters();
    }
}

fn cause(error: io::Error) -> Cause {
    Arc::new(error)
}

pub(crate) fn failed(error: io::Error) -> Error {
    Error::Store(cause(error))
}
