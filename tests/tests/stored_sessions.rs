//! Sessions in stores, over real HTTP, with what goes wrong between a client and the service.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cognito_blocking::error::{NotAuthorized, RefusalKind};
use cognito_blocking::operation::{DeleteUser, GetUser, GlobalSignOut, RevokeToken};
use cognito_blocking::{
    AppClient, Client, Endpoint, Error, FileStore, MemoryStore, RefreshMethod, RemoteSignOut, Session, Sessions,
    SignInOutcome, SignOutScope, SrpSignIn, TransportSettings, UreqTransport, UserPoolId,
};
use cognito_testkit::{Config, Fault, FaultPlan, Server};

const HOUR: Duration = Duration::from_secs(3600);

/// A service with two users whose refresh tokens rotate, as the setting says, with so many seconds of grace.
fn service(rotation: &str) -> Server {
    let config = format!(
        r#"{{"pools":[{{"clients":[{{"name":"app","generate_secret":true,{rotation}
            "explicit_auth_flows":["ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}}],
            "users":[{{"username":"alice","password":"Correct-horse-1"}},
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
    let flow = SrpSignIn::new(client.app_client(), username, "Correct-horse-1", client.seed().unwrap());
    match client.run(flow).unwrap() {
        SignInOutcome::SignedIn(signed_in) => signed_in.session,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Sessions in memory, with alice signed in. Their margin is an hour, so that every use is a refresh.
fn sessions_to_refresh(service: &Server) -> Sessions {
    let client = client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new()).with_margin(HOUR);
    sessions.save(&sign_in(&client, "alice")).unwrap();
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
    first.save(&session).unwrap();

    let second = Sessions::new(client(&service), FileStore::new(&path));
    assert_eq!(second.last_username().unwrap().as_deref(), Some("alice"));
    assert_eq!(second.get("alice").unwrap().session, session);
    assert_eq!(second.call("alice", GetUser::new()).unwrap().username, "alice");
}

#[test]
fn the_users_of_a_store_do_not_meet() {
    let service = service("");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    for username in ["bob", "alice"] {
        sessions.save(&sign_in(&client, username)).unwrap();
    }
    assert_eq!(sessions.usernames().unwrap(), ["alice", "bob"]);
    assert_eq!(sessions.refresh("bob").unwrap().session.username(), "bob");
    assert_eq!(sessions.last_username().unwrap().as_deref(), Some("alice"));

    sessions.sign_out("bob", SignOutScope::Local).local.unwrap();
    assert_eq!(sessions.usernames().unwrap(), ["alice"]);
    assert_eq!(sessions.last_username().unwrap().as_deref(), Some("alice"));
    sessions.sign_out("alice", SignOutScope::Local).local.unwrap();
    assert_eq!(sessions.last_username().unwrap(), None);
    assert!(matches!(sessions.get("alice"), Err(Error::NotSignedIn)));
}

#[test]
fn a_session_is_refreshed_when_it_is_time_and_not_before() {
    let service = service("");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let session = sign_in(&client, "alice");
    sessions.save(&session).unwrap();
    assert_eq!(sessions.get("alice").unwrap().session, session);
    let renewed = sessions.refresh("alice").unwrap().session;
    assert_ne!(renewed.access_token(), session.access_token());
    assert_eq!(renewed.refresh_token(), session.refresh_token());
    assert_eq!(sessions.get("alice").unwrap().session, renewed);
}

#[test]
fn a_rotated_refresh_token_is_saved_and_used_next() {
    let service = service(r#""refresh_token_rotation":{"retry_grace_period_seconds":0},"#);
    let sessions = sessions_to_refresh(&service);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let kept = sessions.get("alice").unwrap();
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
    assert!(sessions.get("alice").unwrap().refresh_error.is_none());
    assert!(sessions.get("alice").unwrap().refresh_error.is_none());
}

#[test]
fn two_processes_do_not_spend_one_refresh_token() {
    let service = service(r#""refresh_token_rotation":{"retry_grace_period_seconds":0},"#);
    let path = file("two_processes");
    let open = || Sessions::new(client(&service), FileStore::new(&path));
    open().save(&sign_in(&client(&service), "alice")).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(open().refresh("alice").unwrap().refresh_error.is_none()));
        }
    });
}

#[test]
fn a_newer_refresh_token_of_another_process_is_found_before_anyone_is_signed_out() {
    let service = service(r#""refresh_token_rotation":{"retry_grace_period_seconds":0},"#);
    let client = client(&service);
    let store = Arc::new(MemoryStore::new());
    let sessions = Sessions::new(client.clone(), Shared(Arc::clone(&store)));
    sessions.save(&sign_in(&client, "alice")).unwrap();
    // Another process signs in anew while this one's refresh is under way, on a store whose lock it does not respect.
    let newer = sign_in(&client, "alice");
    client.call(RevokeToken::new(sessions.get("alice").unwrap().session.refresh_token().unwrap().clone())).unwrap();
    let meddling = Sessions::new(client.clone(), Meddling { store, record: newer.to_record() });
    assert_eq!(meddling.refresh("alice").unwrap().session, newer);
}

/// One store for several owners.
struct Shared(Arc<MemoryStore>);

impl cognito_blocking::Store for Shared {
    fn lock(&self) -> std::io::Result<Box<dyn cognito_blocking::LockedStore + '_>> {
        self.0.lock()
    }
}

/// A store into which another process writes after each read.
struct Meddling {
    store: Arc<MemoryStore>,
    record: cognito_blocking::session::Record,
}

impl cognito_blocking::Store for Meddling {
    fn lock(&self) -> std::io::Result<Box<dyn cognito_blocking::LockedStore + '_>> {
        Ok(Box::new(MeddlingLocked { store: self.store.lock()?, record: &self.record }))
    }
}

struct MeddlingLocked<'a> {
    store: Box<dyn cognito_blocking::LockedStore + 'a>,
    record: &'a cognito_blocking::session::Record,
}

