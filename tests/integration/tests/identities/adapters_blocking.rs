//! AWS credentials from the blocking adapter, against the simulated identity pool, over HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cognito_blocking::error::{NotAuthorized, RefusalKind};
use cognito_blocking::operation::UnlinkIdentity;
use cognito_blocking::storage::Record;
use cognito_blocking::{
    AssumedRole, Client, Credentials, CredentialsProvider, Error, FileStore, IdentityPoolClient, Logins, MemoryStore,
    Request, Role, SendOutcome, SessionHandle, Sessions, SignOutScope, Store, StoreLock, Timestamp, Transport,
    TransportSettings, UreqTransport,
};
use cognito_integration_tests::support::files::session_file;
use cognito_integration_tests::support::identities::{GOOGLE, GUEST_ROLE, USER_ROLE};
use cognito_integration_tests::support::pair::not_authorized;
use cognito_integration_tests::support::service::{app_client, identity_pool, service};
use cognito_integration_tests::support::sessions::sign_in;
use cognito_testkit::{
    AmbiguousRoleResolution, CredentialsOwner, Fault, FaultPlan, RoleMapping, RoleMappingType, Server, login_token,
};

const ADMIN_ROLE: &str = "arn:aws:iam::123456789012:role/admin";

/// Starts a service whose credentials are valid for `credentials_seconds`. A login token of Google can name
/// the role of its user.
#[track_caller]
fn identity_service(credentials_seconds: u64) -> Server {
    service(|config| {
        let pool = &mut config.identity_pools[0];
        pool.credentials_seconds = credentials_seconds;
        let mapping = RoleMapping {
            kind: RoleMappingType::Token,
            ambiguous_role_resolution: AmbiguousRoleResolution::AuthenticatedRole,
            rules: Vec::new(),
        };
        pool.role_mappings.insert(GOOGLE.to_owned(), mapping);
    })
}

/// A transport that records the operation of each request.
#[derive(Clone)]
struct RecordingTransport {
    transport: UreqTransport,
    operations: Arc<Mutex<Vec<String>>>,
}

impl Transport for RecordingTransport {
    fn send(&self, request: &Request) -> SendOutcome {
        self.operations.lock().unwrap().push(request.operation().to_owned());
        if request.operation() == "GetCredentialsForIdentity" {
            // The delay is long enough for all other threads to request credentials.
            thread::sleep(Duration::from_millis(20));
        }
        self.transport.send(request)
    }
}

/// The service, the clients and the store of one machine, and the operations sent to the identity pool.
struct Scene {
    service: Server,
    store: Arc<MemoryStore>,
    identity_pool_client: IdentityPoolClient,
    operations: Arc<Mutex<Vec<String>>>,
    sessions: Sessions,
    client: Client,
}

impl Scene {
    #[track_caller]
    fn new(seconds: u64) -> Self {
        let service = identity_service(seconds);
        let client = Client::new(app_client(&service));
        let operations = Arc::new(Mutex::new(Vec::new()));
        let transport = UreqTransport::new(&TransportSettings::default());
        let recording = RecordingTransport { transport, operations: Arc::clone(&operations) };
        let identity_pool_client = IdentityPoolClient::with_transport(identity_pool(&service), recording);
        let sessions = Sessions::new(client.clone(), MemoryStore::new());
        Self { service, store: Arc::new(MemoryStore::new()), identity_pool_client, operations, sessions, client }
    }

    #[track_caller]
    fn sign_in(&self) -> SessionHandle {
        self.sessions.save(&sign_in(&self.client, "alice").into()).unwrap()
    }

    fn guest(&self) -> CredentialsProvider {
        CredentialsProvider::for_guest(self.identity_pool_client.clone(), Arc::clone(&self.store))
    }

    #[track_caller]
    fn user(&self) -> CredentialsProvider {
        CredentialsProvider::for_session(self.identity_pool_client.clone(), Arc::clone(&self.store), self.sign_in())
    }

