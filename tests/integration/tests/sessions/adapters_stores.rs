//! The stores of the tokio adapter, and stores that do not do what a store must.

use std::io;

use cognito_blocking::storage::Record;
use cognito_blocking::{MemoryStore, Store, StoreLock};
use cognito_integration_tests::support::files::session_file;
use cognito_testkit::{check_async_store, check_store};

#[test]
fn the_asynchronous_stores_do_what_every_store_must() {
    check_async_store(cognito_tokio::MemoryStore::new()).unwrap();
    check_async_store(cognito_tokio::FileStore::new(session_file("asynchronous_store"))).unwrap();
}

#[tokio::test]
async fn a_thousand_who_wait_for_a_lock_leave_its_holder_a_thread() {
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
    tokio::time::timeout(std::time::Duration::from_secs(30), saved).await.expect("a thread is free").unwrap();
    drop(lock);
    for waited in waiting {
        waited.await.unwrap().unwrap();
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    KeepsWhatIsRemoved,
    ForgetsTheEndOfKeys,
    LocksNothing,
    LosesAByte,
}

struct Flawed(MemoryStore, Flaw);

impl Flawed {
    fn key<'a>(&self, key: &'a str) -> &'a str {
        if self.1 == Flaw::ForgetsTheEndOfKeys { key.split('/').next().unwrap() } else { key }
    }
}

impl Store for Flawed {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        self.0.load(self.key(key))
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        let mut bytes = record.as_bytes().to_vec();
        if self.1 == Flaw::LosesAByte {
            bytes.retain(|byte| *byte != 0);
        }
        self.0.save(self.key(key), &Record::new(bytes))
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        if self.1 == Flaw::KeepsWhatIsRemoved { Ok(()) } else { self.0.remove(self.key(key)) }
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.0.keys()
    }

    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        if self.1 == Flaw::LocksNothing { Ok(Box::new(())) } else { self.0.lock(key) }
    }
}

#[test]
fn a_store_with_a_flaw_is_told_of_it() {
    for (flaw, rule) in [
        (Flaw::KeepsWhatIsRemoved, "what was removed is gone"),
        (Flaw::ForgetsTheEndOfKeys, "each key has its own record"),
        (Flaw::LocksNothing, "two have the lock on one key"),
        (Flaw::LosesAByte, "what was saved last is loaded"),
    ] {
        let complaint = check_store(&Flawed(MemoryStore::new(), flaw)).unwrap_err();
        assert!(complaint.starts_with(rule), "{complaint}");
    }
}
