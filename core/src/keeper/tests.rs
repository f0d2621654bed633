use alloc::format;
use alloc::string::ToString;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::device::DeviceRegistration;
use crate::test_support::{NOW, answer, app_client, body, cause, refusal};
use crate::tokens::Tokens;

const MARGIN: Duration = Duration::from_secs(60);

/// A session whose tokens are good for so many seconds from now.
fn session(good_for_seconds: u64, refresh_token: &str) -> Session {
    let now = NOW.as_unix_seconds();
    let claims = json!({"username": "alice", "iat": now, "exp": now + good_for_seconds}).to_string();
    let mut tokens = Tokens::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)));
    tokens.refresh_token = Some(refresh_token.into()).filter(|_| !refresh_token.is_empty());
    Session::new("alice", tokens, NOW, None)
}

fn keeper() -> SessionKeeper {
    SessionKeeper::new(&app_client(), "alice", MARGIN, Seed::new([7; 32]))
}

fn loaded(session: &Session) -> KeeperEvent {
    KeeperEvent::Loaded(Ok(Some(session.to_record())))
}

const REVOKED: &str = "Refresh Token has been revoked";
const RENEWED: &str = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"newest"}}"#;

/// A keeper that has read this session and wants to refresh it.
#[track_caller]
fn refreshing(session: &Session) -> SessionKeeper {
    let mut keeper = keeper();
    assert!(matches!(keeper.step(NOW, KeeperEvent::Start), Ok(KeeperStep::Load(_))));
    assert!(matches!(keeper.step(NOW, loaded(session)), Ok(KeeperStep::Send(_))));
    keeper
}

#[track_caller]
fn done(step: Result<KeeperStep, Error>) -> KeptSession {
    match step {
        Ok(KeeperStep::Done(kept)) => *kept,
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_tokens_are_given_as_they_are() {
    let mut keeper = keeper();
    keeper.step(NOW, KeeperEvent::Start).unwrap();
    assert_eq!(done(keeper.step(NOW, loaded(&session(3600, "r")))).session, session(3600, "r"));
}

#[test]
fn nobody_is_signed_in_where_nothing_is_stored() {
    let mut keeper = keeper();
    let Ok(KeeperStep::Load(key)) = keeper.step(NOW, KeeperEvent::Start) else { panic!() };
    assert_eq!(key, "us-east-1_QdbSdK39m/3pu8tnp684l4lmlfoth25ojmd2/alice");
    assert!(matches!(keeper.step(NOW, KeeperEvent::Loaded(Ok(None))), Err(Error::NotSignedIn)));
}

#[test]
fn tokens_that_soon_expire_are_refreshed_and_saved_before_anyone_gets_them() {
    let mut keeper = refreshing(&session(30, "r"));
    let Ok(KeeperStep::Save(_, record)) = keeper.step(NOW, KeeperEvent::Flow(answer(200, RENEWED))) else { panic!() };
    assert_eq!(Session::from_record(&record).unwrap().refresh_token().unwrap().expose(), "newest");
    let kept = done(keeper.step(NOW, KeeperEvent::Stored(Ok(()))));
    assert_eq!(kept.session.access_token().expose(), "new");
    assert!(kept.save_error.is_none() && kept.refresh_error.is_none());
}

#[test]
fn a_device_is_registered_after_the_session_is_saved() {
    let renewed = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"newest",
        "NewDeviceMetadata":{"DeviceKey":"us-east-1_new","DeviceGroupKey":"-g"}}}"#;
    for (answered, is_confirmed) in [(answer(200, "{}"), true), (Event::NoAnswer(cause("reset")), false)] {
        let mut keeper = refreshing(&session(30, "r"));
        let Ok(KeeperStep::Save(_, record)) = keeper.step(NOW, KeeperEvent::Flow(answer(200, renewed))) else {
            panic!()
        };
        assert_eq!(Session::from_record(&record).unwrap().device_key(), Some("us-east-1_new"));
        let Ok(KeeperStep::Send(request)) = keeper.step(NOW, KeeperEvent::Stored(Ok(()))) else { panic!() };
        assert_eq!(body(&request)["DeviceKey"], "us-east-1_new");
        assert!(matches!(keeper.step(NOW, KeeperEvent::Flow(Event::Woke)), Err(Error::Misuse(_))));
        let kept = done(keeper.step(NOW, KeeperEvent::Flow(answered)));
        assert_eq!(kept.session.access_token().expose(), "new");
        assert_eq!(matches!(kept.device.registration, DeviceRegistration::Confirmed(_)), is_confirmed);
    }
}

