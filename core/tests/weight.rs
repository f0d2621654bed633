//! Tests the memory of a flow during a request, and the number of allocations in each step. The bounds are
//! slightly above the measured values. A change that makes a flow heavier must raise a bound on purpose.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../benches/sample/mod.rs"]
mod sample;

use std::hint::black_box;
use std::time::Duration;

use allocation_counter::measure;
use cognito_core::operation::GetUser;
use cognito_core::{Call, Event, Flow, Plan, Refresh, SignIn, SignOut, SignOutScope};
use sample::{NOW, app_client, keeper, request, seed, session};

/// Returns the size of a flow in bytes, while the request after these responses is in flight. The result
/// excludes the copy of the request that the flow keeps for a retry.
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
    // Subtract the request and the flow's copy of it.
    let of_flow = allocated.bytes_current - 2 * of_request.bytes_current;
    u64::try_from(of_flow).unwrap() + size_of::<F>() as u64
}

/// Copies a value and forgets the copy, to measure its allocations. The black box prevents the compiler from
/// removing an unused allocation.
fn forget_copy<T: Clone>(value: &T) {
    core::mem::forget(black_box(value.clone()));
}

/// Returns the number of allocations in each step of a flow.
fn allocations<F: Flow>(mut flow: F, answers: &[Event]) -> Vec<u64> {
    let steps = [Event::Start].into_iter().chain(answers.iter().cloned());
    steps.map(|event| measure(|| drop(flow.step(NOW, event).unwrap())).count_total).collect()
}

#[test]
fn a_flow_in_flight_takes_at_most_4_kib_without_its_request() {
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
fn a_refresh_in_flight_adds_little_to_its_session_and_request() {
    let (app_client, session) = (app_client(), session());
    let of_session = u64::try_from(measure(|| forget_copy(&session)).bytes_current).unwrap();
    let bytes = in_flight(|| Refresh::new(&app_client, &session, seed()), &[]);
    println!("refresh: {bytes} bytes, of which {of_session} are the session's");
    assert!(bytes < of_session + 1024, "{bytes} bytes");
}

#[test]
fn the_allocations_of_each_step_are_bounded() {
    let (app_client, session) = (app_client(), session());
    let srp = SignIn::srp(&app_client, "alice", "Very$ecur3", seed());
    let password = SignIn::password(&app_client, "alice", "Very$ecur3", seed());
    let call = Call::signed_in(&app_client, &session, GetUser::new());
    let refresh = Refresh::new(&app_client, &session, seed());
    let sign_out = SignOut::new(&app_client, &session, SignOutScope::Revoke);
    // The last step reads tokens. Each member is read by itself, so that an odd member does not lose the
    // tokens.
    for (flow, counted, bounds) in [
        ("SRP", allocations(srp, &[sample::password_verifier(), sample::tokens()]), vec![50, 110, 250]),
        ("password", allocations(password, &[sample::tokens()]), vec![45, 250]),
        ("call", allocations(call, &[sample::user()]), vec![12, 25]),
        ("refresh", allocations(refresh, &[sample::tokens()]), vec![35, 250]),
        ("sign-out", allocations(sign_out, &[sample::empty_answer()]), vec![12, 2]),
    ] {
        println!("{flow}: {counted:?} allocations");
        let is_within = counted.iter().zip(&bounds).all(|(counted, bound)| counted <= bound);
        assert!(is_within && counted.len() == bounds.len(), "{flow}: {counted:?} of at most {bounds:?}");
    }
}

#[test]
fn the_plan_of_a_session_allocates_nothing() {
    let session = session();
    let planning = measure(|| assert_eq!(session.plan(NOW, Duration::from_secs(60)), Plan::Use));
    assert_eq!(planning.count_total, 0);
}

/// Most requests of an application find valid tokens, which should cost no more than reading the clock.
#[test]
fn a_valid_session_is_returned_without_allocating() {
    let keeper = keeper(&session());
    let lookup = measure(|| assert!(keeper.usable(NOW).is_some()));
    assert_eq!(lookup.count_total, 0);
}
