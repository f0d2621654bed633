//! Every fault at every step of a sign-in and of a refresh, in both adapters, over HTTP.
//!
//! Each fault leads to a typed error. No fault leads to a panic, a hang or a lost session.

use std::time::{Duration, Instant};

use cognito_core::error::RefusalKind;
use cognito_core::{Error, Session, SignInOutcome};
use cognito_integration_tests::support::adapter::{Adapter, Blocking, SessionHandle as _, Tokio};
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_integration_tests::support::service::{app_client, rotate, service, with_timeout};
use cognito_testkit::{Fault, FaultPlan, Server};

/// The time-out of one HTTP exchange.
const TIMEOUT: Duration = Duration::from_millis(400);

/// An upper bound for two requests with three attempts each, including waits and time-outs.
const MAX_DURATION: Duration = Duration::from_secs(15);

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

#[track_caller]
fn set_up<A: Adapter>() -> (A, Server) {
    let service = service(|config| rotate(config, 60));
    (A::new(app_client(&service), &with_timeout(TIMEOUT)), service)
}

fn plan(service: &Server, fault: &Fault, operation: &str, times: u64) {
    service.plan_fault(FaultPlan::next(fault.clone()).for_operation(operation).times(times));
}

/// Returns whether the error is the expected result of the fault.
fn is_expected(error: &Error, fault: &Fault) -> bool {
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
fn within_max_duration<T>(what: &str, act: impl FnOnce() -> T) -> T {
    #[expect(clippy::disallowed_methods, reason = "a test measures how long it waits")]
    let started = Instant::now();
    let result = act();
    assert!(started.elapsed() < MAX_DURATION, "{what} took {:?}", started.elapsed());
    result
}

#[track_caller]
fn signed_in_session(outcome: SignInOutcome) -> Session {
    match outcome {
        SignInOutcome::SignedIn(signed_in) => signed_in.session,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

fn check_sign_ins<A: Adapter>() {
    let (adapter, service) = set_up::<A>();
    for fault in faults() {
        for operation in ["InitiateAuth", "RespondToAuthChallenge"] {
            let what = format!("{fault:?} at {operation}");
            plan(&service, &fault, operation, 10);
            let error = within_max_duration(&what, || adapter.srp("alice", PASSWORD)).unwrap_err();
            assert!(is_expected(&error, &fault), "{what}: {error}");
            service.with(|simulator| simulator.faults().clear());
            signed_in_session(adapter.srp("alice", PASSWORD).unwrap());
        }
    }
}

fn check_refreshes<A: Adapter>() {
    let (adapter, service) = set_up::<A>();
    for fault in faults() {
        let what = format!("{fault:?} at a refresh");
        let session = signed_in_session(adapter.srp("alice", PASSWORD).unwrap());
        // The clock drift makes the tokens look as if they expire soon.
        let expiring = Session::with_clock_drift(session.username(), session.tokens().clone(), -3590);
        let handle = adapter.save(&expiring.clone().into()).unwrap();

        plan(&service, &fault, "GetTokensFromRefreshToken", 10);
        let kept = within_max_duration(&what, || handle.get()).expect("the tokens are still valid");
        assert!(kept.refresh_error.as_ref().is_some_and(|error| is_expected(error, &fault)), "{what}: {kept:?}");
        let error = within_max_duration(&what, || handle.refresh()).unwrap_err();
        assert!(is_expected(&error, &fault) && !error.ends_session(), "{what}: {error}");

        service.with(|simulator| simulator.faults().clear());
        let kept = handle.get().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(kept.refresh_error.is_none(), "{what}: {kept:?}");
        assert_ne!(kept.session.refresh_token(), expiring.refresh_token(), "{what}");
        handle.refresh().unwrap_or_else(|error| panic!("{what}, second refresh: {error}"));
    }
}

#[test]
fn a_blocking_sign_in_reports_every_fault_and_then_succeeds() {
    check_sign_ins::<Blocking>();
}

#[test]
fn a_tokio_sign_in_reports_every_fault_and_then_succeeds() {
    check_sign_ins::<Tokio>();
}

#[test]
fn a_blocking_session_survives_every_fault_of_a_refresh() {
    check_refreshes::<Blocking>();
}

#[test]
fn a_tokio_session_survives_every_fault_of_a_refresh() {
    check_refreshes::<Tokio>();
}
