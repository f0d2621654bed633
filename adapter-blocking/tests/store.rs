//! Tests the contract of `Store` with both stores of this crate, and the additional guarantees of
//! `FileStore`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use cognito_blocking::storage::Record;
use cognito_blocking::{FileStore, MemoryStore, Store};
use cognito_testkit::check_store;

fn record(text: &str) -> Record {
    Record::new(text.as_bytes().to_vec())
}

/// Creates an empty folder for one test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn both_stores_fulfil_the_contract_of_a_store() {
    check_store(&MemoryStore::new()).unwrap();
    check_store(&FileStore::new(folder("conformance").join("sessions.json"))).unwrap();
}

#[test]
fn a_lock_may_outlive_its_store() {
    let store = MemoryStore::new();
    let lock = store.lock("a").unwrap();
    drop(store);
    drop(lock);
}

#[test]
fn locks_in_memory_on_two_keys_do_not_exclude_each_other() {
    let store = MemoryStore::new();
    let _one = store.lock("a").unwrap();
    let _other = store.lock("b").unwrap();
}

#[test]
fn locks_on_two_keys_of_one_file_do_not_exclude_each_other() {
    let store = FileStore::new(folder("two_keys").join("sessions.json"));
    let one = store.lock("a").unwrap();
    let (sender, receiver) = channel();
    let clone = store.clone();
    // A credentials job locks the guest's key while it holds the lock on the user's key.
    thread::spawn(move || sender.send(clone.lock("b").map(drop)));
    receiver.recv_timeout(Duration::from_secs(10)).unwrap().unwrap();
    drop(one);
}

#[test]
fn another_store_gets_the_file_after_the_last_lock_is_dropped() {
    let path = folder("last_lock").join("sessions.json");
    let (store, other) = (FileStore::new(&path), FileStore::new(&path));
    let (one, two) = (store.lock("a").unwrap(), store.lock("b").unwrap());
    drop(one);
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        scope.spawn(|| sender.send(other.lock("c").map(drop)).unwrap());
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err());
        drop(two);
        receiver.recv_timeout(Duration::from_secs(10)).unwrap().unwrap();
    });
}

#[test]
fn a_lock_on_a_file_excludes_other_stores_on_the_same_file() {
    let path = folder("two_stores").join("sessions.json");
    let (one, other) = (FileStore::new(&path), FileStore::new(&path));
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        let lock = one.lock("a").unwrap();
        one.save("a", &record("one")).unwrap();
        scope.spawn(|| {
            let _lock = other.lock("a").unwrap();
            sender.send(other.load("a").unwrap()).unwrap();
        });
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err());
        one.save("a", &record("two")).unwrap();
        drop(lock);
        assert_eq!(receiver.recv_timeout(Duration::from_secs(10)).unwrap(), Some(record("two")));
    });
}

#[test]
fn concurrent_writers_of_one_file_keep_each_others_records() {
    let path = folder("writers").join("sessions.json");
    let keys: Vec<String> = (0..8).map(|number| number.to_string()).collect();
    thread::scope(|scope| {
        for key in &keys {
            scope.spawn(|| FileStore::new(&path).save(key, &record(key)).unwrap());
        }
    });
    assert_eq!(FileStore::new(&path).keys().unwrap(), keys);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let path = folder("mode").join("sessions.json");
    fs::write(&path, r#"{"version":1,"records":{}}"#).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let store = FileStore::new(&path);
    store.save("a", &record("secret")).unwrap();
    drop(store.lock("a").unwrap());
    for name in ["sessions.json", "sessions.json.lock", "sessions.json.refresh"] {
        assert_eq!(fs::metadata(path.with_file_name(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn an_invalid_file_is_reported_and_never_overwritten() {
    for invalid in ["", "{", "[]", r#"{"version":2,"records":{}}"#, r#"{"version":1,"records":{"a":7}}"#] {
        let path = folder("broken").join("sessions.json");
        fs::write(&path, invalid).unwrap();
        let store = FileStore::new(&path);
        let error = store.load("a").unwrap_err();
        assert!(error.to_string().contains("sessions.json"), "{error}");
        store.save("a", &record("one")).unwrap_err();
        store.remove("a").unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), invalid);
    }
}

#[test]
fn a_failed_write_leaves_the_old_records() {
    let path = folder("full").join("sessions.json");
    let store = FileStore::new(&path);
    store.save("a", &record("one")).unwrap();
    // A folder with the name of the temporary file makes the write fail.
    fs::create_dir(path.with_file_name("sessions.json.new")).unwrap();
    store.save("a", &record("two")).unwrap_err();
    store.remove("a").unwrap_err();
    assert_eq!(store.load("a").unwrap(), Some(record("one")));
}

#[test]
fn the_temporary_file_of_a_process_that_died_is_replaced() {
    let path = folder("died").join("sessions.json");
    fs::write(path.with_file_name("sessions.json.new"), "half a fi").unwrap();
    let store = FileStore::new(&path);
    store.save("a", &record("one")).unwrap();
    assert_eq!(store.load("a").unwrap(), Some(record("one")));
    assert!(!path.with_file_name("sessions.json.new").exists());
}

#[test]
fn an_absent_folder_is_an_error_that_names_it() {
    let store = FileStore::new(folder("nowhere").join("missing/sessions.json"));
    let Err(error) = store.lock("a").map(|_| ()) else { panic!() };
    assert!(error.to_string().contains("missing"), "{error}");
}
