//! Conformance tests for session stores.
//!
//! ```
//! cognito_testkit::check_store(&cognito_blocking::MemoryStore::new())?;
//! cognito_testkit::check_async_store(cognito_tokio::MemoryStore::new())?;
//! # Ok::<(), String>(())
//! ```

use std::fmt::Debug;
use std::io;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use cognito_blocking::{Store, StoreLock};
use cognito_core::adapter::Stopwatch;
use cognito_core::storage::Record;
use tokio::runtime::{Builder, Runtime};

/// How long a test waits to see that a lock is not held twice.
const OBSERVATION: Duration = Duration::from_millis(200);
/// How long a store may take to return a free lock.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Tests whether a store of the blocking adapter follows all rules for stores.
///
/// The store must be empty. After an error, the store may contain records of the test.
///
/// # Errors
/// The message says which rule the store violates.
pub fn check_store(store: &dyn Store) -> Result<(), String> {
    records_stay_until_they_are_replaced_or_removed(store)?;
    each_key_has_its_own_record(store)?;
    concurrent_writers_lose_no_record(store)?;
    a_lock_is_held_once_at_a_time(store)?;
    a_caller_waits_for_a_lock_no_longer_than_it_asked(store)?;
    two_keys_can_be_locked_at_the_same_time(store)?;
    a_lock_does_not_block_other_methods(store)?;
    a_lock_can_be_dropped_on_another_thread(store)
}

/// Tests a store of the tokio adapter like [`check_store`].
///
/// This function creates a tokio runtime, so it must not be called inside of a runtime.
///
/// # Errors
/// The message says which rule the store violates, or that the runtime cannot be created.
pub fn check_async_store(store: impl cognito_tokio::Store) -> Result<(), String> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot create a tokio runtime: {error}"))?;
    check_store(&BlockingStore { store, runtime })
}

/// A blocking store that waits for the futures of an asynchronous store.
struct BlockingStore<S> {
    store: S,
    runtime: Runtime,
}

impl<S: cognito_tokio::Store> Store for BlockingStore<S> {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        self.runtime.block_on(self.store.load(key))
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        self.runtime.block_on(self.store.save(key, record))
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        self.runtime.block_on(self.store.remove(key))
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.runtime.block_on(self.store.keys())
    }

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        self.runtime.block_on(self.store.lock(key, max_wait))
    }
}

fn record(text: &str) -> Record {
    Record::new(text.as_bytes().to_vec())
}

/// Returns the result of a store method that must not fail.
fn succeeds<T>(method: &str, result: io::Result<T>) -> Result<T, String> {
    result.map_err(|error| format!("{method} fails: {error}"))
}

fn expect<T: PartialEq + Debug>(rule: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{rule}: expected {expected:?}, found {found:?}")) }
}

fn loads(store: &dyn Store, rule: &str, key: &str, expected: Option<Record>) -> Result<(), String> {
    expect(rule, &succeeds("load", store.load(key))?, &expected)
}

fn records_stay_until_they_are_replaced_or_removed(store: &dyn Store) -> Result<(), String> {
    expect("a new store has no keys", &succeeds("keys", store.keys())?, &Vec::new())?;
    loads(store, "a new key has no record", "a", None)?;
    for bytes in [b"one".to_vec(), vec![0, 255, 10], Vec::new(), vec![7; 1 << 20], b"two".to_vec()] {
        succeeds("save", store.save("a", &Record::new(bytes.clone())))?;
        loads(store, "load returns the record that was saved last", "a", Some(Record::new(bytes)))?;
    }
    succeeds("save", store.save("b", &record("b")))?;
    expect("keys returns all keys, sorted", &succeeds("keys", store.keys())?, &vec!["a".to_owned(), "b".to_owned()])?;
    succeeds("remove", store.remove("a"))?;
    loads(store, "a removed record is absent", "a", None)?;
    succeeds("remove of an absent record", store.remove("a"))?;
    loads(store, "remove leaves the records of other keys", "b", Some(record("b")))?;
    succeeds("remove", store.remove("b"))
}