    /// Returns a source of AWS credentials for the user bob, who signs in with `logins`.
    fn external_user(&self, logins: Logins) -> CredentialsProvider {
        let logins = move || Ok(logins.clone());
        CredentialsProvider::for_logins(self.identity_pool_client.clone(), Arc::clone(&self.store), "bob", logins)
    }

    fn google(&self, claims: &[(&str, serde_json::Value)]) -> Logins {
        let expires = Timestamp::from_unix_seconds(self.service.now().as_unix_seconds() + 3600);
        let token = login_token("https://accounts.google.com", "google-app", "bob", expires, claims.iter().cloned());
        Logins::new().with(Logins::GOOGLE, token)
    }

    #[track_caller]
    fn owner(&self, credentials: &Credentials) -> CredentialsOwner {
        let owner = self.service.with(|simulator| simulator.credentials_owner(&credentials.access_key_id));
        let owner = owner.unwrap();
        assert_eq!(owner.identity_id, credentials.identity_id);
        assert_eq!(owner.expires.as_unix_seconds(), credentials.expires_at.as_unix_seconds());
        owner
    }

    /// Returns the operations that were sent to the identity pool since the last call of this function.
    fn sent(&self) -> Vec<String> {
        std::mem::take(&mut *self.operations.lock().unwrap())
    }
}

/// Returns the credentials of a provider, and panics if a refresh or a save has failed.
#[track_caller]
fn valid_credentials(provider: &CredentialsProvider) -> Credentials {
    let kept = provider.get().unwrap();
    assert!(kept.refresh_error.is_none() && kept.save_error.is_none());
    kept.credentials
}

#[test]
fn users_and_guests_get_credentials_of_different_roles() {
    let scene = Scene::new(3600);
    let (user, guest) = (scene.user(), scene.guest());
    assert_eq!(scene.owner(&valid_credentials(&user)).role_arn, USER_ROLE);
    assert_eq!(scene.owner(&valid_credentials(&guest)).role_arn, GUEST_ROLE);
    assert_eq!(scene.sent(), ["GetId", "GetCredentialsForIdentity", "GetId", "GetCredentialsForIdentity"]);
}

#[test]
fn valid_credentials_and_the_identity_id_are_reused() {
    let scene = Scene::new(3600);
    let user = scene.user();
    let first = valid_credentials(&user);
    assert_eq!(valid_credentials(&user), first);
    assert_eq!(scene.sent().len(), 2);
    let renewed = user.refresh().unwrap().credentials;
    assert_ne!(renewed.access_key_id, first.access_key_id);
    assert_eq!(
        valid_credentials(&scene.user()).identity_id,
        first.identity_id,
        "a new provider reads the identity id from the store"
    );
    assert_eq!(scene.sent(), ["GetCredentialsForIdentity", "GetCredentialsForIdentity"]);
}

#[test]
fn a_hundred_concurrent_callers_cause_one_request() {
    let scene = Scene::new(3600);
    let user = scene.user();
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..100).map(|_| scope.spawn(|| valid_credentials(&user))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(results.iter().all(|credentials| *credentials == results[0]));
    assert_eq!(scene.sent(), ["GetId", "GetCredentialsForIdentity"]);
}

#[test]
fn short_lived_credentials_renew_early_and_survive_a_failure() {
    let scene = Scene::new(8);
    // The clock of the service is one hour ahead of the local clock, which the client must tolerate.
    scene.service.advance(Duration::from_secs(3600));
    // The credentials live shorter than the default margin of five minutes, so the margin is half of their
    // lifetime.
    let guest = scene.guest();
    let first = valid_credentials(&guest);
    assert_eq!(valid_credentials(&guest), first);
    thread::sleep(Duration::from_millis(4100));
    scene
        .service
        .plan_fault(FaultPlan::next(Fault::Fail { status: 500 }).for_operation("GetCredentialsForIdentity").times(3));
    let kept = guest.get().unwrap();
    let reason = kept.refresh_error.unwrap().refusal_kind();
    assert_eq!((kept.credentials, reason), (first.clone(), Some(RefusalKind::InternalError)));
    assert_ne!(valid_credentials(&guest), first);
}

