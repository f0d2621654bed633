//! Stored sessions and their refresh over HTTP, with and without faults of the network and the service.

use std::time::Duration;

use cognito_blocking::operation::GetUser;
use cognito_blocking::{
    Client, Error, FileStore, MemoryStore, RefreshMethod, Sessions, SignOutScope, TransportSettings, UreqTransport,
};
use cognito_integration_tests::support::files::session_file;
use cognito_integration_tests::support::service::{rotate, service};
use cognito_integration_tests::support::sessions::{HOUR, about_to_expire, client, sessions_to_refresh, sign_in};
use cognito_testkit::{Fault, FaultPlan};

#[test]
fn a_session_continues_in_another_process() {
    let service = service(|_| ());
    let path = session_file("another_process");
    let first = Sessions::new(client(&service), FileStore::new(&path));
    let session = sign_in(&client(&service), "alice");
    first.save(&session.clone().into()).unwrap();

    let second = Sessions::new(client(&service), FileStore::new(&path));
    assert_eq!(second.last_username().unwrap().as_deref(), Some("alice"));
    assert_eq!(second.user("alice").get().unwrap().session, session);
    assert_eq!(second.user("alice").call(GetUser::new()).unwrap().username, "alice");
}

#[test]
fn users_of_one_store_have_separate_sessions() {
    let service = service(|_| ());
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    for username in ["bob", "alice"] {
        sessions.save(&sign_in(&client, username).into()).unwrap();
    }
    assert_eq!(sessions.usernames().unwrap(), ["alice", "bob"]);
    assert_eq!(sessions.user("bob").refresh().unwrap().session.username(), "bob");
    assert_eq!(sessions.last_username().unwrap().as_deref(), Some("alice"));

    sessions.user("bob").sign_out(SignOutScope::Local).local.unwrap();
    assert_eq!(sessions.usernames().unwrap(), ["alice"]);
    assert_eq!(sessions.last_username().unwrap().as_deref(), Some("alice"));
    sessions.user("alice").sign_out(SignOutScope::Local).local.unwrap();
    assert_eq!(sessions.last_username().unwrap(), None);
    assert!(matches!(sessions.user("alice").get(), Err(Error::NotSignedIn)));
}

#[test]
fn only_an_explicit_refresh_replaces_valid_tokens() {
    let service = service(|_| ());
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    let session = sign_in(&client, "alice");
    sessions.save(&session.clone().into()).unwrap();
    assert_eq!(sessions.user("alice").get().unwrap().session, session);
    let renewed = sessions.user("alice").refresh().unwrap().session;
    assert_ne!(renewed.access_token(), session.access_token());
    assert_eq!(renewed.refresh_token(), session.refresh_token());
    assert_eq!(sessions.user("alice").get().unwrap().session, renewed);
}

#[test]
fn a_rotated_refresh_token_is_saved_and_used_next() {
    let service = service(|config| rotate(config, 0));
    let sessions = sessions_to_refresh(&service);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let kept = sessions.user("alice").refresh().unwrap();
        let token = kept.session.refresh_token().unwrap().clone();
        assert!(!seen.contains(&token));
        seen.push(token);
    }
}

#[test]
fn a_lost_refresh_answer_is_retried_in_the_grace_period() {
    let service = service(|config| rotate(config, 60));
    let sessions = sessions_to_refresh(&service);
    service.plan_fault(FaultPlan::next(Fault::LoseAfter).for_operation("GetTokensFromRefreshToken"));
    sessions.user("alice").refresh().unwrap();
    sessions.user("alice").refresh().unwrap();
}

#[test]
fn valid_tokens_do_not_wait_for_another_users_refresh() {
    let service = service(|_| ());
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), FileStore::new(session_file("not_waiting")));
    for username in ["alice", "bob"] {
        sessions.save(&sign_in(&client, username).into()).unwrap();
    }
    service.plan_fault(FaultPlan::next(Fault::Delay { millis: 3000 }).for_operation("GetTokensFromRefreshToken"));
    std::thread::scope(|scope| {
        let refresh = scope.spawn(|| sessions.user("alice").refresh().unwrap());
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(sessions.user("bob").get().unwrap().session.username(), "bob");
        assert_eq!(sessions.usernames().unwrap(), ["alice", "bob"]);
        assert!(!refresh.is_finished());
    });
}

#[test]
fn a_call_with_a_rejected_token_is_retried_after_a_refresh() {
    let service = service(|_| ());
    let client = client(&service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new());
    // The local clock stands still while two hours pass at the service.
    let session = sign_in(&client, "alice");
    sessions.save(&session.clone().into()).unwrap();
    service.advance(2 * HOUR);
    assert_eq!(sessions.user("alice").call(GetUser::new()).unwrap().username, "alice");
    assert_ne!(sessions.user("alice").get().unwrap().session.access_token(), session.access_token());
}

#[test]
fn no_network_or_service_fault_ends_a_session() {
    for fault_kind in [
        Fault::LoseBefore,
        Fault::LoseAfter,
        Fault::Truncate,
        Fault::Throttle,
        Fault::Fail { status: 500 },
        Fault::Fail { status: 503 },
        Fault::Page { status: 403 },
        Fault::Page { status: 502 },
        Fault::Redirect { location: "https://portal.example.com/".into() },
        Fault::Delay { millis: 10 },
    ] {
        let service = service(|_| ());
        let sessions = sessions_to_refresh(&service);
        let before = sessions.user("alice").get().unwrap().session;
        sessions.save(&about_to_expire(&before)).unwrap();
        service.plan_fault(FaultPlan::next(fault_kind.clone()).times(3));
        let kept = sessions.user("alice").get().unwrap();
        let is_answered = matches!(fault_kind, Fault::Delay { .. });
        assert_eq!(kept.refresh_error.is_none(), is_answered, "{fault_kind:?}: {:?}", kept.refresh_error);
        assert_eq!(kept.session.access_token() == before.access_token(), !is_answered, "{fault_kind:?}");
        service.with(|simulator| simulator.faults().clear());
        assert!(sessions.user("alice").get().unwrap().refresh_error.is_none(), "{fault_kind:?}");
    }
}

#[test]
fn the_older_refresh_flow_fails_with_advice_under_rotation() {
    let service = service(|config| rotate(config, 60));
    let older = client(&service).app_client().clone().with_refresh_method(RefreshMethod::RefreshTokenAuth);
    let session = sign_in(&client(&service), "alice");
    let transport = UreqTransport::new(&TransportSettings::default());
    let client = Client::with_transport(older, transport);
    let error =
        client.run(cognito_blocking::Refresh::new(client.app_client(), &session, client.seed().unwrap())).unwrap_err();
    assert!(
        matches!(&error, Error::RefreshNotEnabled(advice)
        if advice.choose == RefreshMethod::GetTokensFromRefreshToken),
        "{error:?}"
    );
}

#[test]
fn both_refresh_methods_work_without_rotation() {
    let service = service(|_| ());
    let session = sign_in(&client(&service), "alice");
    for method in [RefreshMethod::RefreshTokenAuth, RefreshMethod::GetTokensFromRefreshToken] {
        let app_client = client(&service).app_client().clone().with_refresh_method(method);
        let renewed = client(&service)
            .run(cognito_blocking::Refresh::new(&app_client, &session, client(&service).seed().unwrap()))
            .unwrap()
            .session;
        assert_eq!(renewed.refresh_token(), session.refresh_token());
        assert_ne!(renewed.access_token(), session.access_token());
    }
}
