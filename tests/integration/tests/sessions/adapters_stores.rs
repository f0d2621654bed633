//! The check of stores: the stores of the tokio adapter pass the check, and flawed stores fail it.

use std::io;
use std::time::Duration;

use cognito_blocking::adapter::Stopwatch;
use cognito_blocking::storage::Record;
use cognito_blocking::{MemoryStore, Store, StoreLock};
use cognito_integration_tests::support::files::session_file;
use cognito_testkit::{check_async_store, check_store};

#[test]
fn the_asynchronous_stores_obey_every_rule_for_stores() {
    check_async_store(cognito_tokio::MemoryStore::new()).unwrap();
    check_async_store(cognito_tokio::FileStore::new(session_file("asynchronous_store"))).unwrap();
}

#[tokio::test]
async fn a_thousand_lock_waiters_leave_the_holder_a_thread() {
    use cognito_tokio::Store as _;
    let store = std::sync::Arc::new(cognito_tokio::MemoryStore::new());
    let lock = store.lock("key", Duration::from_secs(30)).await.unwrap();
    let waiting: Vec<_> = (0..1000)
        .map(|_| {
            let store = std::sync::Arc::clone(&store);
            tokio::spawn(async move { store.lock("key", Duration::from_secs(30)).await.map(drop) })
        })
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;

    let record = Record::new(b"record".to_vec());
    let saved = store.save("key", &record);
    tokio::time::timeout(std::time::Duration::from_secs(30), saved).await.expect("a thread must be free").unwrap();
    drop(lock);
    for waited in waiting {
        waited.await.unwrap().unwrap();
    }
}

/// The way in which a store breaks the rules for stores.
/// Regression: a thread waited for the lock, and the program could not end before the thread did.
#[test]
fn a_tokio_program_ends_although_it_waits_for_a_lock() {
    use cognito_tokio::Store as _;
    let path = session_file("program_ends");
    let held = cognito_blocking::FileStore::new(&path).lock("other", Duration::ZERO).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let start = Stopwatch::start();
    runtime.block_on(async {
        let store = cognito_tokio::FileStore::new(&path);
        let lock = store.lock("a", Duration::from_secs(60));
        assert!(tokio::time::timeout(Duration::from_millis(300), lock).await.is_err());
    });
    drop(runtime);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    drop(held);
}

/// Regression: the tasks waited one after the other, each for the whole time.
#[tokio::test]
async fn tasks_that_wait_for_a_lock_give_up_at_the_same_time() {
    use cognito_tokio::Store as _;
    let max_wait = Duration::from_millis(500);
    let path = session_file("give_up");
    let held = cognito_blocking::FileStore::new(&path).lock("other", Duration::ZERO).unwrap();
    let store = std::sync::Arc::new(cognito_tokio::FileStore::new(&path));
    let start = Stopwatch::start();
    let waiting: Vec<_> = ["a", "b", "c", "c"]
        .into_iter()
        .map(|key| {
            let store = std::sync::Arc::clone(&store);
            tokio::spawn(async move { store.lock(key, max_wait).await.map(drop).unwrap_err().kind() })
        })
        .collect();
    for waited in waiting {
        assert_eq!(waited.await.unwrap(), io::ErrorKind::TimedOut);
    }
    assert!(start.elapsed() >= max_wait && start.elapsed() < 2 * max_wait, "{:?}", start.elapsed());
    drop(held);
    store.lock("a", Duration::ZERO).await.unwrap();
}

#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    KeepsRemovedRecords,
    TruncatesKeys,
    NeverLocks,
    DropsZeroBytes,
    WaitsTooLong,
}

struct FlawedStore(MemoryStore, Flaw);

impl FlawedStore {
    fn key<'a>(&self, key: &'a str) -> &'a str {
        if self.1 == Flaw::TruncatesKeys { key.split('/').next().unwrap() } else { key }
    }
}

impl Store for FlawedStore {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        self.0.load(self.key(key))
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        let mut bytes = record.as_bytes().to_vec();
        if self.1 == Flaw::DropsZeroBytes {
            bytes.retain(|byte| *byte != 0);
        }
        self.0.save(self.key(key), &Record::new(bytes))
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        if self.1 == Flaw::KeepsRemovedRecords { Ok(()) } else { self.0.remove(self.key(key)) }
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.0.keys()
    }

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        let max_wait = if self.1 == Flaw::WaitsTooLong { Duration::from_secs(60) } else { max_wait };
        if self.1 == Flaw::NeverLocks { Ok(Box::new(())) } else { self.0.lock(key, max_wait) }
    }
}

#[test]
fn the_check_detects_each_flaw_of_a_store() {
    for (flaw, rule) in [
        (Flaw::KeepsRemovedRecords, "a removed record is absent"),
        (Flaw::TruncatesKeys, "each key has its own record"),
        (Flaw::NeverLocks, "two callers hold the lock on one key"),
        (Flaw::DropsZeroBytes, "load returns the record that was saved last"),
        (Flaw::WaitsTooLong, "lock waits for longer than the maximum wait"),
    ] {
        let error = check_store(&FlawedStore(MemoryStore::new(), flaw)).unwrap_err();
        assert!(error.starts_with(rule), "{error}");
    }
}