#[test]
fn a_guest_with_known_logins_takes_the_existing_identity() {
    let scene = Scene::new(3600);
    let known = valid_credentials(&scene.user()).identity_id;
    // An empty store stands for another machine, on which nobody has signed in yet.
    let elsewhere = Scene { store: Arc::new(MemoryStore::new()), ..scene };
    assert_ne!(valid_credentials(&elsewhere.guest()).identity_id, known);
    assert_eq!(valid_credentials(&elsewhere.user()).identity_id, known);
    assert_eq!(elsewhere.store.keys().unwrap().len(), 1, "the guest's record is removed");
}

#[test]
fn a_deleted_identity_is_replaced_once() {
    let scene = Scene::new(3600);
    let user = scene.user();
    let before = valid_credentials(&user).identity_id;
    assert!(scene.service.with(|simulator| simulator.delete_identity(&before)));
    scene.sent();
    let after = user.refresh().unwrap().credentials.identity_id;
    assert_ne!(after, before);
    assert_eq!(scene.sent(), ["GetCredentialsForIdentity", "GetId", "GetCredentialsForIdentity"]);
    assert_eq!(user.refresh().unwrap().credentials.identity_id, after);
    assert_eq!(scene.sent(), ["GetCredentialsForIdentity"], "the new identity id is stored");
}

#[test]
fn linked_logins_share_an_identity_until_unlinked() {
    let scene = Scene::new(3600);
    let google = valid_credentials(&scene.external_user(scene.google(&[])));
    assert_eq!(scene.owner(&google).role_arn, USER_ROLE);
    let both = scene.google(&[]).with(Logins::FACEBOOK, "opaque-bob");
    assert_eq!(valid_credentials(&scene.external_user(both.clone())).identity_id, google.identity_id);
    let facebook = Logins::new().with(Logins::FACEBOOK, "opaque-bob");
    let other_machine = Scene { store: Arc::new(MemoryStore::new()), ..scene };
    assert_eq!(
        valid_credentials(&other_machine.external_user(facebook)).identity_id,
        google.identity_id,
        "the logins are linked"
    );

    let unlink = UnlinkIdentity::new(&google.identity_id, both, [Logins::FACEBOOK]);
    other_machine.identity_pool_client.call(unlink).unwrap();
    let facebook = Logins::new().with(Logins::FACEBOOK, "opaque-bob");
    assert_ne!(
        valid_credentials(&other_machine.external_user(facebook)).identity_id,
        google.identity_id,
        "the login is no longer linked"
    );
}

#[test]
fn one_of_several_roles_can_be_chosen() {
    let scene = Scene::new(3600);
    let roles = serde_json::json!([USER_ROLE, ADMIN_ROLE]);
    let provider = scene.external_user(scene.google(&[("cognito:roles", roles)]));
    let admin = provider.clone().with_role(Role::Custom(ADMIN_ROLE.to_owned()));
    assert_eq!(scene.owner(&valid_credentials(&admin)).role_arn, ADMIN_ROLE);
    assert_eq!(scene.owner(&valid_credentials(&provider)).role_arn, USER_ROLE);
    let unlisted = provider.with_role(Role::Custom("arn:aws:iam::123456789012:role/none".to_owned()));
    not_authorized(unlisted.get());
}