impl cognito_blocking::LockedStore for MeddlingLocked<'_> {
    fn load(&mut self, key: &str) -> std::io::Result<Option<cognito_blocking::session::Record>> {
        let loaded = self.store.load(key);
        self.store.save(key, self.record)?;
        loaded
    }

    fn save(&mut self, key: &str, record: &cognito_blocking::session::Record) -> std::io::Result<()> {
        self.store.save(key, record)
    }

    fn remove(&mut self, key: &str) -> std::io::Result<()> {
        self.store.remove(key)
    }

    fn keys(&mut self) -> std::io::Result<Vec<String>> {
        self.store.keys()
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
        let before = sessions.get("alice").unwrap().session;
        fault(&service, FaultPlan::next(fault_kind.clone()).times(3));
        let kept = sessions.get("alice").unwrap();
        let is_answered = matches!(fault_kind, Fault::Delay { .. });
        assert_eq!(kept.refresh_error.is_none(), is_answered, "{fault_kind:?}: {:?}", kept.refresh_error);
        assert_eq!(kept.session == before, !is_answered, "{fault_kind:?}");
        service.with(|simulator| simulator.faults().clear());
        assert!(sessions.get("alice").unwrap().refresh_error.is_none(), "{fault_kind:?}");
    }
}

#[test]
fn a_refused_refresh_token_ends_the_session() {
    let service = service("");
    let sessions = sessions_to_refresh(&service);
    let session = sessions.get("alice").unwrap().session;
    client(&service).call_signed_in(&session, GlobalSignOut::new()).unwrap();
    let revoked = RefusalKind::NotAuthorized(NotAuthorized::RefreshTokenRevoked);
    assert_eq!(sessions.get("alice").unwrap_err().refusal_kind(), Some(revoked));
    assert!(matches!(sessions.get("alice"), Err(Error::NotSignedIn)));
    assert_eq!(sessions.usernames().unwrap(), [""; 0]);
}

#[test]
fn the_older_way_to_refresh_says_so_where_tokens_rotate() {
    let service = service(GRACE_OF_A_MINUTE);
    let older = client(&service).app_client().clone().with_refresh_method(RefreshMethod::RefreshTokenAuth);
    let session = sign_in(&client(&service), "alice");
    let transport = UreqTransport::new(&TransportSettings::default());
    let client = Client::with_transport(older, transport);
    let error = client.run(cognito_blocking::Refresh::new(client.app_client(), &session)).unwrap_err();
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
        let renewed = client(&service).run(cognito_blocking::Refresh::new(&app_client, &session)).unwrap();
        assert_eq!(renewed.refresh_token(), session.refresh_token());
        assert_ne!(renewed.access_token(), session.access_token());
    }
}

#[test]
fn a_sign_out_with_revocation_reaches_the_access_token() {
    let service = service("");
    let sessions = sessions_to_refresh(&service);
    let session = sessions.get("alice").unwrap().session;
    let signed_out = sessions.sign_out("alice", SignOutScope::Revoke);
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
        let signed_out = sessions.sign_out("alice", scope);
        assert!(matches!(signed_out.remote, RemoteSignOut::Failed(_)), "{signed_out:?}");
        signed_out.local.unwrap();
        assert!(matches!(sessions.get("alice"), Err(Error::NotSignedIn)));
    }
}

#[test]
fn a_deleted_user_is_forgotten() {
    let service = service("");
    let sessions = sessions_to_refresh(&service);
    sessions.call("alice", DeleteUser::new()).unwrap();
    sessions.forget("alice").unwrap();
    assert!(matches!(sessions.get("alice"), Err(Error::NotSignedIn)));
}

#[test]
fn a_session_that_cannot_be_saved_is_used_and_saved_later() {
    let service = service(r#""refresh_token_rotation":{"retry_grace_period_seconds":0},"#);
    let path = file("unsaved");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path)).with_margin(HOUR);
    sessions.save(&sign_in(&client, "alice")).unwrap();

    let hindrance = path.with_file_name("sessions.json.new");
    fs::create_dir(&hindrance).unwrap();
    let unsaved = sessions.get("alice").unwrap();
    assert!(unsaved.save_error.is_some());
    // The store still has the token that is spent, and the next refresh does not use it.
    let next = sessions.get("alice").unwrap();
    assert!(next.save_error.is_some() && next.refresh_error.is_none());

    fs::remove_dir(&hindrance).unwrap();
    let saved = sessions.get("alice").unwrap();
    assert!(saved.save_error.is_none() && saved.refresh_error.is_none());
    let elsewhere = Sessions::new(client, FileStore::new(&path));
    assert_eq!(elsewhere.get("alice").unwrap().session, saved.session);
}

#[test]
fn a_broken_file_signs_nobody_out() {
    let service = service("");
    let path = file("broken_file");
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client, "alice")).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(sessions.get("alice"), Err(Error::Store(_))));
    assert!(matches!(sessions.sign_out("alice", SignOutScope::Local).local, Err(Error::Store(_))));
    fs::write(&path, whole).unwrap();
    sessions.get("alice").unwrap();
}
