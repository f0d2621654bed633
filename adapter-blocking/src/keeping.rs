//! Drives a keeper, once for however many threads ask.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;

use cognito_core::{Begin, Cause, Error, Event, Keeper, KeeperEvent, KeeperStep};

use crate::run::exchange;
use crate::{Store, Transport};
use cognito_core::adapter::{jittered, now};

/// A keeper, and the way to wait for what it does.
pub(crate) struct Keeping<K> {
    keeper: Mutex<K>,
    ended: Condvar,
}

impl<K: Keeper> Keeping<K> {
    pub(crate) fn new(keeper: K) -> Self {
        Self { keeper: Mutex::new(keeper), ended: Condvar::new() }
    }

    /// The keeper. Whatever panics elsewhere leaves it whole.
    pub(crate) fn keeper(&self) -> MutexGuard<'_, K> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a task by driving, or waits for whoever does it and takes what came of it.
    pub(crate) fn work<T>(
        &self,
        task: impl Fn() -> K::Task,
        drive: impl FnOnce() -> Result<T, Error>,
        joined: impl FnOnce(K::Kept) -> T,
    ) -> Result<T, Error> {
        let mut keeper = self.keeper();
        let since = keeper.ticket();
        loop {
            let begun = keeper.begin(task(), since);
            if begun == Begin::Drive {
                drop(keeper);
                return drive();
            }
            keeper = self.wait(keeper);
            if let Begin::Join(ticket) = begun {
                loop {
                    if let Some(outcome) = keeper.outcome(ticket) {
                        return outcome.map(joined);
                    }
                    keeper = self.wait(keeper);
                }
            }
        }
    }

    fn wait<'a>(&self, keeper: MutexGuard<'a, K>) -> MutexGuard<'a, K> {
        self.ended.wait(keeper).unwrap_or_else(PoisonError::into_inner)
    }

    /// Drives the keeper to the end of its work.
    pub(crate) fn drive(
        &self,
        store: &dyn Store,
        transport: &dyn Transport,
        given: impl FnOnce() -> Result<K::Given, Error>,
    ) -> Result<K::End, Error> {
        let mut waking = Waking { keeping: self, is_over: false };
        let mut locks = Vec::new();
        let mut event = KeeperEvent::Start(given());
        loop {
            let step = self.keeper().step(now(), event)?;
            event = match step {
                KeeperStep::Lock(key) => {
                    KeeperEvent::Locked(store.lock(&key).map(|lock| locks.push(lock)).map_err(cause))
                }
                KeeperStep::Load(key) => KeeperEvent::Loaded(store.load(&key).map_err(cause)),
                KeeperStep::Save(key, record) => KeeperEvent::Stored(store.save(&key, &record).map_err(cause)),
                KeeperStep::Remove(key) => KeeperEvent::Stored(store.remove(&key).map_err(cause)),
                KeeperStep::Send(request) => KeeperEvent::Flow(exchange(transport, &request)),
                KeeperStep::Wait(backoff) => {
                    sleep(jittered(backoff));
                    KeeperEvent::Flow(Event::Woke)
                }
                KeeperStep::Done(end) => {
                    waking.is_over = true;
                    drop(locks);
                    return Ok(*end);
                }
            };
        }
    }
}

/// Wakes those who wait when the work is over, also when that is because a store or a transport has panicked.
struct Waking<'a, K: Keeper> {
    keeping: &'a Keeping<K>,
    is_over: bool,
}

impl<K: Keeper> Drop for Waking<'_, K> {
    fn drop(&mut self) {
        if !self.is_over {
            self.keeping.keeper().abandon(Arc::new(io::Error::other("the work was given up half way")));
        }
        self.keeping.ended.notify_all();
    }
}

fn cause(error: io::Error) -> Cause {
    Arc::new(error)
}

pub(crate) fn failed(error: io::Error) -> Error {
    Error::Store(cause(error))
}