#[test]
fn in_the_basic_flow_an_identity_assumes_a_role() {
    let scene = Scene::new(3600);
    let mut role = AssumedRole::new(USER_ROLE, "alice");
    role.duration_seconds = Some(900);
    let user = scene.user().with_role(Role::Assumed(role));
    let owner = scene.owner(&valid_credentials(&user));
    assert_eq!(owner.role_arn, USER_ROLE);
    assert_eq!(scene.sent(), ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity"]);
    let lifetime = owner.expires.as_unix_seconds() - scene.service.now().as_unix_seconds();
    assert!((890..=900).contains(&lifetime), "{lifetime}");

    let guest = scene.guest().with_role(Role::Assumed(AssumedRole::new(USER_ROLE, "guest")));
    assert_eq!(guest.get().unwrap_err().refusal_kind(), Some(RefusalKind::AccessDenied));
    let guest = scene.guest().with_role(Role::Assumed(AssumedRole::new(GUEST_ROLE, "guest")));
    valid_credentials(&guest);
}

#[test]
fn an_invalid_login_reports_why() {
    let scene = Scene::new(3600);
    let now = scene.service.now().as_unix_seconds();
    let token = |issuer: &str, audience: &str, expires: u64| {
        login_token(issuer, audience, "bob", Timestamp::from_unix_seconds(expires), [])
    };
    let google = "https://accounts.google.com";
    for (provider, token, reason) in [
        (Logins::GOOGLE, token(google, "google-app", now - 1), NotAuthorized::LoginTokenExpired),
        (Logins::GOOGLE, token("https://evil.example", "google-app", now + 60), NotAuthorized::InvalidLoginToken),
        (Logins::GOOGLE, token(google, "another-app", now + 60), NotAuthorized::UnsupportedLoginProvider),
        (Logins::GOOGLE, "forged".to_owned(), NotAuthorized::InvalidLoginToken),
        (Logins::APPLE, token(google, "google-app", now + 60), NotAuthorized::UnsupportedLoginProvider),
    ] {
        assert_eq!(
            not_authorized(scene.external_user(Logins::new().with(provider, token)).get()),
            reason,
            "{provider}"
        );
    }
    assert_eq!(scene.sent(), ["GetId"; 5]);
    let wrong_region = Logins::new().with("cognito-idp.us-west-2.amazonaws.com/us-east-1_QdbSdK39m", "t");
    assert!(matches!(scene.external_user(wrong_region).get(), Err(Error::InvalidInput(_))));
    assert!(scene.sent().is_empty());
}

#[test]
fn a_failed_source_of_logins_is_called_again() {
    let scene = Scene::new(3600);
    let (calls, google) = (AtomicUsize::new(0), scene.google(&[]));
    let logins = move || match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Err(Error::NoLogins(Arc::new(std::io::Error::other("the other service is down")))),
        _ => Ok(google.clone()),
    };
    let store = Arc::clone(&scene.store);
    let provider = CredentialsProvider::for_logins(scene.identity_pool_client.clone(), store, "bob", logins);
    assert!(matches!(provider.get(), Err(Error::NoLogins(_))));
    valid_credentials(&provider);
}

#[test]
fn a_single_fault_of_any_operation_is_retried() {
    for role in [Role::OfPool, Role::Assumed(AssumedRole::new(USER_ROLE, "alice"))] {
        for operation in ["GetId", "GetCredentialsForIdentity", "GetOpenIdToken", "AssumeRoleWithWebIdentity"] {
            for fault in [Fault::Throttle, Fault::Fail { status: 500 }, Fault::LoseBefore, Fault::LoseAfter] {
                let scene = Scene::new(3600);
                scene.service.plan_fault(FaultPlan::next(fault.clone()).for_operation(operation));
                let credentials = valid_credentials(&scene.user().with_role(role.clone()));
                assert_eq!(scene.owner(&credentials).role_arn, USER_ROLE, "{operation} {fault:?}");
            }
        }
    }
}

#[test]
fn an_html_answer_is_an_error_and_the_next_call_succeeds() {
    for role in [Role::OfPool, Role::Assumed(AssumedRole::new(GUEST_ROLE, "guest"))] {
        for operation in ["GetId", "GetCredentialsForIdentity", "GetOpenIdToken", "AssumeRoleWithWebIdentity"] {
            let scene = Scene::new(3600);
            let guest = scene.guest().with_role(role.clone());
            let used = if role == Role::OfPool {
                ["GetId", "GetCredentialsForIdentity", ""]
            } else {
                ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity"]
            };
            scene.service.plan_fault(FaultPlan::next(Fault::Page { status: 403 }).for_operation(operation));
            let result = guest.get();
            assert_eq!(matches!(result, Err(Error::Malformed(_))), used.contains(&operation), "{operation}");
            valid_credentials(&guest);
        }
    }
}

