//! One session and many tasks that ask for it, some of which stop waiting.

use cognito_integration_tests::support::files::session_file;
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_integration_tests::support::service::app_client;
use cognito_integration_tests::support::sessions::about_to_expire;
use cognito_testkit::{Fault, FaultPlan, Server};
use cognito_tokio::operation::GetUser;
use cognito_tokio::{
    BoxFuture, Client, Error, Event, FileStore, MemoryStore, Request, ReqwestTransport, SessionHandle, Sessions,
    SignIn, SignInOutcome, SignOutScope, SignedIn, Transport, TransportSettings,
};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::sleep;

use crate::device_service;

/// Counts refreshes, and takes its time over them.
struct Counting {
    transport: ReqwestTransport,
    refreshes: Arc<AtomicUsize>,
}

impl Transport for Counting {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Event> {
        Box::pin(async {
            if request.operation() == "GetTokensFromRefreshToken" {
                self.refreshes.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(50)).await;
            }
            self.transport.send(request).await
        })
    }
}

#[track_caller]
fn counting_client(service: &Server) -> (Client, Arc<AtomicUsize>) {
    let refreshes = Arc::new(AtomicUsize::new(0));
    let transport = ReqwestTransport::new(&TransportSettings::default());
    (Client::with_transport(app_client(service), Counting { transport, refreshes: Arc::clone(&refreshes) }), refreshes)
}

async fn sign_in(client: &Client) -> SignedIn {
    let flow = SignIn::srp(client.app_client(), "alice", PASSWORD, client.seed().unwrap());
    match client.run(flow).await.unwrap() {
        SignInOutcome::SignedIn(signed_in) => signed_in,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

async fn expiring(service: &Server) -> (Sessions, SessionHandle, Arc<AtomicUsize>) {
    let (client, refreshes) = counting_client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let session = sign_in(&client).await.session;
    let handle = sessions.save(&about_to_expire(&session)).await.unwrap();
    (sessions, handle, refreshes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_tasks_that_ask_at_expiry_cause_one_refresh() {
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring(&service).await;
    let asking: Vec<_> = (0..200)
        .map(|_| {
            let handle = handle.clone();
            tokio::spawn(async move { handle.access_token().await.unwrap() })
        })
        .collect();
    let mut tokens = Vec::new();
    for task in asking {
        tokens.push(task.await.unwrap());
    }
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    handle.call(GetUser::new()).await.unwrap();
}

#[tokio::test]
async fn a_caller_that_is_cancelled_half_way_neither_loses_the_refresh_nor_blocks_the_others() {
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring(&service).await;
    let impatient = tokio::spawn({
        let handle = handle.clone();
        async move { handle.get().await }
    });
    sleep(Duration::from_millis(20)).await;
    impatient.abort();
    handle.get().await.unwrap();
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    handle.refresh().await.unwrap();
}

/// Polls a future so many times at the most, then drops it.
struct AtMost<F>(Pin<Box<F>>, usize);

impl<F: Future> Future for AtMost<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        if self.1 == 0 {
            return Poll::Ready(None);
        }
        self.1 -= 1;
        self.0.as_mut().poll(context).map(Some)
    }
}

/// Drops a future at every await point, one after the other, until it comes to its end. After each, `check` is run.
async fn dropped_everywhere<F: Future, C: Future<Output = ()>>(mut begin: impl FnMut() -> F, check: impl Fn() -> C) {
    for polls in 0..100 {
        let dropped = AtMost(Box::pin(begin()), polls);
        let ended = tokio::time::timeout(Duration::from_secs(20), dropped).await.expect("it comes to an end");
        check().await;
        if ended.is_some() {
            assert!(polls > 0);
            return;
        }
    }
    panic!("it takes more than a hundred polls");
}

#[tokio::test]
async fn a_refresh_that_is_dropped_at_any_point_costs_nobody_the_session() {
    // Without a grace period, a refresh token that was lost would end the session.
    let service = device_service();
    let (_sessions, handle, _) = expiring(&service).await;
    dropped_everywhere(|| handle.refresh(), || async { drop(handle.refresh().await.unwrap()) }).await;
    dropped_everywhere(|| handle.get(), || async { drop(handle.call(GetUser::new()).await.unwrap()) }).await;
}

#[tokio::test]
async fn a_sign_in_and_a_save_that_are_dropped_at_any_point_hinder_no_other() {
    let service = device_service();
    let (client, _) = counting_client(&service);
    dropped_everywhere(|| sign_in(&client), || async { drop(sign_in(&client).await) }).await;

    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let signed_in = sign_in(&client).await;
    dropped_everywhere(|| sessions.save(&signed_in), || async { drop(sessions.save(&signed_in).await.unwrap()) }).await;
    let handle = sessions.user("alice");
    dropped_everywhere(|| handle.sign_out(SignOutScope::Local), || async {}).await;
    handle.sign_out(SignOutScope::Local).await.local.unwrap();
    assert!(matches!(handle.get().await, Err(Error::NotSignedIn)));
}

#[tokio::test]
async fn tasks_that_ask_together_share_a_failure_and_keep_the_session() {
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring(&service).await;
    service.plan_fault(FaultPlan::next(Fault::Page { status: 403 }));
    let asking = (0..20).map(|_| handle.get());
    for kept in futures_util::future::join_all(asking).await {
        assert!(kept.unwrap().refresh_error.is_some());
    }
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    assert!(handle.get().await.unwrap().refresh_error.is_none());
}

#[tokio::test]
async fn a_transport_that_panics_is_an_error_and_leaves_nobody_waiting() {
    let service = device_service();
    let (client, _) = counting_client(&service);
    let signed_in = sign_in(&client).await;
    let transport = ReqwestTransport::new(&TransportSettings::default());
    let panics = AtomicUsize::new(0);
    let panicking = move |request: Request| {
        let transport = transport.clone();
        let panics = request.operation() == "GetTokensFromRefreshToken" && panics.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            sleep(Duration::from_millis(20)).await;
            assert!(!panics, "a fault of the transport's own");
            transport.send(&request).await
        }
    };
    let sessions = Sessions::new(Client::with_transport(client.app_client().clone(), panicking), MemoryStore::new());
    let handle = sessions.save(&about_to_expire(&signed_in.session)).await.unwrap();
    let (first, second) = tokio::join!(handle.get(), handle.get());
    assert!(matches!((first, second), (Err(Error::NotReached(_)), Err(Error::NotReached(_)))));
    handle.refresh().await.unwrap();
}

#[tokio::test]
async fn a_session_goes_on_in_another_process_of_either_kind() {
    let service = device_service();
    let path = session_file("either_kind");
    let (client, _) = counting_client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(&path));
    sessions.save(&sign_in(&client).await).await.unwrap();
    let renewed = sessions.user("alice").refresh().await.unwrap().session;

    let app_client = client.app_client().clone();
    let read = tokio::task::spawn_blocking(move || {
        let client = cognito_blocking::Client::new(app_client);
        let sessions = cognito_blocking::Sessions::new(client, cognito_blocking::FileStore::new(path));
        assert_eq!(sessions.last_username().unwrap().as_deref(), Some("alice"));
        sessions.user("alice").refresh().unwrap().session
    })
    .await
    .unwrap();
    assert_ne!(read.refresh_token(), renewed.refresh_token());
    // The store is read again under the lock, so that the token which is spent is not used.
    sessions.user("alice").refresh().await.unwrap();
}
