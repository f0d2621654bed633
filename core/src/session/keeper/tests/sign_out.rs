//! Tests of a sign-out, which runs as one job under the store's lock.

use super::*;

/// Returns a session whose tokens can be revoked, because its access token has the claim `origin_jti`.
fn revocable(valid_for_seconds: u64, refresh_token: &str) -> Session {
    let now = NOW.as_unix_seconds();
    let claims = json!({"username": "alice", "iat": now, "exp": now + valid_for_seconds, "origin_jti": "o"});
    let mut tokens = Tokens::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string())));
    tokens.refresh_token = Some(refresh_token.into());
    Session::new("alice", tokens, NOW, None)
}

const REVOKE: SessionTask = SessionTask::SignOut(SignOutScope::Revoke);
const GLOBAL: SessionTask = SessionTask::SignOut(SignOutScope::Global);

#[test]
fn a_sign_out_revokes_under_the_lock_and_then_removes() {
    let mut desk = Desk::with(Some(revocable(3600, "r")));
    let end = desk.outcome(REVOKE, [answer(200, "{}")]);
    assert_eq!(desk.log, ["Lock", "Load", "Send", "Remove", "Load", "Done"]);
    assert_eq!(desk.requests[0]["Token"], "r");
    assert!(matches!(end.remote_sign_out, RemoteSignOut::Done));
    assert_eq!((end.result.is_ok(), kind(end.event.as_ref())), (true, Some(SessionEventKind::SignedOut)));
    assert_eq!(desk.stored(), None);
}

/// Regression: a sign-out revoked the older token in memory. The newer token in the store was removed but not
/// revoked.
#[test]
fn a_sign_out_revokes_the_newest_token_in_the_store() {
    let mut desk = Desk::with(Some(revocable(3600, "older")));
    desk.get([]);
    desk.records.insert(key(), revocable(3600, "newer").to_record());
    desk.outcome(REVOKE, [answer(200, "{}")]);
    assert_eq!(desk.requests[0]["Token"], "newer");
}

#[test]
fn a_sign_out_revokes_an_unsaved_session() {
    let mut desk = Desk::with(Some(revocable(30, "older")));
    let unsaved = revocable(3600, "unsaved");
    desk.broken.push("save");
    assert!(desk.outcome(save(unsaved), []).result.is_err());
    desk.broken.clear();
    desk.outcome(REVOKE, [answer(200, "{}")]);
    assert_eq!(desk.requests[0]["Token"], "unsaved");
    assert!(!desk.keeper.has_unsaved());
    assert_eq!(desk.stored(), None);
}

#[test]
fn no_caller_gets_tokens_that_are_being_revoked() {
    let mut desk = Desk::with(Some(revocable(3600, "r")));
    desk.get([]);
    let since = desk.keeper.newest_job();
    assert_eq!(desk.keeper.begin(REVOKE, since), Admission::Drive);
    let held = KeeperEvent::Loaded(Ok(desk.records.get(&key()).cloned()));
    for event in [KeeperEvent::Start(Ok(seed())), KeeperEvent::Locked(Ok(())), held] {
        desk.keeper.step(NOW, event).unwrap();
    }
    assert_eq!(desk.keeper.usable(NOW), None);
    assert_eq!(desk.keeper.begin(SessionTask::Get, since), Admission::Wait);
}

/// Regression: a global sign-out refreshed the tokens, and callers could get the new tokens before the
/// sign-out revoked them.
#[test]
fn no_caller_gets_tokens_refreshed_for_a_global_sign_out() {
    let mut desk = Desk::with(Some(session(0, "r")));
    let since = desk.keeper.newest_job();
    assert_eq!(desk.keeper.begin(GLOBAL, since), Admission::Drive);
    let held = KeeperEvent::Loaded(Ok(desk.records.get(&key()).cloned()));
    let renewed = json!({"AuthenticationResult": {"AccessToken": revocable(3600, "r").access_token().expose()}});
    let answered = KeeperEvent::Flow(answer(200, &renewed.to_string()));
    for event in [KeeperEvent::Start(Ok(seed())), KeeperEvent::Locked(Ok(())), held, answered] {
        desk.keeper.step(NOW, event).unwrap();
    }
    assert!(
        matches!(desk.keeper.step(NOW, KeeperEvent::Stored(Ok(()))), Ok(KeeperStep::Send(_))),
        "the job continues with the sign-out"
    );
    assert_eq!(desk.keeper.usable(NOW), None);
}

