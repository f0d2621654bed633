//! What every store does, and what a store in a file does besides.
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

/// An empty folder of the test's own.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_stores_do_what_every_store_must() {
    check_store(&MemoryStore::new()).unwrap();
    check_store(&FileStore::new(folder("conformance").join("sessions.json"))).unwrap();
}

#[test]
fn a_lock_may_outlive_its_store() {
    let store = MemoryStore::new();
    let held = store.lock("a").unwrap();
    drop(store);
    drop(held);
}

#[test]
fn locks_in_memory_are_on_one_key_each() {
    let store = MemoryStore::new();
    let _one = store.lock("a").unwrap();
    let _other = store.lock("b").unwrap();
}

#[test]
fn locks_on_two_keys_of_one_file_can_be_had_at_once() {
    let store = FileStore::new(folder("two_keys").join("sessions.json"));
    let one = store.lock("a").unwrap();
    let (tell, told) = channel();
    let clone = store.clone();
    // A user's identity is looked for under the guest's key, too, while the user's own is locked.
    thread::spawn(move || tell.send(clone.lock("b").map(drop)));
    told.recv_timeout(Duration::from_secs(10)).unwrap().unwrap();
    drop(one);
}

#[test]
fn a_file_is_given_to_another_store_only_when_the_last_lock_is_dropped() {
    let path = folder("last_lock").join("sessions.json");
    let (store, other) = (FileStore::new(&path), FileStore::new(&path));
    let (one, two) = (store.lock("a").unwrap(), store.lock("b").unwrap());
    drop(one);
    let (tell, told) = channel();
    thread::scope(|scope| {
        scope.spawn(|| tell.send(other.lock("c").map(drop)).unwrap());
        assert!(told.recv_timeout(Duration::from_millis(200)).is_err());
        drop(two);
        told.recv_timeout(Duration::from_secs(10)).unwrap().unwrap();
    });
}

#[test]
fn a_lock_on_a_file_excludes_other_stores_on_it() {
    let path = folder("two_stores").join("sessions.json");
    let (one, other) = (FileStore::new(&path), FileStore::new(&path));
    let (tell, told) = channel();
    thread::scope(|scope| {
        let held = one.lock("a").unwrap();
        one.save("a", &record("one")).unwrap();
        scope.spawn(|| {
            let _held = other.lock("a").unwrap();
            tell.send(other.load("a").unwrap()).unwrap();
        });
        assert!(told.recv_timeout(Duration::from_millis(200)).is_err());
        one.save("a", &record("two")).unwrap();
        drop(held);
        assert_eq!(told.recv_timeout(Duration::from_secs(10)).unwrap(), Some(record("two")));
    });
}

#[test]
fn writers_of_one_file_lose_nothing_of_each_others() {
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
fn nobody_else_can_read_the_file() {
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
fn a_file_that_cannot_be_read_is_told_of_and_not_touched() {
    for broken in ["", "{", "[]", r#"{"version":2,"records":{}}"#, r#"{"version":1,"records":{"a":7}}"#] {
        let path = folder("broken").join("sessions.json");
        fs::write(&path, broken).unwrap();
        let store = FileStore::new(&path);
        let error = store.load("a").unwrap_err();
        assert!(error.to_string().contains("sessions.json"), "{error}");
        store.save("a", &record("one")).unwrap_err();
        store.remove("a").unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), broken);
    }
}

#[test]
fn a_write_that_fails_leaves_what_was_there() {
    let path = folder("full").join("sessions.json");
    let store = FileStore::new(&path);
    store.save("a", &record("one")).unwrap();
    // The new file cannot be made where a folder is.
    fs::create_dir(path.with_file_name("sessions.json.new")).unwrap();
    store.save("a", &record("two")).unwrap_err();
    store.remove("a").unwrap_err();
    assert_eq!(store.load("a").unwrap(), Some(record("one")));
}

#[test]
fn what_a_process_that_died_left_behind_is_no_hindrance() {
    let path = folder("died").join("sessions.json");
    fs::write(path.with_file_name("sessions.json.new"), "half a fi").unwrap();
    let store = FileStore::new(&path);
    store.save("a", &record("one")).unwrap();
    assert_eq!(store.load("a").unwrap(), Some(record("one")));
    assert!(!path.with_file_name("sessions.json.new").exists());
}

#[test]
fn a_folder_that_is_not_there_is_an_error_that_names_it() {
    let store = FileStore::new(folder("nowhere").join("missing/sessions.json"));
    let Err(error) = store.lock("a").map(|_| ()) else { panic!() };
    assert!(error.to_string().contains("missing"), "{error}");
}
