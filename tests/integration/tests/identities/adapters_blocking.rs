//! AWS credentials from the blocking adapter, at the simulated identity pool, over real HTTP.

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

/// A service whose credentials are valid for so many seconds. The token of a login at Google may name a role.
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

/// Notes the operations that it sends requests of.
#[derive(Clone)]
struct Noting {
    transport: UreqTransport,
    operations: Arc<Mutex<Vec<String>>>,
}

impl Transport for Noting {
    fn send(&self, request: &Request) -> SendOutcome {
        self.operations.lock().unwrap().push(request.operation().to_owned());
        if request.operation() == "GetCredentialsForIdentity" {
            // Long enough for all the others to ask.
            thread::sleep(Duration::from_millis(20));
        }
        self.transport.send(request)
    }
}

/// Everything on one machine: the service, a store, and what was sent to the identity pool.
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
        let noting = Noting { transport, operations: Arc::clone(&operations) };
        let identity_pool_client = IdentityPoolClient::with_transport(identity_pool(&service), noting);
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

    /// For a user of other providers.
    fn logged_in(&self, logins: Logins) -> CredentialsProvider {
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

    /// What was sent to the identity pool since this was asked last.
    fn sent(&self) -> Vec<String> {
        std::mem::take(&mut *self.operations.lock().unwrap())
    }
}

#[track_caller]
fn got(provider: &CredentialsProvider) -> Credentials {
    let kept = provider.get().unwrap();
    assert!(kept.refresh_error.is_none() && kept.save_error.is_none());
    kept.credentials
}

#[test]
fn a_user_gets_credentials_of_the_users_role_and_a_guest_of_the_guests() {
    let scene = Scene::new(3600);
    let (user, guest) = (scene.user(), scene.guest());
    assert_eq!(scene.owner(&got(&user)).role_arn, USER_ROLE);
    assert_eq!(scene.owner(&got(&guest)).role_arn, GUEST_ROLE);
    assert_eq!(scene.sent(), ["GetId", "GetCredentialsForIdentity", "GetId", "GetCredentialsForIdentity"]);
}

#[test]
fn good_credentials_are_given_at_once_and_the_identity_is_asked_for_only_once() {
    let scene = Scene::new(3600);
    let user = scene.user();
    let first = got(&user);
    assert_eq!(got(&user), first);
    assert_eq!(scene.sent().len(), 2);
    let renewed = user.refresh().unwrap().credentials;
    assert_ne!(renewed.access_key_id, first.access_key_id);
    assert_eq!(got(&scene.user()).identity_id, first.identity_id, "as after a restart");
    assert_eq!(scene.sent(), ["GetCredentialsForIdentity", "GetCredentialsForIdentity"]);
}

