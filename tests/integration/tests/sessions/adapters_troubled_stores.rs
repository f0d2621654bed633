//! Stores of sessions that other processes write to as well, and stores that cannot be written or read.

use std::fs;
use std::io;
use std::path::Path;
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

/// Another process that refreshes alice's session in this file.
#[track_caller]
fn refreshing_process(service: &Server, path: &Path) -> Command {
    let app = service.with(|simulator| simulator.pools().remove(0));
    let mut command = Command::new(example("refresh_session"));
    command.args([&service.url(), &app.id, &app.clients[0].id, app.clients[0].secret.as_ref().unwrap()]);
    command.arg(path).arg("alice");
    command
}

#[test]
fn several_processes_do_not_spend_one_refresh_token() {
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

/// Regression: whoever had a good token waited for another process's refresh, of whatever user, to be over.
#[test]
fn good_tokens_do_not_wait_for_another_process() {
    let service = service(|_| ());
    let path = session_file("good_tokens");
    let client = client(&service);
    let session = sign_in(&client, "alice");
    Sessions::new(client.clone(), FileStore::new(&path)).save(&session.clone().into()).unwrap();
    let _refreshing = FileStore::new(&path).lock("bob's").unwrap();
    let kept = Sessions::new(client, FileStore::new(&path)).user("alice").get().unwrap();
    assert_eq!(kept.session, session);
}

#[test]
fn a_process_that_dies_between_refresh_and_save_costs_nothing_within_the_grace_period() {
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
fn a_sign_out_is_not_undone_by_a_refresh_that_cannot_be_saved() {
    let service = service(|_| ());
    let path = session_file("not_undone");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    service.plan_fault(FaultPlan::next(Fault::Delay { millis: 500 }).for_operation("GetTokensFromRefreshToken"));
    std::thread::scope(|scope| {
        let refresh = scope.spawn(|| sessions.user("alice").refresh());
        std::thread::sleep(Duration::from_millis(200));
        let hindrance = path.with_file_name("sessions.json.new");
        fs::create_dir(&hindrance).unwrap();
        // It waits for the refresh, whose session is then only in memory.
        let sign_out = scope.spawn(|| sessions.user("alice").sign_out(SignOutScope::Local));
        assert!(refresh.join().unwrap().unwrap().save_error.is_some());
        assert!(matches!(sign_out.join().unwrap().local, Err(Error::Store(_))));
        fs::remove_dir(&hindrance).unwrap();
    });
    sessions.user("alice").sign_out(SignOutScope::Local).local.unwrap();
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}

#[test]
fn what_another_process_has_stored_since_counts_more_than_what_could_not_be_saved() {
    for signs_in_again in [true, false] {
        let service = service(|_| ());
        let path = session_file("counts_more");
        let client = client(&service);
        let open = || Sessions::new(client.clone(), FileStore::new(&path)).with_margin(Duration::ZERO);
        let sessions = open();
        sessions.save(&sign_in(&client, "alice").into()).unwrap();
        let hindrance = path.with_file_name("sessions.json.new");
        fs::create_dir(&hindrance).unwrap();
        assert!(sessions.user("alice").refresh().unwrap().save_error.is_some());
        fs::remove_dir(&hindrance).unwrap();

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
fn what_could_not_be_saved_is_flushed_before_the_end() {
    let service = service(|config| rotate(config, 60));
    let path = session_file("flushed");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    let hindrance = path.with_file_name("sessions.json.new");
    fs::create_dir(&hindrance).unwrap();
    let renewed = sessions.user("alice").refresh().unwrap().session;
    assert!(matches!(sessions.flush(), Err(Error::Store(_))));
    fs::remove_dir(&hindrance).unwrap();
    sessions.flush().unwrap();
    let elsewhere = Sessions::new(client, FileStore::new(&path));
    assert_eq!(elsewhere.user("alice").get().unwrap().session, renewed);
}

#[test]
fn a_newer_refresh_token_of_another_process_is_found_before_anyone_is_signed_out() {
    let service = service(|config| rotate(config, 0));
    let client = client(&service);
    let store = Arc::new(MemoryStore::new());
    let sessions = Sessions::new(client.clone(), Shared { store: Arc::clone(&store), meddling: None });
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    // Another process signs in anew while this one's refresh is under way, on a store whose lock it does not respect.
    let newer = sign_in(&client, "alice");
    client
        .call(RevokeToken::new(sessions.user("alice").get().unwrap().session.refresh_token().unwrap().clone()))
        .unwrap();
    let meddling = Sessions::new(client.clone(), Shared { store, meddling: Some(newer.to_record()) });
    assert_eq!(meddling.user("alice").refresh().unwrap().session, newer);
}

/// One store for several owners, into which another process may write after each read, respecting no lock.
struct Shared {
    store: Arc<MemoryStore>,
    meddling: Option<Record>,
}

impl Store for Shared {
    fn load(&self, key: &str) -> io::Result<Option<Record>> {
        let loaded = self.store.load(key);
        if let Some(record) = &self.meddling {
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

    fn lock(&self, key: &str) -> io::Result<Box<dyn StoreLock>> {
        self.store.lock(key)
    }
}

#[test]
fn a_session_that_cannot_be_saved_is_used_and_saved_later() {
    let service = service(|config| rotate(config, 0));
    let path = session_file("unsaved");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();

    let hindrance = path.with_file_name("sessions.json.new");
    fs::create_dir(&hindrance).unwrap();
    let unsaved = sessions.user("alice").refresh().unwrap();
    assert!(unsaved.save_error.is_some());
    // The store still has the token that is spent, and the next refresh does not use it.
    let next = sessions.user("alice").refresh().unwrap();
    assert!(next.save_error.is_some() && next.refresh_error.is_none());

    fs::remove_dir(&hindrance).unwrap();
    let saved = sessions.user("alice").refresh().unwrap();
    assert!(saved.save_error.is_none() && saved.refresh_error.is_none());
    let elsewhere = Sessions::new(client, FileStore::new(&path));
    assert_eq!(elsewhere.user("alice").get().unwrap().session, saved.session);
}

#[test]
fn a_broken_file_signs_nobody_out() {
    let service = service(|_| ());
    let path = session_file("broken_file");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    sessions.user("alice").get().expect("the tokens are known and good");
    let elsewhere = Sessions::new(client, FileStore::new(&path));
    assert!(matches!(elsewhere.user("alice").get(), Err(Error::Store(_))));
    assert!(matches!(elsewhere.user("alice").sign_out(SignOutScope::Local).local, Err(Error::Store(_))));
    fs::write(&path, whole).unwrap();
    elsewhere.user("alice").get().unwrap();
}