#[test]
fn the_session_is_removed_even_if_the_service_rejects_it() {
    for event in [refusal("UnauthorizedException", ""), answer(403, "<html>"), refusal("LimitExceededException", "")] {
        let mut desk = Desk::with(Some(revocable(3600, "r")));
        let end = desk.outcome(REVOKE, [event]);
        assert!(matches!(end.remote_sign_out, RemoteSignOut::Failed(_)));
        assert_eq!((end.result.is_ok(), desk.stored()), (true, None));
    }
}

#[test]
fn a_global_sign_out_refreshes_expired_tokens_first() {
    let renewed = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"newest",
        "NewDeviceMetadata":{"DeviceKey":"us-east-1_new","DeviceGroupKey":"-g"}}}"#;
    let mut desk = Desk::with(Some(session(0, "r")));
    let end = desk.outcome(GLOBAL, [answer(200, renewed), answer(200, "{}")]);
    assert_eq!(desk.log, ["Lock", "Load", "Send", "Save", "Send", "Remove", "Load", "Done"]);
    assert_eq!(desk.requests[1]["AccessToken"], "new", "the job registers no device");
    assert!(matches!(end.remote_sign_out, RemoteSignOut::Done));
    assert_eq!(desk.stored(), None);
}

#[test]
fn a_global_sign_out_uses_tokens_that_are_still_valid() {
    let mut desk = Desk::with(Some(session(30, "r")));
    let end = desk.outcome(GLOBAL, [not_sent("no route"), answer(200, "{}")]);
    assert_eq!(desk.requests[1]["AccessToken"], session(30, "r").access_token().expose());
    assert!(matches!(end.remote_sign_out, RemoteSignOut::Done));
}

#[test]
fn a_failed_global_sign_out_is_reported_and_removes_the_session() {
    for (stored, answers) in [
        (Some(session(0, "r")), vec![refusal("NotAuthorizedException", REVOKED)]),
        (Some(session(0, "r")), vec![answer(403, "<html>")]),
        (Some(session(0, "")), vec![]),
        (None, vec![]),
    ] {
        let mut desk = Desk::with(stored);
        let end = desk.outcome(GLOBAL, answers);
        assert!(matches!(end.remote_sign_out, RemoteSignOut::Failed(_)));
        assert_eq!((end.result.is_ok(), desk.stored()), (true, None));
        assert_eq!(kind(end.event.as_ref()), Some(SessionEventKind::SignedOut));
    }
}

#[test]
fn tokens_are_revoked_even_if_the_store_cannot_be_locked() {
    for task in [REVOKE, GLOBAL] {
        let mut desk = Desk::with(Some(revocable(3600, "r")));
        desk.broken.push("lock");
        let end = desk.outcome(task, [answer(200, "{}")]);
        assert!(matches!(end.remote_sign_out, RemoteSignOut::Done));
        assert!(matches!(end.result, Err(Error::Store(_))), "the session is still in the store");
        assert_eq!(desk.keeper.newest(), None);
        assert!(desk.stored().is_some());
    }
}

#[test]
fn a_token_is_not_refreshed_without_the_lock() {
    let mut desk = Desk::with(Some(revocable(0, "r")));
    desk.broken.push("lock");
    let end = desk.outcome(GLOBAL, []);
    assert!(matches!(end.remote_sign_out, RemoteSignOut::Failed(Error::Store(_))));
}

#[test]
fn if_the_store_is_unreadable_the_session_in_memory_is_revoked() {
    let mut desk = Desk::with(Some(revocable(3600, "r")));
    desk.get([]);
    desk.broken.push("load");
    let end = desk.outcome(REVOKE, [answer(200, "{}")]);
    assert!(matches!(end.remote_sign_out, RemoteSignOut::Done));
    let mut desk = Desk::with(Some(revocable(3600, "r")));
    desk.broken.push("load");
    let end = desk.outcome(REVOKE, []);
    assert!(matches!(end.remote_sign_out, RemoteSignOut::Failed(Error::Store(_))));
}

#[test]
fn a_sign_out_without_a_session_or_a_local_one_sends_nothing() {
    let end = Desk::with(None).outcome(REVOKE, []);
    assert!(matches!(end.remote_sign_out, RemoteSignOut::Failed(Error::NotSignedIn)));
    assert!(end.result.is_ok());
    let mut desk = Desk::with(Some(revocable(3600, "r")));
    let end = desk.outcome(SessionTask::SignOut(SignOutScope::Local), []);
    assert_eq!(desk.log, ["Lock", "Remove", "Load", "Done"]);
    assert!(matches!(end.remote_sign_out, RemoteSignOut::NotAsked));
}