#[test]
fn a_device_that_is_gone_is_told_and_costs_nobody_the_session() {
    let session = session(30, "r").with_device_key("us-east-1_old");
    let mut keeper = refreshing(&session);
    let gone = refusal("ResourceNotFoundException", "Device does not exist.");
    let Ok(KeeperStep::Send(request)) = keeper.step(NOW, KeeperEvent::Flow(gone)) else { panic!() };
    assert!(body(&request).get("DeviceKey").is_none());
    keeper.step(NOW, KeeperEvent::Flow(answer(200, RENEWED))).unwrap();
    let kept = done(keeper.step(NOW, KeeperEvent::Stored(Ok(()))));
    assert_eq!(kept.device.gone_device_key.as_deref(), Some("us-east-1_old"));
}

#[test]
fn a_full_disk_costs_nobody_the_session() {
    let mut keeper = refreshing(&session(30, "r"));
    keeper.step(NOW, KeeperEvent::Flow(answer(200, RENEWED))).unwrap();
    let kept = done(keeper.step(NOW, KeeperEvent::Stored(Err(cause("no space left on device")))));
    assert_eq!(kept.session.access_token().expose(), "new");
    assert!(kept.save_error.is_some());
}

#[test]
fn good_tokens_are_given_at_once_when_the_network_is_down() {
    let mut keeper = refreshing(&session(30, "r"));
    let kept = done(keeper.step(NOW, KeeperEvent::Flow(Event::NotSent(cause("no route")))));
    assert_eq!(kept.session, session(30, "r"));
    assert!(matches!(kept.refresh_error, Some(Error::NotReached(error)) if !error.may_have_arrived));
}

#[test]
fn an_answer_that_may_hold_a_new_refresh_token_is_asked_for_again() {
    let mut keeper = refreshing(&session(30, "r"));
    let lost = Event::NoAnswer(cause("reset"));
    assert!(matches!(keeper.step(NOW, KeeperEvent::Flow(lost)), Ok(KeeperStep::Send(_))));
    let not_sent = Event::NotSent(cause("no route"));
    assert!(matches!(keeper.step(NOW, KeeperEvent::Flow(not_sent)), Ok(KeeperStep::Wait(_))));
    assert!(matches!(keeper.step(NOW, KeeperEvent::Flow(Event::Woke)), Ok(KeeperStep::Send(_))));
    let kept = done(keeper.step(NOW, KeeperEvent::Flow(Event::NoAnswer(cause("reset")))));
    assert_eq!(kept.session, session(30, "r"));
    assert!(matches!(kept.refresh_error, Some(Error::NotReached(error)) if error.may_have_arrived));
}

#[test]
fn a_refresh_that_was_asked_for_and_failed_is_an_error() {
    for event in [answer(403, "<html>"), Event::NotSent(cause("no route"))] {
        let mut keeper = keeper().refreshing();
        keeper.step(NOW, KeeperEvent::Start).unwrap();
        keeper.step(NOW, loaded(&session(3600, "r"))).unwrap();
        match keeper.step(NOW, KeeperEvent::Flow(event)) {
            Ok(KeeperStep::Wait(_)) => {}
            other => assert!(matches!(other, Err(Error::Malformed(_))), "{other:?}"),
        }
    }
}

#[test]
fn the_first_error_sticks() {
    let mut keeper = keeper();
    keeper.step(NOW, KeeperEvent::Start).unwrap();
    for event in [KeeperEvent::Loaded(Ok(None)), KeeperEvent::Start, loaded(&session(3600, "r"))] {
        assert!(matches!(keeper.step(NOW, event), Err(Error::NotSignedIn)));
    }
}

#[test]
fn a_failure_with_expired_tokens_is_an_error_and_removes_nothing() {
    for event in [refusal("LimitExceededException", ""), answer(403, "<html>"), refusal("NotAuthorizedException", "x")]
    {
        let mut keeper = refreshing(&session(0, "r"));
        let error = keeper.step(NOW, KeeperEvent::Flow(event)).unwrap_err();
        assert!(!error.ends_session());
    }
}

#[test]
fn a_dead_session_is_removed_after_the_store_was_read_again() {
    for reread in [Some(session(30, "r").to_record()), None] {
        let mut keeper = refreshing(&session(30, "r"));
        let step = keeper.step(NOW, KeeperEvent::Flow(refusal("NotAuthorizedException", REVOKED)));
        assert!(matches!(step, Ok(KeeperStep::Load(_))));
        assert!(matches!(keeper.step(NOW, KeeperEvent::Loaded(Ok(reread))), Ok(KeeperStep::Remove(_))));
        assert!(keeper.step(NOW, KeeperEvent::Stored(Ok(()))).unwrap_err().ends_session());
    }
}

