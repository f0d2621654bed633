//! Session handles on both adapters: pages and events.

use cognito_blocking::TransportSettings;
use cognito_core::operation::{ListDevices, RevokeToken};
use cognito_core::{SessionEvent, SessionEventKind, SignOutScope};
use cognito_integration_tests::support::adapter::{Adapter, SessionHandle as _};
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_integration_tests::support::service::app_client;
use cognito_integration_tests::test_on_both_adapters;
use cognito_testkit::Server;

use crate::device_service;

test_on_both_adapters! {
    pages_returns_every_page_in_order,
    a_subscriber_receives_every_session_event,
}

#[track_caller]
fn client<A: Adapter>(service: &Server) -> A {
    A::new(app_client(service), &TransportSettings::default())
}

fn a_subscriber_receives_every_session_event<A: Adapter>() {
    let service = device_service();
    let client = client::<A>(&service);
    let mut events = client.subscribe();
    let mut received = || -> Vec<SessionEventKind> {
        let kind = |SessionEvent { username, kind, .. }| {
            assert_eq!(username, "alice");
            kind
        };
        events().into_iter().map(kind).collect()
    };
    let handle = client.save(&client.sign_in("alice", PASSWORD)).unwrap();
    assert_eq!(received(), [SessionEventKind::SignedIn]);
    handle.get().unwrap();
    assert_eq!(received(), []);
    handle.refresh().unwrap();
    assert_eq!(received(), [SessionEventKind::Refreshed]);
    handle.sign_out(SignOutScope::Revoke).local.unwrap();
    assert_eq!(received(), [SessionEventKind::SignedOut]);

    let handle = client.save(&client.sign_in("alice", PASSWORD)).unwrap();
    assert_eq!(received(), [SessionEventKind::SignedIn]);
    let session = handle.get().unwrap().session;
    client.call(RevokeToken::new(session.refresh_token().unwrap().clone())).unwrap();
    assert!(handle.refresh().unwrap_err().ends_session());
    assert_eq!(received(), [SessionEventKind::Expired]);
}

fn pages_returns_every_page_in_order<A: Adapter>() {
    let service = device_service();
    let client = client::<A>(&service);
    let handle = client.save(&client.sign_in("alice", PASSWORD)).unwrap();
    for _ in 0..4 {
        client.sign_in("alice", PASSWORD);
    }
    let mut list = ListDevices::new();
    list.limit = Some(2);
    let pages: Vec<_> = handle.pages(list).unwrap().into_iter().map(|page| page.devices.len()).collect();
    assert_eq!(pages, [2, 2, 1]);
}