#[test]
fn a_hundred_threads_that_ask_at_once_cause_one_request() {
    let scene = Scene::new(3600);
    let user = scene.user();
    let asked: Vec<_> = thread::scope(|scope| {
        let asking: Vec<_> = (0..100).map(|_| scope.spawn(|| got(&user))).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(asked.iter().all(|credentials| *credentials == asked[0]));
    assert_eq!(scene.sent(), ["GetId", "GetCredentialsForIdentity"]);
}

#[test]
fn credentials_are_renewed_by_their_real_expiry_and_given_while_they_are_good() {
    let scene = Scene::new(8);
    // The service's clock is an hour ahead of this machine's, which changes nothing.
    scene.service.advance(Duration::from_secs(3600));
    // Five minutes of margin are more than they live: half of their life is.
    let guest = scene.guest();
    let first = got(&guest);
    assert_eq!(got(&guest), first);
    thread::sleep(Duration::from_millis(4100));
    scene
        .service
        .plan_fault(FaultPlan::next(Fault::Fail { status: 500 }).for_operation("GetCredentialsForIdentity").times(3));
    let kept = guest.get().unwrap();
    let reason = kept.refresh_error.unwrap().refusal_kind();
    assert_eq!((kept.credentials, reason), (first.clone(), Some(RefusalKind::InternalError)));
    assert_ne!(got(&guest), first);
}

#[test]
fn a_guest_whose_logins_have_an_identity_already_becomes_that_one() {
    let scene = Scene::new(3600);
    let known = got(&scene.user()).identity_id;
    // Another machine, on which nobody has signed in yet.
    let elsewhere = Scene { store: Arc::new(MemoryStore::new()), ..scene };
    assert_ne!(got(&elsewhere.guest()).identity_id, known);
    assert_eq!(got(&elsewhere.user()).identity_id, known);
    assert_eq!(elsewhere.store.keys().unwrap().len(), 1, "the guest is gone");
}

#[test]
fn an_identity_that_was_deleted_is_given_up_once() {
    let scene = Scene::new(3600);
    let user = scene.user();
    let before = got(&user).identity_id;
    assert!(scene.service.with(|simulator| simulator.delete_identity(&before)));
    scene.sent();
    let after = user.refresh().unwrap().credentials.identity_id;
    assert_ne!(after, before);
    assert_eq!(scene.sent(), ["GetCredentialsForIdentity", "GetId", "GetCredentialsForIdentity"]);
    assert_eq!(user.refresh().unwrap().credentials.identity_id, after);
    assert_eq!(scene.sent(), ["GetCredentialsForIdentity"], "the new one is known");
}

#[test]
fn any_login_provider_or_several_make_one_identity() {
    let scene = Scene::new(3600);
    let google = got(&scene.logged_in(scene.google(&[])));
    assert_eq!(scene.owner(&google).role_arn, USER_ROLE);
    let both = scene.google(&[]).with(Logins::FACEBOOK, "opaque-bob");
    assert_eq!(got(&scene.logged_in(both.clone())).identity_id, google.identity_id);
    let facebook = Logins::new().with(Logins::FACEBOOK, "opaque-bob");
    let other_machine = Scene { store: Arc::new(MemoryStore::new()), ..scene };
    assert_eq!(got(&other_machine.logged_in(facebook)).identity_id, google.identity_id, "linked");

    let unlink = UnlinkIdentity::new(&google.identity_id, both, [Logins::FACEBOOK]);
    other_machine.identity_pool_client.call(unlink).unwrap();
    let facebook = Logins::new().with(Logins::FACEBOOK, "opaque-bob");
    assert_ne!(got(&other_machine.logged_in(facebook)).identity_id, google.identity_id, "no longer");
}

#[test]
fn one_of_several_roles_can_be_chosen() {
    let scene = Scene::new(3600);
    let roles = serde_json::json!([USER_ROLE, ADMIN_ROLE]);
    let provider = scene.logged_in(scene.google(&[("cognito:roles", roles)]));
    let admin = provider.clone().with_role(Role::Custom(ADMIN_ROLE.to_owned()));
    assert_eq!(scene.owner(&got(&admin)).role_arn, ADMIN_ROLE);
    assert_eq!(scene.owner(&got(&provider)).role_arn, USER_ROLE);
    let none = provider.with_role(Role::Custom("arn:aws:iam::123456789012:role/none".to_owned()));
    not_authorized(none.get());
}

#[test]
fn in_the_basic_flow_an_identity_assumes_a_role() {
    let scene = Scene::new(3600);
    let mut role = AssumedRole::new(USER_ROLE, "alice");
    role.duration_seconds = Some(900);
    let user = scene.user().with_role(Role::Assumed(role));
    let owner = scene.owner(&got(&user));
    assert_eq!(owner.role_arn, USER_ROLE);
    assert_eq!(scene.sent(), ["GetId", "GetOpenIdToken", "AssumeRoleWithWebIdentity"]);
    let lasts = owner.expires.as_unix_seconds() - scene.service.now().as_unix_seconds();
    assert!((890..=900).contains(&lasts), "{lasts}");

    let guest = scene.guest().with_role(Role::Assumed(AssumedRole::new(USER_ROLE, "guest")));
    assert_eq!(guest.get().unwrap_err().refusal_kind(), Some(RefusalKind::AccessDenied));
    let guest = scene.guest().with_role(Role::Assumed(AssumedRole::new(GUEST_ROLE, "guest")));
    got(&guest);
}

#[test]
fn a_login_that_is_not_good_says_why() {
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
        assert_eq!(not_authorized(scene.logged_in(Logins::new().with(provider, token)).get()), reason, "{provider}");
    }
    assert_eq!(scene.sent(), ["GetId"; 5]);
    let wrong_region = Logins::new().with("cognito-idp.us-west-2.amazonaws.com/us-east-1_QdbSdK39m", "t");
    assert!(matches!(scene.logged_in(wrong_region).get(), Err(Error::InvalidInput(_))));
    assert!(scene.sent().is_empty());
}

#[test]
fn a_source_of_logins_that_fails_says_so_and_is_asked_again() {
    let scene = Scene::new(3600);
    let (asked, google) = (AtomicUsize::new(0), scene.google(&[]));
    let logins = move || match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Err(Error::NoLogins(Arc::new(std::io::Error::other("the other service is down")))),
        _ => Ok(google.clone()),
    };
    let store = Arc::clone(&scene.store);
    let provider = CredentialsProvider::for_logins(scene.identity_pool_client.clone(), store, "bob", logins);
    assert!(matches!(provider.get(), Err(Error::NoLogins(_))));
    got(&provider);
}