#[test]
fn programs_that_share_a_store_are_the_same_guest() {
    let scene = Scene::new(3600);
    let path = session_file("shared_identities");
    let ids: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let store = FileStore::new(&path);
                let guest = CredentialsProvider::for_guest(scene.identity_pool_client.clone(), store);
                scope.spawn(move || valid_credentials(&guest).identity_id)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(scene.sent().iter().filter(|operation| *operation == "GetId").count(), 1);
}

#[test]
fn a_guest_in_a_file_store_keeps_the_identity_at_sign_in() {
    let scene = Scene::new(3600);
    let path = session_file("guest_signs_in");
    let (client, session) = (scene.identity_pool_client.clone(), scene.sign_in());
    let guest = valid_credentials(&CredentialsProvider::for_guest(client.clone(), FileStore::new(&path)));
    let user = valid_credentials(&CredentialsProvider::for_session(client, FileStore::new(&path), session));
    assert_eq!(user.identity_id, guest.identity_id);
}

#[test]
fn a_forgotten_guest_gets_a_new_identity() {
    let scene = Scene::new(3600);
    let guest = scene.guest();
    let before = valid_credentials(&guest).identity_id;
    guest.forget().unwrap();
    assert!(scene.store.keys().unwrap().is_empty());
    assert_ne!(valid_credentials(&guest).identity_id, before);
}

#[test]
fn credentials_of_an_ended_session_are_not_reused() {
    let scene = Scene::new(3600);
    let session = scene.sign_in();
    let client = scene.identity_pool_client.clone();
    let user = CredentialsProvider::for_session(client, Arc::clone(&scene.store), session.clone());
    let before = valid_credentials(&user);
    session.sign_out(SignOutScope::Local).local.unwrap();
    scene.sign_in();
    assert_ne!(valid_credentials(&user).access_key_id, before.access_key_id);
    session.refresh().unwrap();
    let after = valid_credentials(&user);
    assert_eq!(valid_credentials(&user), after, "a refresh continues the same session");
}

/// A store that fails while its flag is set.
struct BreakableStore(MemoryStore, Arc<std::sync::atomic::AtomicBool>);

impl BreakableStore {
    fn check(&self) -> std::io::Result<()> {
        if self.1.load(Ordering::Relaxed) { Err(std::io::Error::other("the disk is gone")) } else { Ok(()) }
    }
}

impl Store for BreakableStore {
    fn load(&self, key: &str) -> std::io::Result<Option<Record>> {
        self.check()?;
        self.0.load(key)
    }

    fn save(&self, key: &str, record: &Record) -> std::io::Result<()> {
        self.check()?;
        self.0.save(key, record)
    }

    fn remove(&self, key: &str) -> std::io::Result<()> {
        self.check()?;
        self.0.remove(key)
    }

    fn keys(&self) -> std::io::Result<Vec<String>> {
        self.0.keys()
    }

    fn lock(&self, key: &str, max_wait: Duration) -> std::io::Result<Box<dyn StoreLock>> {
        self.check()?;
        self.0.lock(key, max_wait)
    }
}

#[test]
fn a_sign_out_ends_credentials_even_if_the_store_fails() {
    let scene = Scene::new(3600);
    let is_broken = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let sessions = Sessions::new(scene.client.clone(), BreakableStore(MemoryStore::new(), Arc::clone(&is_broken)));
    let session = sessions.save(&sign_in(&scene.client, "alice").into()).unwrap();
    let client = scene.identity_pool_client.clone();
    let user = CredentialsProvider::for_session(client, Arc::clone(&scene.store), session.clone());
    valid_credentials(&user);
    is_broken.store(true, Ordering::Relaxed);
    assert!(session.sign_out(SignOutScope::Local).local.is_err());
    assert!(matches!(user.get(), Err(Error::Store(_))), "the old credentials must not be returned");
}
