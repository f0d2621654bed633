//! One session that many threads use at the same time, on the blocking adapter.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use cognito_blocking::operation::GetUser;
use cognito_blocking::{
    Client, Error, MemoryStore, Request, SendOutcome, SessionHandle, Sessions, SignOutScope, Transport,
    TransportSettings, UreqTransport,
};
use cognito_integration_tests::support::service::app_client;
use cognito_integration_tests::support::sessions::{about_to_expire, sign_in};
use cognito_testkit::{Fault, FaultPlan, Server};

use crate::device_service;

/// A transport that counts refreshes, and delays each refresh by 200 ms.
struct CountingTransport {
    transport: UreqTransport,
    refreshes: Arc<AtomicUsize>,
}

impl Transport for CountingTransport {
    fn send(&self, request: &Request) -> SendOutcome {
        if request.operation() == "GetTokensFromRefreshToken" {
            self.refreshes.fetch_add(1, Ordering::Relaxed);
            // The delay is long enough for all other threads to call.
            thread::sleep(Duration::from_millis(200));
        }
        self.transport.send(request)
    }
}

#[track_caller]
fn counting_client(service: &Server) -> (Client, Arc<AtomicUsize>) {
    let refreshes = Arc::new(AtomicUsize::new(0));
    let transport = UreqTransport::new(&TransportSettings::default());
    (
        Client::with_transport(app_client(service), CountingTransport { transport, refreshes: Arc::clone(&refreshes) }),
        refreshes,
    )
}

/// Returns sessions with the expiring session of alice, a handle on that session, and the count of refreshes.
#[track_caller]
fn expiring_session(service: &Server) -> (Sessions, SessionHandle, Arc<AtomicUsize>) {
    let (client, refreshes) = counting_client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let handle = sessions.save(&about_to_expire(&sign_in(&client, "alice"))).unwrap();
    (sessions, handle, refreshes)
}

#[test]
fn a_hundred_threads_at_expiry_cause_one_refresh() {
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring_session(&service);
    let tokens: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..100).map(|_| scope.spawn(|| handle.access_token().unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0]));
}

#[test]
fn concurrent_threads_share_one_failed_refresh() {
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring_session(&service);
    service.plan_fault(FaultPlan::next(Fault::Page { status: 403 }));
    // All threads start before the first call, because a call after the failure would refresh again.
    let all_are_ready = Barrier::new(20);
    thread::scope(|scope| {
        let call = || {
            all_are_ready.wait();
            handle.get().unwrap()
        };
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(call)).collect();
        for thread in threads {
            assert!(thread.join().unwrap().refresh_error.is_some());
        }
    });
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    assert!(handle.get().unwrap().refresh_error.is_none());
}

#[test]
fn all_handles_of_a_user_share_one_session() {
    let service = device_service();
    let (sessions, handle, _) = expiring_session(&service);
    let renewed = handle.refresh().unwrap().session;
    assert_eq!(sessions.user("alice").get().unwrap().session.username(), renewed.username());
    sessions.clone().user("alice").sign_out(SignOutScope::Local).local.unwrap();
    assert!(matches!(handle.get(), Err(Error::NotSignedIn)));
}

/// A transport that panics at the first refresh.
struct PanickingTransport(UreqTransport, AtomicUsize);

impl Transport for PanickingTransport {
    fn send(&self, request: &Request) -> SendOutcome {
        if request.operation() == "GetTokensFromRefreshToken" && self.1.fetch_add(1, Ordering::Relaxed) == 0 {
            thread::sleep(Duration::from_millis(200));
            panic!("a bug in the transport");
        }
        self.0.send(request)
    }
}

#[test]
fn a_panicking_transport_blocks_nobody_and_keeps_sessions() {
    let service = device_service();
    let panicking = PanickingTransport(UreqTransport::new(&TransportSettings::default()), AtomicUsize::new(0));
    let client = Client::with_transport(app_client(&service), panicking);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let handle = sessions.save(&sign_in(&client, "alice").into()).unwrap();
    thread::scope(|scope| {
        let first = scope.spawn(|| handle.refresh());
        thread::sleep(Duration::from_millis(20));
        let second = scope.spawn(|| handle.get());
        assert!(first.join().is_err(), "the panic reaches the caller");
        second.join().unwrap().expect("the tokens are valid");
    });
    handle.refresh().unwrap();
    handle.call(GetUser::new()).unwrap();
}