#[test]
fn whatever_goes_wrong_once_on_the_way_costs_nothing() {
    for role in [Role::OfPool, Role::Assumed(AssumedRole::new(USER_ROLE, "alice"))] {
        for operation in ["GetId", "GetCredentialsForIdentity", "GetOpenIdToken", "AssumeRoleWithWebIdentity"] {
            for fault in [Fault::Throttle, Fault::Fail { status: 500 }, Fault::LoseBefore, Fault::LoseAfter] {
                let scene = Scene::new(3600);
                scene.service.plan_fault(FaultPlan::next(fault.clone()).for_operation(operation));
                let credentials = got(&scene.user().with_role(role.clone()));
                assert_eq!(scene.owner(&credentials).role_arn, USER_ROLE, "{operation} {fault:?}");
            }
        }
    }
}

#[test]
fn an_answer_that_is_none_is_an_error_and_the_next_try_is_whole() {
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
            got(&guest);
        }
    }
}

#[test]
fn programs_that_share_a_store_are_one_guest() {
    let scene = Scene::new(3600);
    let path = session_file("shared_identities");
    let ids: Vec<_> = thread::scope(|scope| {
        let asking: Vec<_> = (0..8)
            .map(|_| {
                let store = FileStore::new(&path);
                let guest = CredentialsProvider::for_guest(scene.identity_pool_client.clone(), store);
                scope.spawn(move || got(&guest).identity_id)
            })
            .collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(scene.sent().iter().filter(|operation| *operation == "GetId").count(), 1);
}

#[test]
fn a_guest_signs_in_on_a_store_that_is_one_file() {
    let scene = Scene::new(3600);
    let path = session_file("guest_signs_in");
    let (client, session) = (scene.identity_pool_client.clone(), scene.sign_in());
    let guest = got(&CredentialsProvider::for_guest(client.clone(), FileStore::new(&path)));
    let user = got(&CredentialsProvider::for_session(client, FileStore::new(&path), session));
    assert_eq!(user.identity_id, guest.identity_id);
}

#[test]
fn a_guest_who_is_forgotten_is_another_the_next_time() {
    let scene = Scene::new(3600);
    let guest = scene.guest();
    let before = got(&guest).identity_id;
    guest.forget().unwrap();
    assert!(scene.store.keys().unwrap().is_empty());
    assert_ne!(got(&guest).identity_id, before);
}

#[test]
fn credentials_of_an_earlier_session_are_not_given_in_a_later_one() {
    let scene = Scene::new(3600);
    let session = scene.sign_in();
    let client = scene.identity_pool_client.clone();
    let user = CredentialsProvider::for_session(client, Arc::clone(&scene.store), session.clone());
    let before = got(&user);
    session.sign_out(SignOutScope::Local).local.unwrap();
    scene.sign_in();
    assert_ne!(got(&user).access_key_id, before.access_key_id);
    session.refresh().unwrap();
    let after = got(&user);
    assert_eq!(got(&user), after, "a refresh is the same session");
}

/// A store that breaks when it is told to.
struct Breaking(MemoryStore, Arc<std::sync::atomic::AtomicBool>);

impl Breaking {
    fn check(&self) -> std::io::Result<()> {
        if self.1.load(Ordering::Relaxed) { Err(std::io::Error::other("the disk is gone")) } else { Ok(()) }
    }
}

impl Store for Breaking {
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

    fn lock(&self, key: &str) -> std::io::Result<Box<dyn StoreLock>> {
        self.check()?;
        self.0.lock(key)
    }
}

#[test]
fn a_sign_out_that_the_store_does_not_take_ends_the_credentials_all_the_same() {
    let scene = Scene::new(3600);
    let is_broken = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let sessions = Sessions::new(scene.client.clone(), Breaking(MemoryStore::new(), Arc::clone(&is_broken)));
    let session = sessions.save(&sign_in(&scene.client, "alice").into()).unwrap();
    let client = scene.identity_pool_client.clone();
    let user = CredentialsProvider::for_session(client, Arc::clone(&scene.store), session.clone());
    got(&user);
    is_broken.store(true, Ordering::Relaxed);
    assert!(session.sign_out(SignOutScope::Local).local.is_err());
    assert!(matches!(user.get(), Err(Error::Store(_))), "and not the old credentials");
}
