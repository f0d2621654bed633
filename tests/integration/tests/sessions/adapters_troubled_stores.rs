//! Session stores that other processes also write to, and stores that cannot be read or written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use cognito_blocking::error::RefusalKind;
use cognito_blocking::operation::{GetUser, RevokeToken};
use cognito_blocking::storage::Record;
use cognito_blocking::{Error, FileStore, MemoryStore, Sessions, SignOutScope, Store, StoreLock};
use cognito_integration_tests::support::files::{example, session_file};
use cognito_integration_tests::support::service::{rotate, service};
use cognito_integration_tests::support::sessions::{client, sign_in};
use cognito_testkit::{Fault, FaultPlan, Server};

/// Makes a store read-only, by a folder in place of its lock file, and returns the folder.
fn make_unwritable(store: &Path) -> PathBuf {
    let obstacle = store.with_file_name("sessions.json.lock");
    fs::remove_file(&obstacle).unwrap();
    fs::create_dir(&obstacle).unwrap();
    obstacle
}

/// Returns the command of a process that refreshes alice's session in this file.
#[track_caller]
fn refreshing_process(service: &Server, path: &Path) -> Command {
    let app = service.with(|simulator| simulator.pools().remove(0));
    let mut command = Command::new(example("refresh_session"));
    command.args([&service.url(), &app.id, &app.clients[0].id, app.clients[0].secret.as_ref().unwrap()]);
    command.arg(path).arg("alice");
    command
}

#[test]
fn several_processes_never_send_the_same_refresh_token() {
    let service = service(|config| rotate(config, 0));
    let path = session_file("several_processes");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    let start = || refreshing_process(&service, &path).spawn().expect("`cargo test` builds the example");
    let processes: Vec<_> = (0..4).map(|_| start()).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    assert!(sessions.user("alice").refresh().is_ok());
}

/// Regression: a caller with a valid token had to wait for the refresh of another process, for any user.
#[test]
fn valid_tokens_do_not_wait_for_another_process() {
    let service = service(|_| ());
    let path = session_file("valid_tokens");
    let client = client(&service);
    let session = sign_in(&client, "alice");
    Sessions::new(client.clone(), FileStore::new(&path)).save(&session.clone().into()).unwrap();
    let _refreshing = FileStore::new(&path).lock("bob's", Duration::ZERO).unwrap();
    let kept = Sessions::new(client, FileStore::new(&path)).user("alice").get().unwrap();
    assert_eq!(kept.session, session);
}

#[test]
fn a_crash_before_saving_is_harmless_in_the_grace_period() {
    for (seconds_later, is_in_time) in [(50, true), (70, false)] {
        let service = service(|config| rotate(config, 60));
        let path = session_file("dies_before_saving");
        let client = client(&service);
        Sessions::new(client.clone(), FileStore::new(&path)).save(&sign_in(&client, "alice").into()).unwrap();
        let mut dying = refreshing_process(&service, &path);
        let status = dying.env("DIE_BEFORE_SAVING", "yes").status().expect("`cargo test` builds the example");
        assert!(!status.success());

        service.advance(Duration::from_secs(seconds_later));
        let sessions = Sessions::new(client.clone(), FileStore::new(&path));
        let refreshed = sessions.user("alice").refresh();
        if is_in_time {
            refreshed.unwrap();
            sessions.user("alice").call(GetUser::new()).unwrap();
        } else {
            let error = refreshed.unwrap_err();
            assert_eq!(error.refusal_kind(), Some(RefusalKind::RefreshTokenReuse));
            assert!(error.ends_session(), "the user must sign in");
            assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
        }
    }
}

#[test]
fn an_unsaved_refresh_does_not_undo_a_sign_out() {
    let service = service(|_| ());
    let path = session_file("not_undone");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    service.plan_fault(FaultPlan::next(Fault::Delay { millis: 500 }).for_operation("GetTokensFromRefreshToken"));
    std::thread::scope(|scope| {
        let refresh = scope.spawn(|| sessions.user("alice").refresh());
        std::thread::sleep(Duration::from_millis(200));
        let obstacle = make_unwritable(&path);
        // The sign-out waits for the refresh, whose session then exists only in memory.
        let sign_out = scope.spawn(|| sessions.user("alice").sign_out(SignOutScope::Local));
        assert!(refresh.join().unwrap().unwrap().save_error.is_some());
        assert!(matches!(sign_out.join().unwrap().local, Err(Error::Store(_))));
        fs::remove_dir(&obstacle).unwrap();
    });
    sessions.user("alice").sign_out(SignOutScope::Local).local.unwrap();
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}

