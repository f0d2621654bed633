//! AWS credentials from the tokio adapter: many who ask, some who stop waiting, and a store shared with the blocking one.

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

/// Notes the operations that it sends requests of, and takes its time over credentials.
struct Noting {
    transport: ReqwestTransport,
    operations: Arc<Mutex<Vec<String>>>,
}

impl Transport for Noting {
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
        let noting = Noting { transport, operations: Arc::clone(&operations) };
        let identity_pool_client = IdentityPoolClient::with_transport(identity_pool(&service), noting);
        let flow = SignIn::srp(client.app_client(), "alice", PASSWORD, client.seed().unwrap());
        let SignInOutcome::SignedIn(signed_in) = client.run(flow).await.unwrap() else { panic!() };
        let session = Sessions::new(client, MemoryStore::new()).save(&signed_in).await.unwrap();
        Self { service, store: Arc::new(MemoryStore::new()), identity_pool_client, operations, session }
    }

    fn user(&self) -> CredentialsProvider {
        let (client, store) = (self.identity_pool_client.clone(), Arc::clone(&self.store));
        CredentialsProvider::for_session(client, store, self.session.clone())
    }

    /// What was sent to the identity pool since this was asked last.
    fn sent(&self) -> Vec<String> {
        std::mem::take(&mut *self.operations.lock().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_tasks_that_ask_at_once_cause_one_request() {
    let scene = Scene::new().await;
    let user = scene.user();
    let asking: Vec<_> = (0..200)
        .map(|_| {
            let user = user.clone();
            tokio::spawn(async move { user.get().await.unwrap().credentials })
        })
        .collect();
    let mut credentials = Vec::new();
    for task in asking {
        credentials.push(task.await.unwrap());
    }
    assert!(credentials.iter().all(|given| *given == credentials[0]));
    assert_eq!(scene.sent(), ["GetId", "GetCredentialsForIdentity"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_tasks_share_what_went_wrong_too() {
    let scene = Scene::new().await;
    scene.service.plan_fault(FaultPlan::next(Fault::Page { status: 403 }).for_operation("GetCredentialsForIdentity"));
    let user = scene.user();
    let asking: Vec<_> = (0..200)
        .map(|_| {
            let user = user.clone();
            tokio::spawn(async move { user.get().await })
        })
        .collect();
    for task in asking {
        // Who comes late finds that it is over, and asks anew.
        let _ = task.await.unwrap();
    }
    assert!(scene.sent().len() < 10);
    user.get().await.unwrap();
}

#[tokio::test]
async fn a_caller_that_is_cancelled_half_way_stops_nothing() {
    let scene = Scene::new().await;
    let user = scene.user();
    let impatient = tokio::spawn({
        let user = user.clone();
        async move { user.get().await }
    });
    while scene.operations.lock().unwrap().len() < 2 {
        sleep(Duration::from_millis(1)).await;
    }
    impatient.abort();
    user.get().await.unwrap();
    assert_eq!(scene.sent(), ["GetId", "GetCredentialsForIdentity"], "the second joined the first one's request");
}

#[tokio::test]
async fn a_future_that_is_dropped_at_any_point_hinders_no_other() {
    let scene = Scene::new().await;
    for polls in 0..20 {
        let user = scene.user();
        {
            let mut asking = pin!(user.get());
            for _ in 0..polls {
                if let Poll::Ready(result) = asking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
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
async fn logins_are_asked_for_when_new_credentials_are() {
    let scene = Scene::new().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let expires = Timestamp::from_unix_seconds(scene.service.now().as_unix_seconds() + 3600);
    let token = login_token("https://accounts.google.com", "google-app", "bob", expires, []);
    let logins = {
        let asked = Arc::clone(&asked);
        move || {
            asked.fetch_add(1, Ordering::Relaxed);
            let logins = Logins::new().with(Logins::GOOGLE, &*token);
            async move { Ok(logins) }
        }
    };
    let (client, store) = (scene.identity_pool_client.clone(), Arc::clone(&scene.store));
    let provider = CredentialsProvider::for_logins(client, store, "bob", logins);
    provider.get().await.unwrap();
    provider.get().await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    provider.refresh().await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

type Asking = BoxFuture<'static, Result<(), Error>>;

/// Both kinds of work.
fn works(user: &CredentialsProvider, session: &SessionHandle) -> [Asking; 2] {
    let (user, session) = (user.clone(), session.clone());
    [
        Box::pin(async move { user.get().await.map(|_| ()) }),
        Box::pin(async move { session.refresh().await.map(|_| ()) }),
    ]
}

/// A caller who stops waiting before the work has begun, and takes the runtime with it.
#[test]
fn a_runtime_that_ends_before_the_work_has_begun_leaves_nobody_waiting() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let scene = first.block_on(Scene::new());
    let (user, session) = (scene.user(), scene.session.clone());
    first.block_on(async {
        for mut asking in works(&user, &session) {
            assert!(asking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    });
    drop(first);
    runtime().block_on(async {
        for asking in works(&user, &session) {
            tokio::time::timeout(Duration::from_secs(10), asking).await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_caller_outside_of_any_runtime_leaves_nobody_waiting() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let scene = runtime.block_on(Scene::new());
    let user = scene.user();
    let outside = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = pin!(user.get()).as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }));
    assert!(outside.is_err(), "tokio says that there is none");
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), user.get()).await }).unwrap().unwrap();
}
