//! The check of stores: the stores of the tokio adapter pass the check, and flawed stores fail it.

use std::io;

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
    let lock = store.lock("key").await.unwrap();
    let waiting: Vec<_> = (0..1000)
        .map(|_| {
            let store = std::sync::Arc::clone(&store);
            tokio::spawn(async move { store.lock("key").await.map(drop) })
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
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    KeepsRemovedRecords,
    TruncatesKeys,
    NeverLocks,
    DropsZeroBytes,
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

    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        if self.1 == Flaw::NeverLocks { Ok(Box::new(())) } else { self.0.lock(key) }
    }
}

#[test]
fn the_check_detects_each_flaw_of_a_store() {
    for (flaw, rule) in [
        (Flaw::KeepsRemovedRecords, "a removed record is absent"),
        (Flaw::TruncatesKeys, "each key has its own record"),
        (Flaw::NeverLocks, "two callers hold the lock on one key"),
        (Flaw::DropsZeroBytes, "load returns the record that was saved last"),
    ] {
        let error = check_store(&FlawedStore(MemoryStore::new(), flaw)).unwrap_err();
        assert!(error.starts_with(rule), "{error}");
    }
}
