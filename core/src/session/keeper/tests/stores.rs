//! Tests of saving a session, and of failures of the store.

use super::*;

#[test]
fn a_full_disk_does_not_lose_the_session() {
    let mut desk = Desk::with(Some(session(30, "r")));
    desk.broken.push("save");
    let kept = desk.get([answer(200, RENEWED)]);
    assert_eq!(kept.save_error.unwrap().to_string(), "the disk is full");
    assert!(desk.keeper.has_unsaved());
    assert!(matches!(desk.outcome(SessionTask::Flush, []).result, Err(Error::Store(_))));

    desk.broken.clear();
    desk.outcome(SessionTask::Flush, []).result.unwrap();
    assert_eq!(desk.stored().unwrap().refresh_token().unwrap().expose(), "newest");
    assert!(!desk.keeper.has_unsaved());
    assert!(desk.outcome(SessionTask::Flush, []).result.is_ok(), "there is nothing to save");
}

#[test]
fn an_unsaved_session_is_refreshed_and_saved_by_the_next_job() {
    let mut desk = Desk::with(Some(session(30, "r")));
    desk.broken.push("save");
    desk.get([answer(200, RENEWED)]);
    desk.broken.clear();
    // The new tokens have no expiry, so the next job refreshes them again, with the newest refresh token.
    desk.get([answer(200, r#"{"AuthenticationResult":{"AccessToken":"newer"}}"#)]);
    assert_eq!(desk.requests[1]["RefreshToken"], "newest");
    assert_eq!(desk.stored().unwrap().access_token().expose(), "newer");
}

#[test]
fn a_sign_in_or_sign_out_elsewhere_replaces_an_unsaved_session() {
    for elsewhere in [Some(session(3600, "elsewhere")), None] {
        let mut desk = Desk::with(Some(session(30, "r")));
        desk.broken.push("save");
        desk.get([answer(200, RENEWED)]);
        desk.broken.clear();
        desk.records = elsewhere.clone().map(|session| (key(), session.to_record())).into_iter().collect();
        let end = desk.outcome(SessionTask::Get, []);
        assert_eq!(desk.stored(), elsewhere);
        assert!(!desk.keeper.has_unsaved());
        match end.result {
            Ok(kept) => assert_eq!(Some(kept.unwrap().session), elsewhere),
            Err(error) => {
                assert!(matches!(error, Error::NotSignedIn));
                assert_eq!(kind(end.event.as_ref()), Some(SessionEventKind::SignedOut));
            }
        }
    }
}

#[test]
fn an_unreadable_store_is_an_error_and_loses_nothing() {
    for broken in ["lock", "load"] {
        let mut desk = Desk::with(Some(session(0, "r")));
        desk.broken.push(broken);
        assert!(matches!(desk.outcome(SessionTask::Get, []).result, Err(Error::Store(_))));
        assert!(desk.stored().is_some());
    }
    let mut desk = Desk::with(None);
    desk.records.insert(key(), Record::new(b"{".to_vec()));
    assert!(matches!(desk.outcome(SessionTask::Get, []).result, Err(Error::Store(_))));
    assert!(desk.records.contains_key(&key()));
}

#[test]
fn an_unreadable_store_leaves_valid_tokens_in_memory() {
    let mut desk = Desk::with(Some(session(30, "r")));
    desk.get([not_sent("no route")]);
    desk.broken.push("load");
    let kept = desk.get([]);
    assert_eq!(kept.session, session(30, "r"));
    assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
}

/// Regression: callers with valid tokens waited for another process to release the store's lock.
#[test]
fn valid_tokens_are_read_without_locking_the_store() {
    let mut desk = Desk::with(Some(session(3600, "r")));
    desk.broken.push("lock");
    let kept = desk.get([]);
    assert_eq!(kept.session, session(3600, "r"));
    assert!(kept.refresh_error.is_none());
}

#[test]
fn a_saved_session_names_its_user_as_the_last_user() {
    let mut desk = Desk::with(None);
    let end = desk.outcome(save(session(3600, "r")), []);
    assert_eq!(kind(end.event.as_ref()), Some(SessionEventKind::SignedIn));
    assert_eq!(desk.stored(), Some(session(3600, "r")));
    assert_eq!(desk.records[&last_user_key(&app_client())].as_bytes(), b"alice");
    assert!(desk.keeper.usable(NOW).is_some());
}

#[test]
fn a_session_that_cannot_be_saved_stays_in_memory() {
    for broken in ["lock", "save"] {
        let mut desk = Desk::with(None);
        desk.broken.push(broken);
        let end = desk.outcome(save(session(3600, "r")), []);
        assert!(matches!(end.result, Err(Error::Store(_))));
        assert!(desk.keeper.usable(NOW).is_some());
        desk.broken.clear();
        desk.outcome(SessionTask::Flush, []).result.unwrap();
        assert_eq!(desk.stored(), Some(session(3600, "r")), "{broken}");
    }
}

#[test]
fn a_sign_out_clears_memory_even_if_the_store_fails() {
    for (last, is_kept) in [("alice", false), ("bob", true)] {
        let mut desk = Desk::with(Some(session(3600, "r")));
        desk.get([]);
        desk.records.insert(last_user_key(&app_client()), Record::new(last.into()));
        let end = desk.outcome(SessionTask::SignOut(SignOutScope::Local), []);
        assert_eq!((end.result.is_ok(), kind(end.event.as_ref())), (true, Some(SessionEventKind::SignedOut)));
        assert_eq!((desk.stored(), desk.keeper.usable(NOW)), (None, None));
        assert_eq!(desk.records.contains_key(&last_user_key(&app_client())), is_kept, "{last}");
    }
    for broken in ["lock", "remove"] {
        let mut desk = Desk::with(Some(session(3600, "r")));
        desk.get([]);
        desk.broken.push(broken);
        assert!(matches!(desk.outcome(SessionTask::SignOut(SignOutScope::Local), []).result, Err(Error::Store(_))));
        assert_eq!(desk.keeper.usable(NOW), None);
    }
}