#[test]
fn a_newer_stored_session_replaces_an_unsaved_one() {
    for signs_in_again in [true, false] {
        let service = service(|_| ());
        let path = session_file("counts_more");
        let client = client(&service);
        let open = || Sessions::new(client.clone(), FileStore::new(&path)).with_margin(Duration::ZERO);
        let sessions = open();
        sessions.save(&sign_in(&client, "alice").into()).unwrap();
        let obstacle = make_unwritable(&path);
        assert!(sessions.user("alice").refresh().unwrap().save_error.is_some());
        fs::remove_dir(&obstacle).unwrap();

        let newer = sign_in(&client, "alice");
        if signs_in_again {
            open().save(&newer.clone().into()).unwrap();
        } else {
            open().user("alice").forget().unwrap();
        }
        sessions.flush().unwrap();
        match sessions.user("alice").get() {
            Ok(kept) => assert!(signs_in_again && kept.session == newer),
            Err(error) => assert!(!signs_in_again && matches!(error, Error::NotSignedIn), "{error:?}"),
        }
    }
}

#[test]
fn flush_saves_a_session_that_could_not_be_saved() {
    let service = service(|config| rotate(config, 60));
    let path = session_file("flushed");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    let obstacle = make_unwritable(&path);
    let renewed = sessions.user("alice").refresh().unwrap().session;
    assert!(matches!(sessions.flush(), Err(Error::Store(_))));
    fs::remove_dir(&obstacle).unwrap();
    sessions.flush().unwrap();
    let elsewhere = Sessions::new(client, FileStore::new(&path));
    assert_eq!(elsewhere.user("alice").get().unwrap().session, renewed);
}

#[test]
fn a_newer_stored_token_is_used_before_a_session_ends() {
    let service = service(|config| rotate(config, 0));
    let client = client(&service);
    let store = Arc::new(MemoryStore::new());
    let sessions = Sessions::new(client.clone(), SharedStore { store: Arc::clone(&store), foreign_record: None });
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    // Another process ignores the lock of the store, and signs in again while this process refreshes.
    let newer = sign_in(&client, "alice");
    client
        .call(RevokeToken::new(sessions.user("alice").get().unwrap().session.refresh_token().unwrap().clone()))
        .unwrap();
    let refreshing = Sessions::new(client.clone(), SharedStore { store, foreign_record: Some(newer.to_record()) });
    assert_eq!(refreshing.user("alice").refresh().unwrap().session, newer);
}

/// A store that several `Sessions` share. After each load, the store saves `foreign_record`, as if another
/// process ignored the lock.
struct SharedStore {
    store: Arc<MemoryStore>,
    foreign_record: Option<Record>,
}

impl Store for SharedStore {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        let loaded = self.store.load(key);
        if let Some(record) = &self.foreign_record {
            self.store.save(key, record)?;
        }
        loaded
    }

    fn save(&self, key: &str, record: &Record) -> io::Result<()> {
        self.store.save(key, record)
    }

    fn remove(&self, key: &str) -> io::Result<()> {
        self.store.remove(key)
    }

    fn keys(&self) -> io::Result<Vec<String>> {
        self.store.keys()
    }

    fn lock(&self, key: &str, max_wait: Duration) -> io::Result<Box<dyn StoreLock>> {
        self.store.lock(key, max_wait)
    }
}

#[test]
fn an_unsaved_session_is_used_and_saved_later() {
    let service = service(|config| rotate(config, 0));
    let path = session_file("unsaved");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();

    let obstacle = make_unwritable(&path);
    let unsaved = sessions.user("alice").refresh().unwrap();
    assert!(unsaved.save_error.is_some());
    // The store still has the token that is spent, and the next refresh does not use it.
    let next = sessions.user("alice").refresh().unwrap();
    assert!(next.save_error.is_some() && next.refresh_error.is_none());

    fs::remove_dir(&obstacle).unwrap();
    let saved = sessions.user("alice").refresh().unwrap();
    assert!(saved.save_error.is_none() && saved.refresh_error.is_none());
    let elsewhere = Sessions::new(client, FileStore::new(&path));
    assert_eq!(elsewhere.user("alice").get().unwrap().session, saved.session);
}

#[test]
fn an_invalid_file_signs_nobody_out() {
    let service = service(|_| ());
    let path = session_file("broken_file");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    let content = fs::read(&path).unwrap();
    fs::write(&path, &content[..content.len() / 2]).unwrap();
    sessions.user("alice").get().expect("the tokens in memory are valid");
    let elsewhere = Sessions::new(client, FileStore::new(&path));
    assert!(matches!(elsewhere.user("alice").get(), Err(Error::Store(_))));
    assert!(matches!(elsewhere.user("alice").sign_out(SignOutScope::Local).local, Err(Error::Store(_))));
    fs::write(&path, content).unwrap();
    elsewhere.user("alice").get().unwrap();
}
