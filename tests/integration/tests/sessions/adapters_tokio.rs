//! One session that many tasks use at the same time, on the tokio adapter. Some tasks are cancelled.

use cognito_integration_tests::support::files::session_file;
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_integration_tests::support::service::app_client;
use cognito_integration_tests::support::sessions::about_to_expire;
use cognito_testkit::{Fault, FaultPlan, Server};
use cognito_tokio::operation::GetUser;
use cognito_tokio::{
    BoxFuture, Client, Error, FileStore, MemoryStore, Request, ReqwestTransport, SendOutcome, SessionHandle, Sessions,
    SignIn, SignInOutcome, SignOutScope, SignedIn, Transport, TransportSettings, transport_fn,
};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::sleep;

use crate::device_service;

/// A transport that counts refreshes, and delays each refresh by 50 ms.
struct CountingTransport {
    transport: ReqwestTransport,
    refreshes: Arc<AtomicUsize>,
}

impl Transport for CountingTransport {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, SendOutcome> {
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
    (
        Client::with_transport(app_client(service), CountingTransport { transport, refreshes: Arc::clone(&refreshes) }),
        refreshes,
    )
}

async fn sign_in(client: &Client) -> SignedIn {
    let flow = SignIn::srp(client.app_client(), "alice", PASSWORD, client.seed().unwrap());
    match client.run(flow).await.unwrap() {
        SignInOutcome::SignedIn(signed_in) => signed_in,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Returns sessions with the expiring session of alice, a handle on that session, and the count of refreshes.
async fn expiring_session(service: &Server) -> (Sessions, SessionHandle, Arc<AtomicUsize>) {
    let (client, refreshes) = counting_client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let session = sign_in(&client).await.session;
    let handle = sessions.save(&about_to_expire(&session)).await.unwrap();
    (sessions, handle, refreshes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_tasks_at_expiry_cause_one_refresh() {
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring_session(&service).await;
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let handle = handle.clone();
            tokio::spawn(async move { handle.access_token().await.unwrap() })
        })
        .collect();
    let mut tokens = Vec::new();
    for task in tasks {
        tokens.push(task.await.unwrap());
    }
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    handle.call(GetUser::new()).await.unwrap();
}

#[tokio::test]
async fn a_cancelled_caller_does_not_stop_the_refresh() {
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring_session(&service).await;
    let cancelled = tokio::spawn({
        let handle = handle.clone();
        async move { handle.get().await }
    });
    sleep(Duration::from_millis(20)).await;
    cancelled.abort();
    handle.get().await.unwrap();
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    handle.refresh().await.unwrap();
}

/// A future that polls another future a limited number of times, and then ends with `None`.
struct LimitedPolls<F>(Pin<Box<F>>, usize);

impl<F: Future> Future for LimitedPolls<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<F::Output>> {
        if self.1 == 0 {
            return Poll::Ready(None);
        }
        self.1 -= 1;
        self.0.as_mut().poll(context).map(Some)
    }
}

/// Starts a future repeatedly and drops it one poll later each time, until the future completes. Runs `check`
/// after each attempt.
async fn drop_at_every_poll<F: Future, C: Future<Output = ()>>(mut begin: impl FnMut() -> F, check: impl Fn() -> C) {
    for polls in 0..100 {
        let dropped = LimitedPolls(Box::pin(begin()), polls);
        let ended = tokio::time::timeout(Duration::from_secs(20), dropped).await.expect("the future must end");
        check().await;
        if ended.is_some() {
            assert!(polls > 0);
            return;
        }
    }
    panic!("the future takes more than 100 polls");
}

#[tokio::test]
async fn a_refresh_dropped_at_any_point_keeps_the_session() {
    // Without a grace period, losing the new refresh token would end the session.
    let service = device_service();
    let (_sessions, handle, _) = expiring_session(&service).await;
    drop_at_every_poll(|| handle.refresh(), || async { drop(handle.refresh().await.unwrap()) }).await;
    drop_at_every_poll(|| handle.get(), || async { drop(handle.call(GetUser::new()).await.unwrap()) }).await;
}

#[tokio::test]
async fn sign_ins_and_saves_dropped_at_any_point_block_nobody() {
    let service = device_service();
    let (client, _) = counting_client(&service);
    drop_at_every_poll(|| sign_in(&client), || async { drop(sign_in(&client).await) }).await;

    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let signed_in = sign_in(&client).await;
    drop_at_every_poll(|| sessions.save(&signed_in), || async { drop(sessions.save(&signed_in).await.unwrap()) }).await;
    let handle = sessions.user("alice");
    drop_at_every_poll(|| handle.sign_out(SignOutScope::Local), || async {}).await;
    handle.sign_out(SignOutScope::Local).await.local.unwrap();
    assert!(matches!(handle.get().await, Err(Error::NotSignedIn)));
}

#[tokio::test]
async fn concurrent_tasks_share_one_failed_refresh() {
    let service = device_service();
    let (_sessions, handle, refreshes) = expiring_session(&service).await;
    service.plan_fault(FaultPlan::next(Fault::Page { status: 403 }));
    let calls = (0..20).map(|_| handle.get());
    for kept in futures_util::future::join_all(calls).await {
        assert!(kept.unwrap().refresh_error.is_some());
    }
    assert_eq!(refreshes.load(Ordering::Relaxed), 1);
    assert!(handle.get().await.unwrap().refresh_error.is_none());
}

#[tokio::test]
async fn a_panicking_transport_is_an_error_for_every_caller() {
    let service = device_service();
    let (client, _) = counting_client(&service);
    let signed_in = sign_in(&client).await;
    let transport = ReqwestTransport::new(&TransportSettings::default());
    let panics = AtomicUsize::new(0);
    let panicking = transport_fn(move |request: Request| {
        let transport = transport.clone();
        let panics = request.operation() == "GetTokensFromRefreshToken" && panics.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            sleep(Duration::from_millis(20)).await;
            assert!(!panics, "a bug in the transport");
            transport.send(&request).await
        }
    });
    let sessions = Sessions::new(Client::with_transport(client.app_client().clone(), panicking), MemoryStore::new());
    let handle = sessions.save(&about_to_expire(&signed_in.session)).await.unwrap();
    let (first, second) = tokio::join!(handle.get(), handle.get());
    assert!(matches!((first, second), (Err(Error::NotReached(_)), Err(Error::NotReached(_)))));
    handle.refresh().await.unwrap();
}

#[tokio::test]
async fn a_session_continues_in_a_process_with_the_other_adapter() {
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
    // A refresh reads the store again under the lock, so that it does not send the spent refresh token.
    sessions.user("alice").refresh().await.unwrap();
}
