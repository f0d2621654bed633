//! One session and many threads that ask for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use cognito_blocking::operation::GetUser;
use cognito_blocking::{
    Client, Error, Event, MemoryStore, Request, SessionHandle, Sessions, SignOutScope, Transport, TransportSettings,
    UreqTransport,
};
use cognito_integration_tests::support::service::app_client;
use cognito_integration_tests::support::sessions::{about_to_expire, sign_in};
use cognito_testkit::{Fault, FaultPlan, Server};

use crate::device_service;

/// Counts the requests of each kind that it sends.
struct Counting {
    transport: UreqTransport,
    refreshes: Arc<AtomicUsize>,
}

impl Transport for Counting {
    fn send(&self, request: &Request) -> Event {
        if request.operation() == "GetTokensFromRefreshToken" {
            self.refreshes.fetch_add(1, Ordering::Relaxed);
            // Long enough for all the others to ask.
            thread::sleep(Duration::from_millis(200));
        }
        self.transport.send(request)
    }
}

#[track_caller]
fn counting_client(service: &Server) -> (Client, Arc<AtomicUsize>) {
    let refreshes = Arc::new(AtomicUsize::new(0));
    let transport = UreqTransport::new(&TransportSettings::default());
    (Client::with_transport(app_client(service), Counting { transport, refreshes: Arc::clone(&refreshes) }), refreshes)
}

/// Alice's session, whose tokens seem about to expire.
#[track_caller]
fn expiring(service: &Server) -> (Sessions, SessionHandle, Arc<AtomicUsize>) {
    let (client, refreshes) = counting_client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let handle = sessions.save(&about_to_expire(&sign_in(&client, "alice"))).unwrap();
    (sessions, handle, refreshes)
}

#[test]
fn a_hundred_threads_that_ask_at_expiry_cause_one_refresh() {
    let service = device_service();
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
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring(&service);
    service.plan_fault(FaultPlan::next(Fault::Page { status: 403 }));
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
    let service = device_service();
    let (sessions, handle, _) = expiring(&service);
    let renewed = handle.refresh().unwrap().session;
    assert_eq!(sessions.user("alice").get().unwrap().session.username(), renewed.username());
    sessions.clone().user("alice").sign_out(SignOutScope::Local).local.unwrap();
    assert!(matches!(handle.get(), Err(Error::NotSignedIn)));
}

/// A transport that panics with the first refresh.
struct Panicking(UreqTransport, AtomicUsize);

impl Transport for Panicking {
    fn send(&self, request: &Request) -> Event {
        if request.operation() == "GetTokensFromRefreshToken" && self.1.fetch_add(1, Ordering::Relaxed) == 0 {
            thread::sleep(Duration::from_millis(200));
            panic!("a fault of the transport's own");
        }
        self.0.send(request)
    }
}

#[test]
fn a_transport_that_panics_leaves_nobody_waiting_and_no_session_lost() {
    let service = device_service();
    let panicking = Panicking(UreqTransport::new(&TransportSettings::default()), AtomicUsize::new(0));
    let client = Client::with_transport(app_client(&service), panicking);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let handle = sessions.save(&sign_in(&client, "alice").into()).unwrap();
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
