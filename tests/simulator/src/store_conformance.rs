//! What every store of sessions must do, for tests of stores of one's own.
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
use cognito_core::storage::Record;
use tokio::runtime::{Builder, Runtime};

/// How long it is watched that a lock is not given twice.
const WATCHED: Duration = Duration::from_millis(200);
/// How long it may take until a lock that is free is given.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs an empty store of the blocking adapter through everything that a store must do. It leaves records behind.
///
/// # Errors
/// What the store does not do, for people to read.
pub fn check_store(store: &dyn Store) -> Result<(), String> {
    records_stay_until_they_are_replaced_or_removed(store)?;
    keys_are_told_apart(store)?;
    writers_lose_nothing_of_each_others(store)?;
    one_at_a_time_has_the_lock(store)?;
    two_keys_can_be_locked_at_once(store)?;
    a_lock_hinders_no_other_method(store)?;
    a_lock_can_be_dropped_on_another_thread(store)
}

/// As [`check_store`], for a store of the tokio adapter. It makes a runtime of its own, and so is not to be called within
/// one.
///
/// # Errors
/// What the store does not do, for people to read; or that there is no runtime to be had.
pub fn check_async_store(store: impl cognito_tokio::Store) -> Result<(), String> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    check_store(&Waiting { store, runtime })
}

/// An asynchronous store whose callers wait.
struct Waiting<S> {
    store: S,
    runtime: Runtime,
}

impl<S: cognito_tokio::Store> Store for Waiting<S> {
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

    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        self.runtime.block_on(self.store.lock(key))
    }
}

fn record(text: &str) -> Record {
    Record::new(text.as_bytes().to_vec())
}

/// The result of a method that must not fail.
fn done<T>(what: &str, result: io::Result<T>) -> Result<T, String> {
    result.map_err(|error| format!("{what} fails: {error}"))
}

fn expect<T: PartialEq + Debug>(rule: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{rule}: there is {found:?} in place of {expected:?}")) }
}

fn loads(store: &dyn Store, rule: &str, key: &str, expected: Option<Record>) -> Result<(), String> {
    expect(rule, &done("load", store.load(key))?, &expected)
}

fn records_stay_until_they_are_replaced_or_removed(store: &dyn Store) -> Result<(), String> {
    expect("a new store has no keys", &done("keys", store.keys())?, &Vec::new())?;
    loads(store, "nothing is under a new key", "a", None)?;
    for bytes in [b"one".to_vec(), vec![0, 255, 10], Vec::new(), vec![7; 1 << 20], b"two".to_vec()] {
        done("save", store.save("a", &Record::new(bytes.clone())))?;
        loads(store, "what was saved last is loaded", "a", Some(Record::new(bytes)))?;
    }
    done("save", store.save("b", &record("b")))?;
    expect("keys are all of them, sorted", &done("keys", store.keys())?, &vec!["a".to_owned(), "b".to_owned()])?;
    done("remove", store.remove("a"))?;
    loads(store, "what was removed is gone", "a", None)?;
    done("remove of what is not there", store.remove("a"))?;
    loads(store, "what was not removed is there", "b", Some(record("b")))?;
    done("remove", store.remove("b"))
}

fn keys_are_told_apart(store: &dyn Store) -> Result<(), String> {
    // Keys of the forms that there are, in sorted order.
    let keys = ["pool_1/client", "pool_1/client//devices", "pool_1/client/a%2Fb", "pool_1/client/alice"];
    for key in keys {
        done("save", store.save(key, &record(key)))?;
    }
    for key in keys {
        loads(store, "each key has its own record", key, Some(record(key)))?;
    }
    expect("keys come back as they were", &done("keys", store.keys())?, &keys.map(str::to_owned).to_vec())?;
    keys.iter().try_for_each(|key| done("remove", store.remove(key)))
}

fn writers_lose_nothing_of_each_others(store: &dyn Store) -> Result<(), String> {
    let keys: Vec<String> = (0..8).map(|number| format!("writer {number}")).collect();
    thread::scope(|scope| {
        let writers: Vec<_> =
            keys.iter().map(|key| scope.spawn(|| done("save", store.save(key, &record(key))))).collect();
        writers.into_iter().try_for_each(|writer| writer.join().map_err(|_| "save panics".to_owned())?)
    })?;
    for key in &keys {
        loads(store, "writers at the same time lose nothing of each other's", key, Some(record(key)))?;
    }
    keys.iter().try_for_each(|key| done("remove", store.remove(key)))
}

fn one_at_a_time_has_the_lock(store: &dyn Store) -> Result<(), String> {
    let held = done("lock", store.lock("a"))?;
    let (tell, told) = channel();
    thread::scope(|scope| {
        scope.spawn(move || tell.send(store.lock("a").map(drop)));
        let early = told.recv_timeout(WATCHED).is_ok();
        drop(held);
        if early {
            return Err("two have the lock on one key".to_owned());
        }
        let given = told.recv_timeout(PATIENCE).map_err(|_| "a lock that was dropped is not given again".to_owned())?;
        done("lock", given)
    })
}

fn two_keys_can_be_locked_at_once(store: &dyn Store) -> Result<(), String> {
    let _one = done("lock", store.lock("a"))?;
    let (tell, told) = channel();
    thread::scope(|scope| {
        scope.spawn(move || tell.send(store.lock("b").map(drop)));
        let given = told.recv_timeout(PATIENCE).map_err(|_| "a lock on one key hinders one on another".to_owned())?;
        done("lock of a second key", given)
    })
}

fn a_lock_hinders_no_other_method(store: &dyn Store) -> Result<(), String> {
    let _held = done("lock", store.lock("a"))?;
    let (tell, told) = channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let all = store.save("a", &record("one")).and_then(|()| store.load("a")).and_then(|_| store.keys());
            let _ = tell.send(all.and_then(|_| store.remove("a")));
        });
        let used = told.recv_timeout(PATIENCE).map_err(|_| "a lock hinders those who read or write".to_owned())?;
        done("a method under a lock", used)
    })
}

fn a_lock_can_be_dropped_on_another_thread(store: &dyn Store) -> Result<(), String> {
    let held = done("lock", store.lock("a"))?;
    thread::spawn(move || drop(held)).join().map_err(|_| "dropping a lock on another thread panics".to_owned())?;
    done("lock", store.lock("a")).map(drop)
}
