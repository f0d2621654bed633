//! Tests of jobs while another process holds a lock.

use super::*;
use crate::{MAX_LOCK_WAIT, SHORT_LOCK_WAIT};

/// Regression: while another process held the lock, callers with a known identity got no credentials.
#[test]
fn a_known_identity_needs_no_lock() {
    for (task, user) in [(CredentialsTask::Get, Some("alice")), (CredentialsTask::Refresh, None)] {
        let mut desk = if user.is_some() { Desk::for_user() } else { Desk::for_guest() };
        let logins = if user.is_some() { logins() } else { Logins::new() };
        desk.store(user, MINE);
        desk.broken = vec!["lock"];
        let kept = desk.credentials(task, Ok(logins), [credentials_response(MINE)]).unwrap();
        assert!(kept.refresh_error.is_none() && kept.save_error.is_none());
        assert_eq!(desk.requests[0]["IdentityId"], MINE);
        assert_eq!(desk.lock_waits, [SHORT_LOCK_WAIT]);
    }
}

#[test]
fn without_the_lock_a_new_identity_id_stays_in_memory() {
    let mut desk = Desk::for_user();
    desk.store(Some("alice"), GUESTS);
    desk.broken = vec!["lock"];
    let gone = refusal("ResourceNotFoundException", "no");
    assert!(desk.get(logins(), [gone, identity_response(MINE), credentials_response(MINE)]).save_error.is_some());
    assert_eq!(desk.stored(Some("alice")), Some(GUESTS));
    desk.broken.clear();
    desk.credentials(CredentialsTask::Refresh, Ok(logins()), [credentials_response(MINE)]).unwrap();
    assert_eq!(desk.stored(Some("alice")), Some(MINE));
}

#[test]
fn an_unknown_identity_waits_for_the_lock() {
    for (mut desk, logins) in [(Desk::for_user(), logins()), (Desk::for_guest(), Logins::new())] {
        desk.broken = vec!["lock"];
        assert!(matches!(desk.credentials(CredentialsTask::Get, Ok(logins), []), Err(Error::Store(_))));
        assert_eq!(desk.lock_waits, [MAX_LOCK_WAIT]);
    }
}

/// Returns the desk of a guest. The guest's identity id could not be saved. The guest's credentials expire in
/// ten seconds.
fn desk_within_the_margin() -> Desk {
    let mut desk = Desk::for_guest();
    desk.broken = vec!["save"];
    desk.get(Logins::new(), [identity_response(MINE), credentials_valid_for(MINE, 60)]);
    desk.now = Timestamp::from_unix_seconds(NOW.as_unix_seconds() + 50);
    desk.lock_waits.clear();
    desk
}

#[test]
fn valid_credentials_wait_little_for_a_lock() {
    let mut desk = desk_within_the_margin();
    desk.broken = vec!["lock"];
    assert!(matches!(desk.get(Logins::new(), []).refresh_error, Some(Error::Store(_))));
    assert_eq!(desk.lock_waits, [SHORT_LOCK_WAIT]);
}

/// Regression: if the session could not be refreshed, the caller got an error instead of the valid
/// credentials.
#[test]
fn valid_credentials_do_not_need_fresh_logins() {
    let kept = || Ok(desk_within_the_margin().keeper.newest().unwrap().clone().into());
    let taken = || Error::store("the lock is taken");
    assert!(KeptCredentials::without_fresh_logins(kept(), taken()).is_ok());
    assert!(KeptCredentials::without_fresh_logins(kept(), Error::NotSignedIn).is_err(), "the session has ended");
    let failed = KeptCredentials::without_fresh_logins(Err(Error::NotSignedIn), taken());
    assert!(matches!(failed, Err(Error::Store(_))));
}

#[test]
fn valid_credentials_are_returned_while_a_job_waits_for_a_lock() {
    for task in [CredentialsTask::Get, CredentialsTask::Refresh] {
        let Desk { mut keeper, now, .. } = desk_within_the_margin();
        let since = keeper.newest_job();
        assert_eq!(keeper.begin(task, since), Admission::Drive);
        for event in [KeeperEvent::Start(Ok(Logins::new().into())), KeeperEvent::Loaded(Ok(None))] {
            keeper.step(now, event).unwrap();
        }
        assert!(keeper.valid_meanwhile(&CredentialsTask::Get, now).unwrap().refresh_error.is_some());
        assert!(keeper.valid_meanwhile(&CredentialsTask::Refresh, now).is_none());
        keeper.step(now, KeeperEvent::Locked(Ok(()))).unwrap();
        assert!(keeper.valid_meanwhile(&CredentialsTask::Get, now).is_none(), "the job has the lock");
    }
}
