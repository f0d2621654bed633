//! Sessions in stores, over real HTTP, with what goes wrong between a client and the service.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use cognito_blocking::error::{NotAuthorized, RefusalKind};
use cognito_blocking::operation::{DeleteUser, GetUser, GlobalSignOut, RevokeToken};
use cognito_blocking::session::Record;
use cognito_blocking::{
    AppClient, Client, Endpoint, Error, FileStore, MemoryStore, RefreshMethod, RemoteSignOut, Request, Session,
    Sessions, SignIn, SignInOutcome, SignOutScope, Store, StoreLock, TransportSettings, UreqTransport, UserPoolId,
};
use cognito_testkit::{Config, Fault, FaultPlan, Server};

const HOUR: Duration = Duration::from_secs(3600);

/// A service with two users whose refresh tokens rotate, as the setting says, with so many seconds of grace.
fn service(rotation: &str) -> Server {
    let config = format!(
        r#"{{"pools":[{{"clients":[{{"name":"app","generate_secret":true,{rotation}
            "explicit_auth_flows":["ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}}],
            "users":[{{"username":"alice","password":"Correct-horse-1","attributes":{{"email":"alice@example.com"}}}},
                     {{"username":"bob","password":"Correct-horse-1"}}]}}]}}"#
    );
    Server::with_config([7; 32], Config::from_json(&config).unwrap()).unwrap()
}

const GRACE_OF_A_MINUTE: &str = r#""refresh_token_rotation":{"retry_grace_period_seconds":60},"#;

fn client(service: &Server) -> Client {
    let pool = service.with(|simulator| simulator.pools().remove(0));
    let app = &pool.clients[0];
    let app_client = AppClient::new(UserPoolId::new(&pool.id).unwrap(), &app.id).unwrap();
    let app_client = app_client
        .with_secret(app.secret.clone().unwrap_or_default())
        .with_endpoint(Endpoint::custom(&service.url()).unwrap());
    let mut settings = TransportSettings::default();
    settings.total_timeout = Duration::from_secs(5);
    Client::with_transport(app_client, UreqTransport::new(&settings))
}

