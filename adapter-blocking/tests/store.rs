//! Tests the contract of `Store` with both stores of this crate, and the additional guarantees of
//! `FileStore`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use cognito_blocking::adapter::Stopwatch;
use cognito_blocking::storage::Record;
use cognito_blocking::{FileStore, MemoryStore, Store};
use cognito_testkit::check_store;

const MAX_WAIT: Duration = Duration::from_secs(30);

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
    let lock = store.lock("a", MAX_WAIT).unwrap();
    drop(store);
    drop(lock);
}

#[test]
fn locks_in_memory_on_two_keys_do_not_exclude_each_other() {
    let store = MemoryStore::new();
    let _one = store.lock("a", MAX_WAIT).unwrap();
    let _other = store.lock("b", MAX_WAIT).unwrap();
}

#[test]
fn locks_on_two_keys_of_one_file_do_not_exclude_each_other() {
    let store = FileStore::new(folder("two_keys").join("sessions.json"));
    let one = store.lock("a", MAX_WAIT).unwrap();
    let (sender, receiver) = channel();
    let clone = store.clone();
    // A credentials job locks the guest's key while it holds the lock on the user's key.
    thread::spawn(move || sender.send(clone.lock("b", MAX_WAIT).map(drop)));
    receiver.recv_timeout(Duration::from_secs(10)).unwrap().unwrap();
    drop(one);
}

#[test]
fn another_store_gets_the_file_after_the_last_lock_is_dropped() {
    let path = folder("last_lock").join("sessions.json");
    let (store, other) = (FileStore::new(&path), FileStore::new(&path));
    let (one, two) = (store.lock("a", MAX_WAIT).unwrap(), store.lock("b", MAX_WAIT).unwrap());
    drop(one);
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        scope.spawn(|| sender.send(other.lock("c", MAX_WAIT).map(drop)).unwrap());
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
        let lock = one.lock("a", MAX_WAIT).unwrap();
        one.save("a", &record("one")).unwrap();
        scope.spawn(|| {
            let _lock = other.lock("a", MAX_WAIT).unwrap();
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
    drop(store.lock("a", MAX_WAIT).unwrap());
    for name in ["sessions.json", "sessions.json.lock", "sessions.json.refresh"] {
        assert_eq!(fs::metadata(path.with_file_name(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn an_invalid_file_is_reported_and_never_overwritten() {
    for invalid in [" ", "{", "[]", r#"{"version":2,"records":{}}"#, r#"{"version":1,"records":{"a":7}}"#] {
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
    // A folder with the name of the lock file makes the write fail.
    fs::remove_file(path.with_file_name("sessions.json.lock")).unwrap();
    fs::create_dir(path.with_file_name("sessions.json.lock")).unwrap();
    store.save("a", &record("two")).unwrap_err();
    store.remove("a").unwrap_err();
    assert_eq!(store.load("a").unwrap(), Some(record("one")));
}

#[test]
fn an_absent_folder_is_an_error_that_names_it() {
    let store = FileStore::new(folder("nowhere").join("missing/sessions.json"));
    let Err(error) = store.lock("a", MAX_WAIT).map(|_| ()) else { panic!() };
    assert!(error.to_string().contains("missing"), "{error}");
}

/// Regression: an empty file, which `mktemp` creates, was an error.
#[test]
fn an_empty_file_is_an_empty_store() {
    let path = folder("empty").join("sessions.json");
    fs::write(&path, "").unwrap();
    let store = FileStore::new(&path);
    assert_eq!((store.load("a").unwrap(), store.keys().unwrap()), (None, Vec::new()));
    store.remove("a").unwrap();
    store.save("a", &record("one")).unwrap();
    assert_eq!(store.load("a").unwrap(), Some(record("one")));
}

/// Regression: a program that only read created lock files.
#[test]
fn reading_creates_no_file() {
    let folder = folder("reading");
    let store = FileStore::new(folder.join("sessions.json"));
    assert_eq!((store.load("a").unwrap(), store.keys().unwrap()), (None, Vec::new()));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

/// Regression: the threads waited one after the other, each for the whole time.
#[test]
fn callers_of_different_keys_give_up_at_the_same_time() {
    const MAX_WAIT: Duration = Duration::from_millis(500);
    let path = folder("at_the_same_time").join("sessions.json");
    let _held = FileStore::new(&path).lock("other", MAX_WAIT).unwrap();
    let store = FileStore::new(&path);
    let start = Stopwatch::start();
    thread::scope(|scope| {
        for key in ["a", "b", "c", "c"] {
            scope.spawn(|| {
                let Err(error) = store.lock(key, MAX_WAIT).map(drop) else { panic!() };
                assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
            });
        }
    });
    let elapsed = start.elapsed();
    assert!(elapsed >= MAX_WAIT && elapsed < 2 * MAX_WAIT, "{elapsed:?}");
}

/// A process that is stopped while it rewrites the file holds only the lock on the file.
#[test]
fn a_store_that_another_process_rewrites_cannot_be_locked() {
    let path = folder("rewritten").join("sessions.json");
    let store = FileStore::new(&path);
    let rewriting = fs::File::create(path.with_file_name("sessions.json.lock")).unwrap();
    rewriting.lock().unwrap();
    let Err(error) = store.lock("a", Duration::ZERO).map(drop) else { panic!() };
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    drop(rewriting);
    store.lock("a", Duration::ZERO).unwrap();
}

/// Regression: a caller got the lock on a file that was removed, while another caller held the lock on the
/// file that replaced it.
#[cfg(unix)]
#[test]
fn a_lock_file_that_was_replaced_locks_nothing() {
    let path = folder("replaced").join("sessions.json");
    let (one, two, three) = (FileStore::new(&path), FileStore::new(&path), FileStore::new(&path));
    let lock_of_removed_file = one.lock("a", MAX_WAIT).unwrap();
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let lock = two.lock("a", MAX_WAIT).unwrap();
            sender.send(()).unwrap();
            drop(lock);
        });
        thread::sleep(Duration::from_millis(100));
        let new = path.with_file_name("sessions.json.new_lock");
        let held = fs::File::create(&new).unwrap();
        held.lock().unwrap();
        fs::rename(&new, path.with_file_name("sessions.json.refresh")).unwrap();
        drop(lock_of_removed_file);
        assert!(receiver.recv_timeout(Duration::from_millis(300)).is_err());
        // Another key of the first store does not share the lock on the file that was removed.
        assert!(three.lock("b", Duration::ZERO).is_err() && one.lock("b", Duration::ZERO).is_err());
        drop(held);
        receiver.recv_timeout(MAX_WAIT).unwrap();
    });
}

/// Regression: a link was replaced by a file, and two names of one file did not exclude each other.
#[cfg(unix)]
#[test]
fn a_link_is_followed_to_the_file_and_its_locks() {
    use std::os::unix::fs::symlink;

    let folder = folder("link");
    fs::create_dir(folder.join("data")).unwrap();
    let (link, target) = (folder.join("link.json"), folder.join("data/sessions.json"));
    symlink("data/sessions.json", &link).unwrap();
    let (by_link, direct) = (FileStore::new(&link), FileStore::new(&target));
    by_link.save("a", &record("one")).unwrap();
    assert_eq!(direct.load("a").unwrap(), Some(record("one")));
    direct.save("a", &record("two")).unwrap();
    assert_eq!(by_link.load("a").unwrap(), Some(record("two")));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let lock = by_link.lock("a", Duration::ZERO).unwrap();
    assert!(direct.lock("a", Duration::ZERO).is_err());
    drop(lock);
    direct.lock("a", Duration::ZERO).unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "the lock files are next to the target");
}