#[test]
fn a_newer_session_of_another_process_is_used() {
    let mut keeper = refreshing(&session(30, "r"));
    keeper.step(NOW, KeeperEvent::Flow(refusal("RefreshTokenReuseException", ""))).unwrap();
    assert_eq!(done(keeper.step(NOW, loaded(&session(3600, "newer")))).session, session(3600, "newer"));
}

#[test]
fn a_newer_session_that_has_expired_is_refreshed_once() {
    let mut keeper = refreshing(&session(30, "r"));
    keeper.step(NOW, KeeperEvent::Flow(refusal("NotAuthorizedException", REVOKED))).unwrap();
    let Ok(KeeperStep::Send(request)) = keeper.step(NOW, loaded(&session(0, "newer"))) else { panic!() };
    assert_eq!(body(&request)["RefreshToken"], "newer");
    let step = keeper.step(NOW, KeeperEvent::Flow(refusal("NotAuthorizedException", REVOKED)));
    assert!(matches!(step, Ok(KeeperStep::Load(_))));
    assert!(matches!(keeper.step(NOW, loaded(&session(0, "newer"))), Ok(KeeperStep::Remove(_))));
}

#[test]
fn a_session_that_another_process_saves_meanwhile_is_not_removed() {
    let mut keeper = refreshing(&session(30, "r"));
    for (token, expected_to_send) in [("newer", true), ("newest", false)] {
        keeper.step(NOW, KeeperEvent::Flow(refusal("NotAuthorizedException", REVOKED))).unwrap();
        let step = keeper.step(NOW, loaded(&session(0, token)));
        assert_eq!(matches!(step, Ok(KeeperStep::Send(_))), expected_to_send, "{step:?}");
    }
}

#[test]
fn a_store_that_cannot_be_read_is_an_error_and_loses_nothing() {
    for broken in [Err(cause("permission denied")), Ok(Some(Record::new(b"{".to_vec())))] {
        let mut keeper = keeper();
        keeper.step(NOW, KeeperEvent::Start).unwrap();
        assert!(matches!(keeper.step(NOW, KeeperEvent::Loaded(broken)), Err(Error::Store(_))));
    }
    let mut keeper = refreshing(&session(30, "r"));
    keeper.step(NOW, KeeperEvent::Flow(refusal("NotAuthorizedException", REVOKED))).unwrap();
    let error = keeper.step(NOW, KeeperEvent::Loaded(Err(cause("permission denied")))).unwrap_err();
    assert!(error.ends_session());
}

#[test]
fn good_tokens_are_refreshed_when_that_is_asked() {
    let mut keeper = keeper().refreshing();
    keeper.step(NOW, KeeperEvent::Start).unwrap();
    assert!(matches!(keeper.step(NOW, loaded(&session(3600, "r"))), Ok(KeeperStep::Send(_))));
}

#[test]
fn an_expired_session_without_a_refresh_token_is_none() {
    let mut keeper = keeper();
    keeper.step(NOW, KeeperEvent::Start).unwrap();
    assert!(matches!(keeper.step(NOW, loaded(&session(0, ""))), Err(Error::NotSignedIn)));
}

fn event() -> impl Strategy<Value = KeeperEvent> {
    (0..10).prop_map(|kind| match kind {
        0 => KeeperEvent::Start,
        1 => loaded(&session(30, "r")),
        2 => loaded(&session(0, "other")),
        3 => KeeperEvent::Loaded(Ok(None)),
        4 => KeeperEvent::Loaded(Err(cause("permission denied"))),
        5 => KeeperEvent::Stored(Ok(())),
        6 => KeeperEvent::Flow(answer(200, RENEWED)),
        7 => KeeperEvent::Flow(refusal("NotAuthorizedException", REVOKED)),
        8 => KeeperEvent::Flow(Event::Woke),
        _ => KeeperEvent::Flow(Event::NoAnswer(cause("reset"))),
    })
}

proptest! {
    #[test]
    fn any_events_come_to_an_end_and_an_event_out_of_turn_changes_nothing(
        events in prop::collection::vec((event(), event()), 1..24),
    ) {
        let mut keeper = keeper();
        let mut is_over = false;
        for (first, second) in events {
            for event in [first, second] {
                let before = format!("{keeper:?}");
                match keeper.step(NOW, event) {
                    Ok(step) => {
                        prop_assert!(!is_over);
                        is_over = matches!(step, KeeperStep::Done(_));
                    }
                    Err(Error::Misuse(_)) => prop_assert_eq!(format!("{keeper:?}"), before),
                    Err(_) => is_over = true,
                }
            }
        }
    }
}
