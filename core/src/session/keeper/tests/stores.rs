//! What is saved, and what becomes of it when the store fails.

use super::*;

#[test]
fn a_full_disk_costs_nobody_the_session() {
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
    assert!(desk.outcome(SessionTask::Flush, []).result.is_ok(), "nothing to do");
}

#[test]
fn what_could_not_be_saved_is_refreshed_next_and_then_saved() {
    let mut desk = Desk::with(Some(session(30, "r")));
    desk.broken.push("save");
    desk.get([answer(200, RENEWED)]);
    desk.broken.clear();
    // The new tokens say nothing of their expiry, and so are refreshed again, with the refresh token that came last.
    desk.get([answer(200, r#"{"AuthenticationResult":{"AccessToken":"newer"}}"#)]);
    assert_eq!(desk.requests[1]["RefreshToken"], "newest");
    assert_eq!(desk.stored().unwrap().access_token().expose(), "newer");
}

#[test]
fn what_could_not_be_saved_gives_way_to_who_signed_in_or_out_elsewhere() {
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
fn a_store_that_cannot_be_read_is_an_error_and_loses_nothing() {
    for broken in ["lock", "load"] {
        let mut desk = Desk::with(Some(session(30, "r")));
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
fn a_store_that_cannot_be_read_any_more_leaves_the_tokens_until_they_expire() {
    let mut desk = Desk::with(Some(session(30, "r")));
    desk.get([Event::NotSent(cause("no route"))]);
    desk.broken.push("load");
    let kept = desk.get([]);
    assert_eq!(kept.session, session(30, "r"));
    assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
}

/// Regression: they waited until another process, which may have been refreshing somebody else's, released its lock.
#[test]
fn good_tokens_are_read_although_the_store_cannot_be_locked() {
    let mut desk = Desk::with(Some(session(3600, "r")));
    desk.broken.push("lock");
    let kept = desk.get([]);
    assert_eq!(kept.session, session(3600, "r"));
    assert!(kept.refresh_error.is_none());
}

#[test]
fn a_session_is_saved_with_its_user_as_the_last_to_have_signed_in() {
    let mut desk = Desk::with(None);
    let end = desk.outcome(save(session(3600, "r")), []);
    assert_eq!(kind(end.event.as_ref()), Some(SessionEventKind::SignedIn));
    assert_eq!(desk.stored(), Some(session(3600, "r")));
    assert_eq!(desk.records[&last_user_key(&app_client())].as_bytes(), b"alice");
    assert!(desk.keeper.usable(NOW).is_some());
}

#[test]
fn a_session_that_cannot_be_saved_is_kept_here() {
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
fn a_user_who_signs_out_is_forgotten_here_whatever_the_store_says() {
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
