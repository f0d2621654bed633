//! Tests of jobs that wait for a lock while another process holds the lock.

use super::*;
use crate::{MAX_LOCK_WAIT, SHORT_LOCK_WAIT};

/// Regression: a caller waited for two minutes for another process's lock, although its tokens were valid.
#[test]
fn valid_tokens_within_the_margin_wait_little_for_a_lock() {
    let mut desk = Desk::with(Some(session(50, "r")));
    desk.broken.push("lock");
    let kept = desk.get([]);
    assert_eq!(kept.session, session(50, "r"));
    assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
    desk.get([]);
    assert_eq!(desk.lock_waits, [SHORT_LOCK_WAIT; 2], "the tokens come from the store, then from memory");
}

#[test]
fn a_caller_without_valid_tokens_waits_for_a_refresh() {
    let mut desk = Desk::with(Some(session(0, "r")));
    desk.broken.push("lock");
    assert!(matches!(desk.outcome(SessionTask::Get, []).result, Err(Error::Store(_))));
    assert_eq!(desk.lock_waits, [MAX_LOCK_WAIT]);
}

#[test]
fn a_caller_who_must_sign_in_learns_it_without_a_lock() {
    for stored in [None, Some(session(0, ""))] {
        let mut desk = Desk::with(stored);
        assert!(matches!(desk.outcome(SessionTask::Get, []).result, Err(Error::NotSignedIn)));
        assert_eq!(desk.log, ["Load", "Done"]);
    }
}

#[test]
fn tasks_that_change_the_store_wait_for_a_refresh() {
    let sign_out = || SessionTask::SignOut(SignOutScope::Local);
    for task in [SessionTask::Refresh, SessionTask::Forget, SessionTask::Flush, sign_out(), save(session(3600, "n"))] {
        let mut desk = Desk::with(Some(session(50, "r")));
        desk.get([not_sent("no route")]);
        desk.lock_waits.clear();
        desk.broken.push("lock");
        desk.outcome(task, []);
        assert_eq!(desk.lock_waits, [MAX_LOCK_WAIT]);
    }
}

/// Regression: while another process held the lock, the keeper did not return an unsaved session.
#[test]
fn an_unsaved_session_waits_little_for_a_lock() {
    let mut desk = Desk::with(Some(session(0, "r")));
    let unsaved = session(50, "newest");
    desk.broken.push("save");
    desk.outcome(save(unsaved.clone()), []);
    desk.lock_waits.clear();
    desk.broken.push("lock");
    assert_eq!(desk.get([]).session, unsaved);
    assert_eq!(desk.lock_waits, [SHORT_LOCK_WAIT]);
}

/// Returns a keeper with a job that waits for the lock. The keeper's session is valid for 50 seconds.
fn keeper_at_the_lock(task: SessionTask) -> SessionKeeper {
    let mut desk = Desk::with(Some(session(50, "r")));
    desk.get([not_sent("no route")]);
    let mut keeper = desk.keeper;
    let since = keeper.newest_job();
    assert_eq!(keeper.begin(task, since), Admission::Drive);
    let mut step = keeper.step(NOW, KeeperEvent::Start(Ok(seed()))).unwrap();
    if matches!(step, KeeperStep::Load(_)) {
        step = keeper.step(NOW, KeeperEvent::Loaded(Err(cause("unreadable")))).unwrap();
    }
    assert!(matches!(step, KeeperStep::Lock { .. }));
    keeper
}

/// Regression: a caller with valid tokens waited for another caller's job, which waited for a lock.
#[test]
fn valid_tokens_are_returned_while_another_job_waits_for_a_lock() {
    for task in [SessionTask::Get, SessionTask::Refresh, SessionTask::Flush, save(session(3600, "n"))] {
        let mut keeper = keeper_at_the_lock(task);
        let kept = keeper.valid_meanwhile(&SessionTask::Get, NOW).unwrap();
        assert_eq!(kept.session, session(50, "r"));
        assert!(matches!(kept.refresh_error, Some(Error::Store(_))));
        assert!(keeper.valid_meanwhile(&SessionTask::Refresh, NOW).is_none(), "a refresh needs new tokens");
        let expired = Timestamp::from_unix_seconds(NOW.as_unix_seconds() + 51);
        assert!(keeper.valid_meanwhile(&SessionTask::Get, expired).is_none());
        keeper.step(NOW, KeeperEvent::Locked(Ok(()))).unwrap();
        assert!(keeper.valid_meanwhile(&SessionTask::Get, NOW).is_none(), "the job has the lock");
    }
}

#[test]
fn no_caller_gets_tokens_while_a_sign_out_waits_for_a_lock() {
    for task in [SessionTask::Forget, SessionTask::SignOut(SignOutScope::Global)] {
        assert!(keeper_at_the_lock(task).valid_meanwhile(&SessionTask::Get, NOW).is_none());
    }
}

/// While a job waits for the lock on the devices, the job still holds the lock on the session.
#[test]
fn new_tokens_wait_little_for_the_lock_on_the_devices() {
    let mut desk = Desk::with(None);
    let mut signed_in = SignedIn::from(session(30, "r"));
    signed_in.device.gone_device_key = Some("us-east-1_gone".into());
    desk.broken.push("lock devices");
    desk.outcome(SessionTask::Save(Box::new(signed_in)), []);
    assert_eq!(desk.lock_waits, [MAX_LOCK_WAIT; 2]);
    desk.lock_waits.clear();
    let kept = desk.get([answer(200, RENEWED)]);
    assert!(kept.save_error.is_some());
    assert_eq!(desk.lock_waits, [SHORT_LOCK_WAIT; 2]);
}
