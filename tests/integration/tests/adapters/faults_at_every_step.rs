//! Whatever goes wrong at whatever step of a sign-in and of a refresh, in both adapters, over real HTTP: a typed error, no
//! panic, no hang, and no session lost.

use std::time::{Duration, Instant};

use cognito_core::error::RefusalKind;
use cognito_core::{AppClient, Endpoint, Error, KeptSession, Session, SignIn, SignInOutcome, SignedIn, UserPoolId};
use cognito_testkit::{Config, Fault, FaultPlan, Server};

const PASSWORD: &str = "Correct-horse-1";

/// How long an exchange may take.
const TIMEOUT: Duration = Duration::from_millis(400);

/// More than all attempts with their waits and time-outs take, of two requests with three attempts each.
const LONGEST: Duration = Duration::from_secs(15);

fn faults() -> Vec<Fault> {
    vec![
        Fault::Throttle,
        Fault::Fail { status: 500 },
        Fault::Fail { status: 503 },
        Fault::LoseBefore,
        Fault::LoseAfter,
        Fault::Delay { millis: 2000 },
        Fault::Truncate,
        Fault::Page { status: 403 },
        Fault::Page { status: 502 },
        Fault::Redirect { location: "http://127.0.0.1:1/".into() },
    ]
}

fn service() -> Server {
    let config = r#"{"pools":[{"clients":[{"name":"app","refresh_token_rotation":{"retry_grace_period_seconds":60},
        "explicit_auth_flows":["ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}],
        "users":[{"username":"alice","password":"Correct-horse-1"}]}]}"#;
    Server::with_config([7; 32], Config::from_json(config).unwrap()).unwrap()
}

fn app_client(service: &Server) -> AppClient {
    let pool = service.with(|simulator| simulator.pools().remove(0));
    let app_client = AppClient::new(UserPoolId::new(&pool.id).unwrap(), &pool.clients[0].id).unwrap();
    app_client.with_endpoint(Endpoint::custom(&service.url()).unwrap())
}

/// One of the adapters, with a store in memory.
trait Adapter {
    fn sign_in(&self) -> Result<SignInOutcome, Error>;
    fn save(&self, signed_in: &SignedIn);
    fn get(&self) -> Result<KeptSession, Error>;
    fn refresh(&self) -> Result<KeptSession, Error>;
}

struct Blocking(cognito_blocking::Client, cognito_blocking::Sessions);

impl Blocking {
    fn new(service: &Server) -> Self {
        let mut settings = cognito_blocking::TransportSettings::default();
        settings.total_timeout = TIMEOUT;
        let transport = cognito_blocking::UreqTransport::new(&settings);
        let client = cognito_blocking::Client::with_transport(app_client(service), transport);
        Self(client.clone(), cognito_blocking::Sessions::new(client, cognito_blocking::MemoryStore::new()))
    }
}

impl Adapter for Blocking {
    fn sign_in(&self) -> Result<SignInOutcome, Error> {
        self.0.run(SignIn::srp(self.0.app_client(), "alice", PASSWORD, self.0.seed()?))
    }

    fn save(&self, signed_in: &SignedIn) {
        self.1.save(signed_in).unwrap();
    }

    fn get(&self) -> Result<KeptSession, Error> {
        self.1.user("alice").get()
    }

    fn refresh(&self) -> Result<KeptSession, Error> {
        self.1.user("alice").refresh()
    }
}

struct Tokio(cognito_tokio::Client, cognito_tokio::Sessions, tokio::runtime::Runtime);

impl Tokio {
    fn new(service: &Server) -> Self {
        let mut settings = cognito_tokio::TransportSettings::default();
        settings.total_timeout = TIMEOUT;
        let transport = cognito_tokio::ReqwestTransport::new(&settings);
        let client = cognito_tokio::Client::with_transport(app_client(service), transport);
        let sessions = cognito_tokio::Sessions::new(client.clone(), cognito_tokio::MemoryStore::new());
        Self(client, sessions, tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
    }
}

impl Adapter for Tokio {
    fn sign_in(&self) -> Result<SignInOutcome, Error> {
        self.2.block_on(self.0.run(SignIn::srp(self.0.app_client(), "alice", PASSWORD, self.0.seed()?)))
    }

