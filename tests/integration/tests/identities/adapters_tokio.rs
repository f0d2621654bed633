//! AWS credentials from the tokio adapter: concurrent callers, cancelled callers, and runtimes that end
//! early.

use cognito_integration_tests::support::scene::PASSWORD;
use cognito_integration_tests::support::service::{app_client, identity_pool, service};
use cognito_testkit::{Fault, FaultPlan, Server, login_token};
use cognito_tokio::{
    BoxFuture, Client, CredentialsProvider, Error, IdentityPoolClient, Logins, MemoryStore, Request, ReqwestTransport,
    SendOutcome, SessionHandle, Sessions, SignIn, SignInOutcome, Timestamp, Transport, TransportSettings,
};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::sleep;

/// A transport that records the operation of each request, and delays requests for credentials by 50 ms.
struct RecordingTransport {
    transport: ReqwestTransport,
    operations: Arc<Mutex<Vec<String>>>,
}

impl Transport for RecordingTransport {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, SendOutcome> {
        Box::pin(async {
            self.operations.lock().unwrap().push(request.operation().to_owned());
            if request.operation() == "GetCredentialsForIdentity" {
                sleep(Duration::from_millis(50)).await;
            }
            self.transport.send(request).await
        })
    }
}

struct Scene {
    service: Server,
    store: Arc<MemoryStore>,
    identity_pool_client: IdentityPoolClient,
    operations: Arc<Mutex<Vec<String>>>,
    session: SessionHandle,
}

impl Scene {
    async fn new() -> Self {
        let service = service(|_| ());
        let client = Client::new(app_client(&service));
        let operations = Arc::new(Mutex::new(Vec::new()));
        let transport = ReqwestTransport::new(&TransportSettings::default());
        let recording = RecordingTransport { transport, operations: Arc::clone(&operations) };
        let identity_pool_client = IdentityPoolClient::with_transport(identity_pool(&service), recording);
        let flow = SignIn::srp(client.app_client(), "alice", PASSWORD, client.seed().unwrap());
        let SignInOutcome::SignedIn(signed_in) = client.run(flow).await.unwrap() else { panic!() };
        let session = Sessions::new(client, MemoryStore::new()).save(&signed_in).await.unwrap();
        Self { service, store: Arc::new(MemoryStore::new()), identity_pool_client, operations, session }
    }

    fn user(&self) -> CredentialsProvider {
        let (client, store) = (self.identity_pool_client.clone(), Arc::clone(&self.store));
        CredentialsProvider::for_session(client, store, self.session.clone())
    }

    /// Returns the operations that were sent to the identity pool since the last call of this function.
    fn sent(&self) -> Vec<String> {
        std::mem::take(&mut *self.operations.lock().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_concurrent_tasks_cause_one_request() {
    let scene = Scene::new().await;
    let user = scene.user();
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let user = user.clone();
            tokio::spawn(async move { user.get().await.unwrap().credentials })
        })
        .collect();
    let mut credentials = Vec::new();
    for task in tasks {
        credentials.push(task.await.unwrap());
    }
    assert!(credentials.iter().all(|result| *result == credentials[0]));
    assert_eq!(scene.sent(), ["GetId", "GetCredentialsForIdentity"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_tasks_share_one_failure() {
    let scene = Scene::new().await;
    scene.service.plan_fault(FaultPlan::next(Fault::Page { status: 403 }).for_operation("GetCredentialsForIdentity"));
    let user = scene.user();
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let user = user.clone();
            tokio::spawn(async move { user.get().await })
        })
        .collect();
    for task in tasks {
        // A task that starts after the failure sends a new request, so the task may succeed.
        let _ = task.await.unwrap();
    }
    assert!(scene.sent().len() < 10);
    user.get().await.unwrap();
}

#[tokio::test]
async fn a_cancelled_caller_does_not_stop_the_job() {
    let scene = Scene::new().await;
    let user = scene.user();
    let cancelled = tokio::spawn({
        let user = user.clone();
        async move { user.get().await }
    });
    while scene.operations.lock().unwrap().len() < 2 {
        sleep(Duration::from_millis(1)).await;
    }
    cancelled.abort();
    user.get().await.unwrap();
    assert_eq!(scene.sent(), ["GetId", "GetCredentialsForIdentity"], "the second caller joins the running job");
}

#[tokio::test]
async fn a_future_dropped_at_any_point_blocks_no_other_caller() {
    let scene = Scene::new().await;
    for polls in 0..20 {
        let user = scene.user();
        {
            let mut call = pin!(user.get());
            for _ in 0..polls {
                if let Poll::Ready(result) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    result.unwrap();
                    break;
                }
                sleep(Duration::from_millis(5)).await;
            }
        }
        tokio::time::timeout(Duration::from_secs(10), user.get()).await.unwrap().unwrap();
    }
    let ids = scene.sent().into_iter().filter(|operation| operation == "GetId").count();
    assert_eq!(ids, 1);
}

#[tokio::test]
async fn logins_are_requested_only_for_new_credentials() {
    let scene = Scene::new().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let expires = Timestamp::from_unix_seconds(scene.service.now().as_unix_seconds() + 3600);
    let token = login_token("https://accounts.google.com", "google-app", "bob", expires, []);
    let logins = {
        let calls = Arc::clone(&calls);
        move || {
            calls.fetch_add(1, Ordering::Relaxed);
            let logins = Logins::new().with(Logins::GOOGLE, &*token);
            async move { Ok(logins) }
        }
    };
    let (client, store) = (scene.identity_pool_client.clone(), Arc::clone(&scene.store));
    let provider = CredentialsProvider::for_logins(client, store, "bob", logins);
    provider.get().await.unwrap();
    provider.get().await.unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    provider.refresh().await.unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

type Job = BoxFuture<'static, Result<(), Error>>;

/// Returns one job of each kind: getting AWS credentials, and refreshing a session.
fn jobs(user: &CredentialsProvider, session: &SessionHandle) -> [Job; 2] {
    let (user, session) = (user.clone(), session.clone());
    [
        Box::pin(async move { user.get().await.map(|_| ()) }),
        Box::pin(async move { session.refresh().await.map(|_| ()) }),
    ]
}

/// Ends the caller's runtime after the first poll, before the job has started.
#[test]
fn a_runtime_that_ends_before_the_job_starts_blocks_nobody() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let scene = first.block_on(Scene::new());
    let (user, session) = (scene.user(), scene.session.clone());
    first.block_on(async {
        for mut job in jobs(&user, &session) {
            assert!(job.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    });
    drop(first);
    runtime().block_on(async {
        for job in jobs(&user, &session) {
            tokio::time::timeout(Duration::from_secs(10), job).await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_caller_outside_a_runtime_blocks_nobody() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let scene = runtime.block_on(Scene::new());
    let user = scene.user();
    let outside = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = pin!(user.get()).as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }));
    assert!(outside.is_err(), "tokio panics without a runtime");
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), user.get()).await }).unwrap().unwrap();
}