fn sign_in(client: &Client, username: &str) -> Session {
    let flow = SignIn::srp(client.app_client(), username, "Correct-horse-1", client.seed().unwrap());
    match client.run(flow).unwrap() {
        SignInOutcome::SignedIn(signed_in) => signed_in.session,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Sessions in memory, with alice signed in. Their margin is an hour, so that every use is a refresh.
fn sessions_to_refresh(service: &Server) -> Sessions {
    let client = client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new()).with_margin(HOUR);
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    sessions
}

fn fault(service: &Server, plan: FaultPlan) {
    service.with(|simulator| simulator.faults().plan(plan));
}

fn file(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("sessions.json")
}

#[test]
fn a_session_goes_on_in_another_process() {
    let service = service("");
    let path = file("another_process");
    let first = Sessions::new(client(&service), FileStore::new(&path));
    let session = sign_in(&client(&service), "alice");
    first.save(&session.clone().into()).unwrap();

    let second = Sessions::new(client(&service), FileStore::new(&path));
    assert_eq!(second.last_username().unwrap().as_deref(), Some("alice"));
    assert_eq!(second.user("alice").get().unwrap().session, session);
    assert_eq!(second.user("alice").call(GetUser::new()).unwrap().username, "alice");
}

#[test]
fn the_users_of_a_store_do_not_meet() {
    let service = service("");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    for username in ["bob", "alice"] {
        sessions.save(&sign_in(&client, username).into()).unwrap();
    }
    assert_eq!(sessions.usernames().unwrap(), ["alice", "bob"]);
    assert_eq!(sessions.user("bob").refresh().unwrap().session.username(), "bob");
    assert_eq!(sessions.last_username().unwrap().as_deref(), Some("alice"));

    sessions.user("bob").sign_out(SignOutScope::Local).local.unwrap();
    assert_eq!(sessions.usernames().unwrap(), ["alice"]);
    assert_eq!(sessions.last_username().unwrap().as_deref(), Some("alice"));
    sessions.user("alice").sign_out(SignOutScope::Local).local.unwrap();
    assert_eq!(sessions.last_username().unwrap(), None);
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}

#[test]
fn a_session_is_refreshed_when_it_is_time_and_not_before() {
    let service = service("");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let session = sign_in(&client, "alice");
    sessions.save(&session.clone().into()).unwrap();
    assert_eq!(sessions.user("alice").get().unwrap().session, session);
    let renewed = sessions.user("alice").refresh().unwrap().session;
    assert_ne!(renewed.access_token(), session.access_token());
    assert_eq!(renewed.refresh_token(), session.refresh_token());
    assert_eq!(sessions.user("alice").get().unwrap().session, renewed);
}

#[test]
fn a_rotated_refresh_token_is_saved_and_used_next() {
    let service = service(r#""refresh_token_rotation":{"retry_grace_period_seconds":0},"#);
    let sessions = sessions_to_refresh(&service);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let kept = sessions.user("alice").get().unwrap();
        assert!(kept.refresh_error.is_none(), "{:?}", kept.refresh_error);
        let token = kept.session.refresh_token().unwrap().clone();
        assert!(!seen.contains(&token));
        seen.push(token);
    }
}

#[test]
fn an_answer_that_is_lost_within_the_grace_period_costs_nothing() {
    let service = service(GRACE_OF_A_MINUTE);
    let sessions = sessions_to_refresh(&service);
    fault(&service, FaultPlan::next(Fault::LoseAfter).of("GetTokensFromRefreshToken"));
    assert!(sessions.user("alice").get().unwrap().refresh_error.is_none());
    assert!(sessions.user("alice").get().unwrap().refresh_error.is_none());
}

/// Another process that refreshes alice's session in this file.
fn refreshing_process(service: &Server, path: &Path) -> Command {
    let app = service.with(|simulator| simulator.pools().remove(0));
    let program =
        Path::new(&std::env::current_exe().unwrap()).ancestors().nth(2).unwrap().join("examples/refresh_session");
    let mut command = Command::new(program);
    command.args([&service.url(), &app.id, &app.clients[0].id, app.clients[0].secret.as_ref().unwrap()]);
    command.arg(path).arg("alice");
    command
}

#[test]
fn several_processes_do_not_spend_one_refresh_token() {
    let service = service(r#""refresh_token_rotation":{"retry_grace_period_seconds":0},"#);
    let path = file("several_processes");
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

#[test]
fn a_process_that_dies_between_refresh_and_save_costs_nothing_within_the_grace_period() {
    for (seconds_later, is_in_time) in [(50, true), (70, false)] {
        let service = service(GRACE_OF_A_MINUTE);
        let path = file("dies_before_saving");
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
    let service = service("");
    let path = file("not_undone");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path)).with_margin(HOUR);
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    fault(&service, FaultPlan::next(Fault::Delay { millis: 500 }).of("GetTokensFromRefreshToken"));
    std::thread::scope(|scope| {
        let refresh = scope.spawn(|| sessions.user("alice").get());
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
        let service = service("");
        let path = file("counts_more");
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
    let service = service(GRACE_OF_A_MINUTE);
    let path = file("flushed");
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
fn good_tokens_do_not_wait_for_the_refresh_of_another_user() {
    let service = service("");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(file("not_waiting")));
    for username in ["alice", "bob"] {
        sessions.save(&sign_in(&client, username).into()).unwrap();
    }
    fault(&service, FaultPlan::next(Fault::Delay { millis: 3000 }).of("GetTokensFromRefreshToken"));
    std::thread::scope(|scope| {
        let refresh = scope.spawn(|| sessions.user("alice").refresh().unwrap());
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(sessions.user("bob").get().unwrap().session.username(), "bob");
        assert_eq!(sessions.usernames().unwrap(), ["alice", "bob"]);
        assert!(!refresh.is_finished());
    });
}

#[test]
fn a_token_that_the_service_refuses_is_refreshed_and_the_call_made_again() {
    let service = service("");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    // The local clock was a day ahead when the tokens came, and has been set right since.
    let session = sign_in(&client, "alice");
    let ahead = Session::with_clock_drift("alice", session.tokens().clone(), 86_400);
    sessions.save(&ahead.into()).unwrap();
    service.advance(2 * HOUR);
    assert_eq!(sessions.user("alice").call(GetUser::new()).unwrap().username, "alice");
    assert_ne!(sessions.user("alice").get().unwrap().session.access_token(), session.access_token());
}

#[test]
fn a_newer_refresh_token_of_another_process_is_found_before_anyone_is_signed_out() {
    let service = service(r#""refresh_token_rotation":{"retry_grace_period_seconds":0},"#);
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
fn no_fault_of_the_network_or_the_service_signs_anyone_out() {
    for fault_kind in [
        Fault::LoseBefore,
        Fault::LoseAfter,
        Fault::Truncate,
        Fault::Throttle,
        Fault::Fail { status: 500 },
        Fault::Fail { status: 503 },
        Fault::Page { status: 403 },
        Fault::Page { status: 502 },
        Fault::Redirect { location: "https://portal.example.com/".into() },
        Fault::Delay { millis: 10 },
    ] {
        let service = service("");
        let sessions = sessions_to_refresh(&service);
        let before = sessions.user("alice").get().unwrap().session;
        fault(&service, FaultPlan::next(fault_kind.clone()).times(3));
        let kept = sessions.user("alice").get().unwrap();
        let is_answered = matches!(fault_kind, Fault::Delay { .. });
        assert_eq!(kept.refresh_error.is_none(), is_answered, "{fault_kind:?}: {:?}", kept.refresh_error);
        assert_eq!(kept.session == before, !is_answered, "{fault_kind:?}");
        service.with(|simulator| simulator.faults().clear());
        assert!(sessions.user("alice").get().unwrap().refresh_error.is_none(), "{fault_kind:?}");
    }
}

#[test]
fn a_refused_refresh_token_ends_the_session() {
    let service = service("");
    let sessions = sessions_to_refresh(&service);
    let session = sessions.user("alice").get().unwrap().session;
    client(&service).call_signed_in(&session, GlobalSignOut::new()).unwrap();
    let revoked = RefusalKind::NotAuthorized(NotAuthorized::RefreshTokenRevoked);
    assert_eq!(sessions.user("alice").get().unwrap_err().refusal_kind(), Some(revoked));
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
    assert_eq!(sessions.usernames().unwrap(), [""; 0]);
}

#[test]
fn a_password_that_must_be_reset_ends_the_session() {
    let service = service("");
    let sessions = sessions_to_refresh(&service);
    let pool_id = client(&service).app_client().user_pool_id().to_string();
    let body = format!(r#"{{"UserPoolId":"{pool_id}","Username":"alice"}}"#);
    let target = [("x-amz-target", "AWSCognitoIdentityProviderService.AdminResetUserPassword")];
    let request = Request::new("http://127.0.0.1/", target.into_iter().collect(), body.into_bytes());
    let now = service.now();
    assert_eq!(service.with(|simulator| simulator.handle(now, &request)).status(), 200);
    assert_eq!(sessions.user("alice").get().unwrap_err().refusal_kind(), Some(RefusalKind::PasswordResetRequired));
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}

#[test]
fn the_older_way_to_refresh_says_so_where_tokens_rotate() {
    let service = service(GRACE_OF_A_MINUTE);
    let older = client(&service).app_client().clone().with_refresh_method(RefreshMethod::RefreshTokenAuth);
    let session = sign_in(&client(&service), "alice");
    let transport = UreqTransport::new(&TransportSettings::default());
    let client = Client::with_transport(older, transport);
    let error =
        client.run(cognito_blocking::Refresh::new(client.app_client(), &session, client.seed().unwrap())).unwrap_err();
    assert!(
        matches!(&error, Error::RefreshNotEnabled(advice)
        if advice.choose == RefreshMethod::GetTokensFromRefreshToken),
        "{error:?}"
    );
}

#[test]
fn both_ways_to_refresh_work_where_tokens_do_not_rotate() {
    let service = service("");
    let session = sign_in(&client(&service), "alice");
    for method in [RefreshMethod::RefreshTokenAuth, RefreshMethod::GetTokensFromRefreshToken] {
        let app_client = client(&service).app_client().clone().with_refresh_method(method);
        let renewed = client(&service)
            .run(cognito_blocking::Refresh::new(&app_client, &session, client(&service).seed().unwrap()))
            .unwrap()
            .session;
        assert_eq!(renewed.refresh_token(), session.refresh_token());
        assert_ne!(renewed.access_token(), session.access_token());
    }
}

#[test]
fn a_sign_out_with_revocation_reaches_the_access_token() {
    let service = service("");
    let sessions = sessions_to_refresh(&service);
    let session = sessions.user("alice").get().unwrap().session;
    let signed_out = sessions.user("alice").sign_out(SignOutScope::Revoke);
    assert!(matches!(signed_out.remote, RemoteSignOut::Done), "{signed_out:?}");
    signed_out.local.unwrap();
    let error = client(&service).call_signed_in(&session, GetUser::new()).unwrap_err();
    let revoked = RefusalKind::NotAuthorized(NotAuthorized::AccessTokenRevoked);
    assert_eq!(error.refusal_kind(), Some(revoked));
}

#[test]
fn a_sign_out_goes_through_here_whatever_the_network_says() {
    for scope in [SignOutScope::Revoke, SignOutScope::Global] {
        let service = service("");
        let sessions = sessions_to_refresh(&service);
        fault(&service, FaultPlan::next(Fault::LoseBefore).times(100));
        let signed_out = sessions.user("alice").sign_out(scope);
        assert!(matches!(signed_out.remote, RemoteSignOut::Failed(_)), "{signed_out:?}");
        signed_out.local.unwrap();
        assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
    }
}

#[test]
fn a_deleted_user_is_forgotten() {
    let service = service("");
    let sessions = sessions_to_refresh(&service);
    sessions.user("alice").call(DeleteUser::new()).unwrap();
    sessions.user("alice").forget().unwrap();
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}

#[test]
fn a_session_that_cannot_be_saved_is_used_and_saved_later() {
    let service = service(r#""refresh_token_rotation":{"retry_grace_period_seconds":0},"#);
    let path = file("unsaved");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path)).with_margin(HOUR);
    sessions.save(&sign_in(&client, "alice").into()).unwrap();

    let hindrance = path.with_file_name("sessions.json.new");
    fs::create_dir(&hindrance).unwrap();
    let unsaved = sessions.user("alice").get().unwrap();
    assert!(unsaved.save_error.is_some());
    // The store still has the token that is spent, and the next refresh does not use it.
    let next = sessions.user("alice").get().unwrap();
    assert!(next.save_error.is_some() && next.refresh_error.is_none());

    fs::remove_dir(&hindrance).unwrap();
    let saved = sessions.user("alice").get().unwrap();
    assert!(saved.save_error.is_none() && saved.refresh_error.is_none());
    let elsewhere = Sessions::new(client, FileStore::new(&path));
    assert_eq!(elsewhere.user("alice").get().unwrap().session, saved.session);
}

#[test]
fn a_broken_file_signs_nobody_out() {
    let service = service("");
    let path = file("broken_file");
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
