//! One session and many who ask for it: handles of the blocking adapter, over real HTTP.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use cognito_blocking::operation::{GetUser, ListDevices};
use cognito_blocking::{
    AppClient, Client, Endpoint, Error, MemoryStore, Request, SendOutcome, Session, SessionChange, SessionEvent,
    SessionHandle, Sessions, SignIn, SignInOutcome, SignOutScope, SignedIn, Transport, TransportSettings,
    UreqTransport, UserPoolId,
};
use cognito_testkit::{Config, Fault, FaultPlan, Server};

const PASSWORD: &str = "Correct-horse-1";

fn service() -> Server {
    let config = r#"{"pools":[{"device_configuration":{},"clients":[{"name":"app","refresh_token_rotation":{"retry_grace_period_seconds":0},
        "explicit_auth_flows":["ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}],
        "users":[{"username":"alice","password":"Correct-horse-1"}]}]}"#;
    Server::with_config([7; 32], Config::from_json(config).unwrap()).unwrap()
}

/// Counts the requests of each kind that it sends.
struct Counting {
    transport: UreqTransport,
    refreshes: Arc<AtomicUsize>,
}

impl Transport for Counting {
    fn send(&self, request: &Request) -> SendOutcome {
        if request.operation() == "GetTokensFromRefreshToken" {
            self.refreshes.fetch_add(1, Ordering::Relaxed);
            // Long enough for all the others to ask.
            thread::sleep(Duration::from_millis(200));
        }
        self.transport.send(request)
    }
}

fn client(service: &Server) -> (Client, Arc<AtomicUsize>) {
    let pool = service.with(|simulator| simulator.pools().remove(0));
    let app_client = AppClient::new(UserPoolId::new(&pool.id).unwrap(), &pool.clients[0].id).unwrap();
    let app_client = app_client.with_endpoint(Endpoint::custom(&service.url()).unwrap());
    let refreshes = Arc::new(AtomicUsize::new(0));
    let transport = UreqTransport::new(&TransportSettings::default());
    (Client::with_transport(app_client, Counting { transport, refreshes: Arc::clone(&refreshes) }), refreshes)
}

fn sign_in(client: &Client) -> SignedIn {
    let flow = SignIn::srp(client.app_client(), "alice", PASSWORD, client.seed().unwrap());
    match client.run(flow).unwrap() {
        SignInOutcome::SignedIn(signed_in) => signed_in,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Alice's session, whose tokens seem about to expire: the clock of the day they came is believed to have been slow.
fn expiring(service: &Server) -> (Sessions, SessionHandle, Arc<AtomicUsize>) {
    let (client, refreshes) = client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let session = sign_in(&client).session;
    let session = Session::with_clock_drift(session.username(), session.tokens().clone(), -3590);
    let handle = sessions.save(&session.into()).unwrap();
    (sessions, handle, refreshes)
}

#[test]
fn a_hundred_threads_that_ask_at_expiry_cause_one_refresh() {
    let service = service();
    let (_sessions, handle, refreshes) = expiring(&service);
    let tokens: Vec<_> = thread::scope(|scope| {
        let asking: Vec<_> = (0..100).map(|_| scope.spawn(|| handle.access_token().unwrap())).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0]));
}

#[test]
fn threads_that_ask_together_share_a_failure_too() {
    let service = service();
    let (_sessions, handle, refreshes) = expiring(&service);
    service.with(|simulator| simulator.faults().plan(FaultPlan::next(Fault::Page { status: 403 })));
    // All are there before the first one asks, since whoever asks after the failure tries again.
    let all_are_there = Barrier::new(20);
    thread::scope(|scope| {
        let ask = || {
            all_are_there.wait();
            handle.get().unwrap()
        };
        let asking: Vec<_> = (0..20).map(|_| scope.spawn(ask)).collect();
        for thread in asking {
            assert!(thread.join().unwrap().refresh_error.is_some());
        }
    });
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    assert!(handle.get().unwrap().refresh_error.is_none());
}

#[test]
fn all_handles_of_a_user_are_one() {
    let service = service();
    let (sessions, handle, _) = expiring(&service);
    let renewed = handle.refresh().unwrap().session;
    assert_eq!(sessions.user("alice").get().unwrap().session.username(), renewed.username());
    sessions.clone().user("alice").sign_out(SignOutScope::Local).local.unwrap();
    assert!(matches!(handle.get(), Err(Error::NotSignedIn)));
}

#[test]
fn who_listens_hears_of_every_change() {
    let service = service();
    let (client, _) = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let events = sessions.subscribe();
    let heard = || events.try_iter().map(|SessionEvent { change, .. }| change).collect::<Vec<_>>();
    let handle = sessions.save(&sign_in(&client)).unwrap();
    assert_eq!(heard(), [SessionChange::SignedIn]);
    handle.get().unwrap();
    assert_eq!(heard(), []);
    handle.refresh().unwrap();
    assert_eq!(heard(), [SessionChange::Refreshed]);
    handle.sign_out(SignOutScope::Revoke).local.unwrap();
    assert_eq!(heard(), [SessionChange::SignedOut]);
}

#[test]
fn pages_follow_each_other_to_the_last() {
    let service = service();
    let (client, _) = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let handle = sessions.save(&sign_in(&client)).unwrap();
    for _ in 0..4 {
        sign_in(&client);
    }
    let mut list = ListDevices::new();
    list.limit = Some(2);
    let pages: Vec<_> = handle.pages(list).map(|page| page.unwrap().devices.len()).collect();
    assert_eq!(pages, [2, 2, 1]);
}

/// A transport that panics with the first refresh.
struct Panicking(UreqTransport, AtomicUsize);

impl Transport for Panicking {
    fn send(&self, request: &Request) -> SendOutcome {
        if request.operation() == "GetTokensFromRefreshToken" && self.1.fetch_add(1, Ordering::Relaxed) == 0 {
            thread::sleep(Duration::from_millis(200));
            panic!("a fault of the transport's own");
        }
        self.0.send(request)
    }
}

#[test]
fn a_transport_that_panics_leaves_nobody_waiting_and_no_session_lost() {
    let service = service();
    let (client, _) = client(&service);
    let panicking = Panicking(UreqTransport::new(&TransportSettings::default()), AtomicUsize::new(0));
    let sessions = Sessions::new(Client::with_transport(client.app_client().clone(), panicking), MemoryStore::new());
    let handle = sessions.save(&sign_in(&client)).unwrap();
    thread::scope(|scope| {
        let first = scope.spawn(|| handle.refresh());
        thread::sleep(Duration::from_millis(20));
        let second = scope.spawn(|| handle.get());
        assert!(first.join().is_err(), "the panic is its caller's");
        second.join().unwrap().expect("the tokens are good");
    });
    handle.refresh().unwrap();
    handle.call(GetUser::new()).unwrap();
}
