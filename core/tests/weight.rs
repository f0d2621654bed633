//! How much memory a flow in flight takes, and how often its steps allocate. The bounds are a little above what was
//! measured; whoever makes a flow heavier moves them knowingly.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../benches/sample/mod.rs"]
mod sample;

use std::hint::black_box;
use std::time::Duration;

use allocation_counter::measure;
use cognito_core::operation::GetUser;
use cognito_core::{Call, Event, Flow, Plan, Refresh, SignIn, SignOut, SignOutScope};
use sample::{NOW, app_client, keeper, request, seed, session};

/// The bytes that a flow takes while the request that follows these answers is in flight, without the copy of the request
/// that it keeps in case it must be sent again.
fn in_flight<F: Flow>(flow: impl FnOnce() -> F, answers: &[Event]) -> u64 {
    let mut in_flight = None;
    let allocated = measure(|| {
        let mut flow = flow();
        let mut request = request(&mut flow, Event::Start);
        for answer in answers {
            request = sample::request(&mut flow, answer.clone());
        }
        in_flight = Some((flow, request));
    });
    let (_flow, request) = in_flight.unwrap();
    let of_request = measure(|| forget_copy(&request));
    // The request itself and the copy.
    let of_flow = allocated.bytes_current - 2 * of_request.bytes_current;
    u64::try_from(of_flow).unwrap() + size_of::<F>() as u64
}

/// Allocates what a copy takes. Without the black box the compiler may leave out an allocation that nobody looks at.
fn forget_copy<T: Clone>(value: &T) {
    core::mem::forget(black_box(value.clone()));
}

/// How often each step of a flow allocates.
fn allocations<F: Flow>(mut flow: F, answers: &[Event]) -> Vec<u64> {
    let steps = [Event::Start].into_iter().chain(answers.iter().cloned());
    steps.map(|event| measure(|| drop(flow.step(NOW, event).unwrap())).count_total).collect()
}

#[test]
fn a_flow_in_flight_takes_less_than_four_kibibytes_beside_its_request() {
    let (app_client, session) = (app_client(), session());
    let by_srp = || SignIn::srp(&app_client, "alice", "Very$ecur3", seed());
    let by_password = || SignIn::password(&app_client, "alice", "Very$ecur3", seed());
    for (flow, bytes, bound) in [
        ("SRP, public value", in_flight(by_srp, &[]), 1536),
        ("SRP, proof", in_flight(by_srp, &[sample::password_verifier()]), 4096),
        ("password", in_flight(by_password, &[]), 1024),
        ("call", in_flight(|| Call::signed_in(&app_client, &session, GetUser::new()), &[]), 512),
        ("sign-out", in_flight(|| SignOut::new(&app_client, &session, SignOutScope::Revoke), &[]), 512),
    ] {
        println!("{flow}: {bytes} bytes");
        assert!(bytes < bound, "{flow}: {bytes} bytes");
    }
}

#[test]
fn a_refresh_in_flight_takes_little_beside_the_session_and_its_request() {
    let (app_client, session) = (app_client(), session());
    let of_session = u64::try_from(measure(|| forget_copy(&session)).bytes_current).unwrap();
    let bytes = in_flight(|| Refresh::new(&app_client, &session, seed()), &[]);
    println!("refresh: {bytes} bytes, of which {of_session} are the session's");
    assert!(bytes < of_session + 1024, "{bytes} bytes");
}

#[test]
fn each_step_allocates_a_known_number_of_times() {
    let (app_client, session) = (app_client(), session());
    let srp = SignIn::srp(&app_client, "alice", "Very$ecur3", seed());
    let password = SignIn::password(&app_client, "alice", "Very$ecur3", seed());
    let call = Call::signed_in(&app_client, &session, GetUser::new());
    let refresh = Refresh::new(&app_client, &session, seed());
    let sign_out = SignOut::new(&app_client, &session, SignOutScope::Revoke);
    for (flow, counted, bounds) in [
        ("SRP", allocations(srp, &[sample::password_verifier(), sample::tokens()]), vec![50, 110, 55]),
        ("password", allocations(password, &[sample::tokens()]), vec![45, 55]),
        ("call", allocations(call, &[sample::user()]), vec![12, 12]),
        ("refresh", allocations(refresh, &[sample::tokens()]), vec![35, 50]),
        ("sign-out", allocations(sign_out, &[sample::nothing()]), vec![12, 2]),
    ] {
        println!("{flow}: {counted:?} allocations");
        let is_within = counted.iter().zip(&bounds).all(|(counted, bound)| counted <= bound);
        assert!(is_within && counted.len() == bounds.len(), "{flow}: {counted:?} of at most {bounds:?}");
    }
}

#[test]
fn asking_what_a_session_is_good_for_allocates_nothing() {
    let session = session();
    let asked = measure(|| assert_eq!(session.plan(NOW, Duration::from_secs(60)), Plan::Use));
    assert_eq!(asked.count_total, 0);
}

/// Most requests of an application find good tokens: they cost a look at the clock.
#[test]
fn a_session_that_is_good_is_had_without_allocating() {
    let keeper = keeper(&session());
    let asked = measure(|| assert!(keeper.usable(NOW).is_some()));
    assert_eq!(asked.count_total, 0);
}
