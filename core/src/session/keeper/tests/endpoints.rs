//! Tests of sessions that are bound to the endpoint at which the user signed in.

use super::*;
use crate::configuration::endpoint::{Endpoint, EndpointVariant};
use crate::session::{Refresh, SignOut};
use crate::test_support::{done, failed};
use crate::{AppClient, Flow};

const OTHER: &str = "https://other.example.com/";

fn at_other() -> AppClient {
    app_client().with_endpoint(Endpoint::custom(OTHER).unwrap())
}

/// Returns a test desk whose keeper uses the endpoint [`OTHER`], and whose store contains this session.
fn other_desk(stored: &Session) -> Desk {
    let mut desk = Desk::new(SessionKeeper::new(&at_other(), "alice", &SessionSettings::default()));
    desk.records.insert(key(), stored.to_record());
    desk
}

/// Returns a session without an endpoint.
fn unbound() -> Session {
    Session::with_clock_drift("alice", session(3600, "r").tokens().clone(), 0)
}

#[test]
fn a_stored_session_is_not_used_at_another_endpoint() {
    let revoke = || SessionTask::SignOut(SignOutScope::Revoke);
    let global = || SessionTask::SignOut(SignOutScope::Global);
    for stored in [session(3600, "r"), session(0, "r"), unbound()] {
        for task in [SessionTask::Get, SessionTask::Refresh, revoke(), global()] {
            let mut desk = other_desk(&stored);
            let end = desk.outcome(task, []);
            let Err(Error::OtherEndpoint(error)) = end.result else { panic!("{:?}", end.result) };
            assert_eq!((error.signed_in_at.as_deref(), &*error.configured), (stored.endpoint(), OTHER));
            assert_eq!((desk.requests.len(), desk.stored()), (0, Some(stored.clone())));
        }
    }
}

#[test]
fn a_local_sign_out_and_a_new_sign_in_replace_the_session() {
    let mut desk = other_desk(&session(3600, "r"));
    desk.outcome(save(unbound()), []).result.unwrap();
    assert_eq!(desk.stored().unwrap().endpoint(), Some(OTHER), "the session is bound to where it is saved");
    desk.get([]);
    let mut desk = other_desk(&session(3600, "r"));
    desk.outcome(SessionTask::SignOut(SignOutScope::Local), []).result.unwrap();
    assert_eq!(desk.stored(), None);
}

#[test]
fn a_session_of_another_endpoint_is_not_saved() {
    let mut desk = other_desk(&session(3600, "r"));
    assert!(matches!(desk.outcome(save(session(3600, "new")), []).result, Err(Error::OtherEndpoint(_))));
    assert_eq!(desk.stored(), Some(session(3600, "r")));
}

#[test]
fn all_endpoints_of_aws_in_the_region_count_as_one() {
    let fips = app_client().with_endpoint_variant(EndpointVariant::new().with_fips()).unwrap();
    for stored in [session(3600, "r"), unbound()] {
        for client in [app_client(), fips.clone()] {
            let mut desk = Desk::new(SessionKeeper::new(&client, "alice", &SessionSettings::default()));
            desk.records.insert(key(), stored.to_record());
            assert_eq!(desk.get([]).session, stored);
        }
    }
}

#[test]
fn a_refresh_and_a_sign_out_send_nothing_to_another_endpoint() {
    let session = session(3600, "r");
    let error = failed(Refresh::new(&at_other(), &session, seed()).step(NOW, Event::Start));
    assert!(matches!(error, Error::OtherEndpoint(_)) && !error.ends_session());
    for scope in [SignOutScope::Revoke, SignOutScope::Global] {
        let outcome = done(SignOut::new(&at_other(), &session, scope).step(NOW, Event::Start));
        assert!(matches!(outcome, RemoteSignOut::Failed(Error::OtherEndpoint(_))));
    }
}

#[test]
fn a_refreshed_session_is_bound_to_the_endpoint_of_the_refresh() {
    let mut desk = Desk::with(Some(unbound()));
    desk.outcome(SessionTask::Refresh, [answer(200, RENEWED)]).result.unwrap();
    assert_eq!(desk.stored().unwrap().endpoint(), Some(app_client().endpoint().url()));
}