    fn save(&self, signed_in: &SignedIn) {
        self.2.block_on(self.1.save(signed_in)).unwrap();
    }

    fn get(&self) -> Result<KeptSession, Error> {
        self.2.block_on(self.1.user("alice").get())
    }

    fn refresh(&self) -> Result<KeptSession, Error> {
        self.2.block_on(self.1.user("alice").refresh())
    }
}

fn plan(service: &Server, fault: &Fault, operation: &str, times: u64) {
    service.with(|simulator| simulator.faults().plan(FaultPlan::next(fault.clone()).of(operation).times(times)));
}

/// The error is the one that belongs to the fault.
fn is_of(error: &Error, fault: &Fault) -> bool {
    match fault {
        Fault::Throttle => error.refusal_kind() == Some(RefusalKind::TooManyRequests),
        Fault::Fail { status } => error.refusal().is_some_and(|refusal| refusal.status == *status),
        Fault::LoseBefore | Fault::LoseAfter | Fault::Delay { .. } | Fault::Truncate => {
            matches!(error, Error::NotReached(error) if error.may_have_arrived)
        }
        _ => matches!(error, Error::Malformed(_)),
    }
}

#[track_caller]
fn within_bounds<T>(what: &str, act: impl FnOnce() -> T) -> T {
    #[expect(clippy::disallowed_methods, reason = "a test measures how long it waits")]
    let started = Instant::now();
    let result = act();
    assert!(started.elapsed() < LONGEST, "{what} took {:?}", started.elapsed());
    result
}

#[track_caller]
fn tokens(outcome: SignInOutcome) -> Session {
    match outcome {
        SignInOutcome::SignedIn(signed_in) => signed_in.session,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

fn sign_ins_survive(adapter: &dyn Adapter, service: &Server) {
    for fault in faults() {
        for operation in ["InitiateAuth", "RespondToAuthChallenge"] {
            let what = format!("{fault:?} at {operation}");
            plan(service, &fault, operation, 10);
            let error = within_bounds(&what, || adapter.sign_in()).unwrap_err();
            assert!(is_of(&error, &fault), "{what}: {error}");
            service.with(|simulator| simulator.faults().clear());
            tokens(adapter.sign_in().unwrap());
        }
    }
}

fn refreshes_survive(adapter: &dyn Adapter, service: &Server) {
    for fault in faults() {
        let what = format!("{fault:?} at a refresh");
        let session = tokens(adapter.sign_in().unwrap());
        // The clock of the day the tokens came is believed to have been slow.
        let expiring = Session::with_clock_drift(session.username(), session.tokens().clone(), -3590);
        adapter.save(&expiring.clone().into());

        plan(service, &fault, "GetTokensFromRefreshToken", 10);
        let kept = within_bounds(&what, || adapter.get()).expect("the tokens are still good");
        assert!(kept.refresh_error.as_ref().is_some_and(|error| is_of(error, &fault)), "{what}: {kept:?}");
        let error = within_bounds(&what, || adapter.refresh()).unwrap_err();
        assert!(is_of(&error, &fault) && !error.ends_session(), "{what}: {error}");

        service.with(|simulator| simulator.faults().clear());
        let kept = adapter.get().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(kept.refresh_error.is_none(), "{what}: {kept:?}");
        assert_ne!(kept.session.refresh_token(), expiring.refresh_token(), "{what}");
        adapter.refresh().unwrap_or_else(|error| panic!("{what}, and again: {error}"));
    }
}

#[test]
fn a_blocking_sign_in_survives_every_fault_at_every_step() {
    let service = service();
    sign_ins_survive(&Blocking::new(&service), &service);
}

#[test]
fn a_tokio_sign_in_survives_every_fault_at_every_step() {
    let service = service();
    sign_ins_survive(&Tokio::new(&service), &service);
}

#[test]
fn a_blocking_refresh_survives_every_fault() {
    let service = service();
    refreshes_survive(&Blocking::new(&service), &service);
}

#[test]
fn a_tokio_refresh_survives_every_fault() {
    let service = service();
    refreshes_survive(&Tokio::new(&service), &service);
}