fn each_key_has_its_own_record(store: &dyn Store) -> Result<(), String> {
    // The forms of keys that the adapters use, sorted.
    let keys = ["pool_1/client", "pool_1/client//devices", "pool_1/client/a%2Fb", "pool_1/client/alice"];
    for key in keys {
        succeeds("save", store.save(key, &record(key)))?;
    }
    for key in keys {
        loads(store, "each key has its own record", key, Some(record(key)))?;
    }
    expect("keys returns each key unchanged", &succeeds("keys", store.keys())?, &keys.map(str::to_owned).to_vec())?;
    keys.iter().try_for_each(|key| succeeds("remove", store.remove(key)))
}

fn concurrent_writers_lose_no_record(store: &dyn Store) -> Result<(), String> {
    let keys: Vec<String> = (0..8).map(|number| format!("writer {number}")).collect();
    thread::scope(|scope| {
        let writers: Vec<_> =
            keys.iter().map(|key| scope.spawn(|| succeeds("save", store.save(key, &record(key))))).collect();
        writers.into_iter().try_for_each(|writer| writer.join().map_err(|_| "save panics".to_owned())?)
    })?;
    for key in &keys {
        loads(store, "concurrent writers lose no record", key, Some(record(key)))?;
    }
    keys.iter().try_for_each(|key| succeeds("remove", store.remove(key)))
}

fn a_lock_is_held_once_at_a_time(store: &dyn Store) -> Result<(), String> {
    let held = succeeds("lock", store.lock("a", TIMEOUT))?;
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        scope.spawn(move || sender.send(store.lock("a", TIMEOUT).map(drop)));
        let is_locked_twice = receiver.recv_timeout(OBSERVATION).is_ok();
        drop(held);
        if is_locked_twice {
            return Err("two callers hold the lock on one key".to_owned());
        }
        let locked = receiver
            .recv_timeout(TIMEOUT)
            .map_err(|_| "a lock cannot be taken again after it was dropped".to_owned())?;
        succeeds("lock", locked)
    })
}

fn a_caller_waits_for_a_lock_no_longer_than_it_asked(store: &dyn Store) -> Result<(), String> {
    let mut held = Some(succeeds("lock", store.lock("a", TIMEOUT))?);
    for max_wait in [Duration::ZERO, OBSERVATION] {
        let (sender, receiver) = channel();
        let start = Stopwatch::start();
        thread::scope(|scope| {
            scope.spawn(move || sender.send(store.lock("a", max_wait).map(drop).map_err(|error| error.kind())));
            let result = receiver.recv_timeout(max_wait + TIMEOUT / 10);
            if result.is_err() {
                held = None;
                return Err(format!("lock waits for longer than the maximum wait, {max_wait:?}"));
            }
            let rule = "lock fails with the kind TimedOut after the maximum wait";
            expect(rule, &result, &Ok(Err(io::ErrorKind::TimedOut)))?;
            expect("lock waits for the maximum wait", &(start.elapsed() >= max_wait), &true)
        })?;
    }
    drop(held);
    succeeds("lock without waiting, after the lock was dropped", store.lock("a", Duration::ZERO)).map(drop)
}

fn two_keys_can_be_locked_at_the_same_time(store: &dyn Store) -> Result<(), String> {
    let _one = succeeds("lock", store.lock("a", TIMEOUT))?;
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        scope.spawn(move || sender.send(store.lock("b", TIMEOUT).map(drop)));
        let locked = receiver
            .recv_timeout(TIMEOUT)
            .map_err(|_| "a lock on one key blocks the lock on another key".to_owned())?;
        succeeds("lock of a second key", locked)
    })
}

fn a_lock_does_not_block_other_methods(store: &dyn Store) -> Result<(), String> {
    let _held = succeeds("lock", store.lock("a", TIMEOUT))?;
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let all = store.save("a", &record("one")).and_then(|()| store.load("a")).and_then(|_| store.keys());
            let _ = sender.send(all.and_then(|_| store.remove("a")));
        });
        let used =
            receiver.recv_timeout(TIMEOUT).map_err(|_| "a lock blocks the other methods of the store".to_owned())?;
        succeeds("a method under a lock", used)
    })
}

fn a_lock_can_be_dropped_on_another_thread(store: &dyn Store) -> Result<(), String> {
    let held = succeeds("lock", store.lock("a", TIMEOUT))?;
    thread::spawn(move || drop(held)).join().map_err(|_| "dropping a lock on another thread panics".to_owned())?;
    succeeds("lock", store.lock("a", TIMEOUT)).map(drop)
}
