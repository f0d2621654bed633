mod locks;

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::Request;
use crate::configuration::identity_pool::tests::identity_pool;
use crate::error::{Misuse, NotReached};
use crate::flow::Event;
use crate::operation::Logins;
use crate::storage::{Record, identity_key};
use crate::test_support::desk;
use crate::test_support::disorder::{World, moves, operation};
use crate::test_support::{NOW, answer, cause, not_sent, refusal};
use proptest::prelude::*;

const MINE: &str = "us-east-1:11111111-1111-4111-8111-111111111111";
const GUESTS: &str = "us-east-1:22222222-2222-4222-8222-222222222222";

fn logins() -> Logins {
    Logins::new().with(Logins::GOOGLE, "g00gle")
}

fn identity_response(id: &str) -> Event {
    answer(200, &format!(r#"{{"IdentityId":"{id}"}}"#))
}

fn credentials_valid_for(id: &str, seconds: u64) -> Event {
    let expiration = NOW.as_unix_seconds() + seconds;
    answer(
        200,
        &format!(
            r#"{{"IdentityId":"{id}","Credentials":{{"AccessKeyId":"ASIA","SecretKey":"s","SessionToken":"t",
                "Expiration":{expiration}}}}}"#
        ),
    )
}

fn credentials_response(id: &str) -> Event {
    credentials_valid_for(id, 3600)
}

type Desk = desk::Desk<CredentialsKeeper>;

impl Desk {
    fn for_guest() -> Self {
        Self::new(CredentialsKeeper::for_guest(&identity_pool()))
    }

    fn for_user() -> Self {
        Self::new(CredentialsKeeper::for_user(&identity_pool(), "alice"))
    }

    fn store(&mut self, user: Option<&str>, identity_id: &str) {
        self.records.insert(identity_key(&identity_pool(), user), Record::new(identity_id.into()));
    }

    fn stored(&self, user: Option<&str>) -> Option<&str> {
        let record = self.records.get(&identity_key(&identity_pool(), user))?;
        core::str::from_utf8(record.as_bytes()).ok()
    }

    #[track_caller]
    fn credentials(
        &mut self,
        task: CredentialsTask,
        logins: Result<Logins, Error>,
        answers: impl IntoIterator<Item = Event>,
    ) -> Result<KeptCredentials, Error> {
        self.run(task, logins.map(Into::into), answers).map(|kept| kept.expect("credentials"))
    }

    #[track_caller]
    fn get(&mut self, logins: Logins, answers: impl IntoIterator<Item = Event>) -> KeptCredentials {
        self.credentials(CredentialsTask::Get, Ok(logins), answers).unwrap()
    }
}

#[test]
fn a_guest_keeps_the_same_identity() {
    let mut desk = Desk::for_guest();
    desk.get(Logins::new(), [identity_response(GUESTS), credentials_response(GUESTS)]);
    assert_eq!(desk.log, ["Load", "Lock", "Load", "Send", "Send", "Save", "Done"]);
    assert_eq!(desk.stored(None), Some(GUESTS));
    assert!(desk.keeper.usable(NOW).is_some());

    let mut later = Desk { records: desk.records, ..Desk::for_guest() };
    later.get(Logins::new(), [credentials_response(GUESTS)]);
    assert_eq!(later.log, ["Load", "Lock", "Load", "Send", "Done"], "the identity id is already known");
}

#[test]
fn a_guest_who_signs_in_keeps_the_identity_if_allowed() {
    let mut desk = Desk::for_user();
    desk.store(None, GUESTS);
    desk.get(logins(), [credentials_response(GUESTS)]);
    assert_eq!(desk.log, ["Load", "Lock", "Load", "Lock", "Load", "Send", "Save", "Remove", "Done"]);
    assert_eq!((desk.stored(Some("alice")), desk.stored(None)), (Some(GUESTS), None));

    let mut desk = Desk::for_user();
    desk.store(None, GUESTS);
    desk.get(logins(), [credentials_response(MINE)]);
    assert_eq!(
        (desk.stored(Some("alice")), desk.stored(None)),
        (Some(MINE), None),
        "the logins already have an identity"
    );
}

#[test]
fn a_user_with_an_identity_does_not_use_the_guests() {
    let mut desk = Desk::for_user();
    desk.store(None, GUESTS);
    desk.store(Some("alice"), MINE);
    desk.get(logins(), [credentials_response(MINE)]);
    assert_eq!((desk.stored(Some("alice")), desk.stored(None)), (Some(MINE), Some(GUESTS)));
    assert_eq!(desk.requests[0]["IdentityId"], MINE);
}

#[test]
fn an_unknown_identity_id_is_replaced_in_the_store() {
    let mut desk = Desk::for_user();
    desk.store(Some("alice"), GUESTS);
    let gone = refusal("ResourceNotFoundException", "Identity 'x' not found.");
    desk.get(logins(), [gone, identity_response(MINE), credentials_response(MINE)]);
    assert_eq!(desk.stored(Some("alice")), Some(MINE));
}

#[test]
fn credentials_in_the_margin_are_replaced_or_still_returned() {
    let mut desk = Desk::for_user();
    desk.get(logins(), [identity_response(MINE), credentials_valid_for(MINE, 3600)]);
    desk.now = Timestamp::from_unix_seconds(NOW.as_unix_seconds() + 3400);
    assert!(desk.keeper.usable(desk.now).is_none() && desk.keeper.newest().is_some());

    let lost = || core::iter::repeat_n(not_sent("offline"), 3);
    let kept = desk.get(logins(), lost().take(1));
    assert!(
        matches!(kept.refresh_error, Some(Error::NotReached(_))),
        "the error is returned immediately, without a retry"
    );
    assert!(matches!(desk.credentials(CredentialsTask::Refresh, Ok(logins()), lost()), Err(Error::NotReached(_))));

    assert!(desk.get(logins(), [credentials_valid_for(MINE, 7200)]).refresh_error.is_none());
    assert!(desk.keeper.usable(desk.now).is_some());
}

#[test]
fn credentials_are_dropped_when_their_session_ends() {
    let mut desk = Desk::for_user();
    desk.get(logins(), [identity_response(MINE), credentials_response(MINE)]);
    desk.now = Timestamp::from_unix_seconds(NOW.as_unix_seconds() + 3500);
    let offline = Error::NotReached(NotReached { may_have_arrived: false, cause: cause("offline") });
    assert!(
        desk.credentials(CredentialsTask::Get, Err(offline), []).unwrap().refresh_error.is_some(),
        "a lost network does not end the session"
    );
    assert!(matches!(desk.credentials(CredentialsTask::Get, Err(Error::NotSignedIn), []), Err(Error::NotSignedIn)));
    assert!(desk.keeper.newest().is_none());
}

#[test]
fn a_user_needs_logins_and_a_guest_must_have_none() {
    for (mut desk, given) in [(Desk::for_user(), Logins::new()), (Desk::for_guest(), logins())] {
        assert!(matches!(desk.credentials(CredentialsTask::Get, Ok(given), []), Err(Error::InvalidInput(_))));
        assert_eq!(desk.log, ["Done"]);
    }
}

#[test]
fn an_unsaved_identity_id_is_used_and_saved_by_the_next_job() {
    let mut desk = Desk::for_guest();
    desk.broken = vec!["save"];
    assert!(
        desk.get(Logins::new(), [identity_response(GUESTS), credentials_valid_for(GUESTS, 0)]).save_error.is_some()
    );
    desk.broken.clear();
    let kept = desk.get(Logins::new(), [credentials_response(GUESTS)]);
    assert!(kept.save_error.is_none());
    assert_eq!((desk.requests[2]["IdentityId"].as_str(), desk.stored(None)), (Some(GUESTS), Some(GUESTS)));
}

#[test]
fn the_guests_identity_stays_if_the_users_cannot_be_saved() {
    let mut desk = Desk::for_user();
    desk.store(None, GUESTS);
    desk.broken = vec!["save"];
    desk.get(logins(), [credentials_response(GUESTS)]);
    assert_eq!(desk.stored(None), Some(GUESTS));
}

#[test]
fn an_unreadable_store_gives_a_guest_no_new_identity() {
    for broken in ["lock", "load"] {
        let mut desk = Desk::for_guest();
        desk.broken = vec![broken];
        assert!(matches!(desk.credentials(CredentialsTask::Get, Ok(Logins::new()), []), Err(Error::Store(_))));
        assert!(desk.requests.is_empty());
    }
}

#[test]
fn an_invalid_stored_identity_id_counts_as_absent() {
    for stored in ["", "alice", "us-east-1:", "\u{0}"] {
        let mut desk = Desk::for_user();
        desk.store(Some("alice"), stored);
        desk.get(logins(), [identity_response(MINE), credentials_response(MINE)]);
        assert_eq!(desk.stored(Some("alice")), Some(MINE));
    }
}

#[test]
fn a_second_caller_reuses_credentials_fetched_meanwhile() {
    let mut desk = Desk::for_user();
    desk.get(logins(), [identity_response(MINE), credentials_response(MINE)]);
    desk.log.clear();
    desk.get(logins(), []);
    assert_eq!(desk.log, ["Done"]);
    // The credentials are also reused if no fresh logins are available.
    let offline = Error::NotReached(NotReached { may_have_arrived: false, cause: cause("offline") });
    assert!(desk.credentials(CredentialsTask::Get, Err(offline), []).unwrap().refresh_error.is_none());
}

#[test]
fn the_margin_is_at_most_half_of_the_lifetime() {
    let mut desk = Desk::for_user();
    desk.keeper = desk.keeper.with_margin(Duration::from_secs(7200));
    desk.get(logins(), [identity_response(MINE), credentials_response(MINE)]);
    let after = |seconds: u64| Timestamp::from_unix_seconds(NOW.as_unix_seconds() + seconds);
    assert!(desk.keeper.usable(after(1799)).is_some());
    assert!(desk.keeper.usable(after(1801)).is_none());
}

#[test]
fn an_identity_id_is_saved_even_without_credentials() {
    let no_role = || refusal("InvalidIdentityPoolConfigurationException", "no role");
    let mut desk = Desk::for_guest();
    assert!(desk.credentials(CredentialsTask::Get, Ok(Logins::new()), [identity_response(GUESTS), no_role()]).is_err());
    assert_eq!(desk.stored(None), Some(GUESTS));
    desk.get(Logins::new(), [credentials_response(GUESTS)]);

    let mut desk = Desk::for_guest();
    desk.broken = vec!["save"];
    assert!(desk.credentials(CredentialsTask::Get, Ok(Logins::new()), [identity_response(GUESTS), no_role()]).is_err());
    desk.get(Logins::new(), [credentials_response(GUESTS)]);
    assert_eq!(desk.requests[2]["IdentityId"], GUESTS, "the identity id also stays in memory");
}

#[test]
fn an_unsaved_identity_id_takes_precedence_over_the_stored_one() {
    let gone = refusal("ResourceNotFoundException", "Identity 'x' not found.");
    let mut desk = Desk::for_guest();
    desk.store(None, MINE);
    desk.broken = vec!["save"];
    desk.get(Logins::new(), [gone, identity_response(GUESTS), credentials_valid_for(GUESTS, 0)]);
    desk.get(Logins::new(), [credentials_valid_for(GUESTS, 0)]);
    assert_eq!(desk.requests[3]["IdentityId"], GUESTS);
    // Another process has stored a newer identity id, which takes precedence.
    desk.store(None, "us-east-1:33333333-3333-4333-8333-333333333333");
    desk.get(Logins::new(), [credentials_valid_for(MINE, 0)]);
    assert_eq!(desk.requests[4]["IdentityId"], "us-east-1:33333333-3333-4333-8333-333333333333");
}

#[test]
fn forget_removes_credentials_and_identity_id() {
    let mut desk = Desk::for_user();
    desk.get(logins(), [identity_response(MINE), credentials_response(MINE)]);
    assert!(desk.run(CredentialsTask::Forget, Ok(logins().into()), []).unwrap().is_none());
    assert!(desk.keeper.newest().is_none());
    assert!(matches!(desk.keeper.result(JobId(1)), Some(Err(Error::NotSignedIn))));
    assert_eq!(desk.stored(Some("alice")), None);

    let mut desk = Desk::for_user();
    desk.get(logins(), [identity_response(MINE), credentials_response(MINE)]);
    desk.broken = vec!["lock"];
    assert!(matches!(desk.run(CredentialsTask::Forget, Ok(logins().into()), []), Err(Error::Store(_))));
    assert!(desk.keeper.newest().is_none(), "the credentials in memory are dropped even if the store fails");
    assert_eq!(desk.stored(Some("alice")), Some(MINE));
}

#[test]
fn credentials_belong_to_the_session_of_their_logins() {
    let input = |generation| Ok(CredentialsInput::from_session(logins(), generation));
    let mut desk = Desk::for_user();
    desk.run(CredentialsTask::Get, input(1), [identity_response(MINE), credentials_response(MINE)]).unwrap();
    desk.keeper.end_with_session(Some(1));
    assert!(desk.keeper.usable(NOW).is_some());
    for ended in [Some(2), None] {
        desk.run(CredentialsTask::Get, input(1), [credentials_response(MINE)]).unwrap();
        desk.keeper.end_with_session(ended);
        assert!(desk.keeper.newest().is_none());
        let shared = desk.keeper.result(desk.keeper.newest_job());
        assert!(matches!(shared, Some(Err(Error::NotSignedIn))), "waiting callers do not get the credentials either");
    }
    desk.run(CredentialsTask::Get, input(2), [credentials_response(MINE)]).unwrap();
    desk.run(CredentialsTask::Get, input(3), [credentials_response(MINE)]).unwrap();
    assert_eq!(desk.requests.len(), 5, "another session's credentials are not used");
}

#[test]
fn only_an_expired_login_needs_fresh_logins() {
    for (message, needed) in [("Invalid login token. Token expired: 1 >= 0", true), ("Logins don't match.", false)] {
        let mut desk = Desk::for_user();
        let answers = [identity_response(MINE), refusal("NotAuthorizedException", message)];
        let result = desk.credentials(CredentialsTask::Get, Ok(logins()), answers);
        assert_eq!(KeptCredentials::needs_fresh_logins(&result), needed, "{message}");
    }
}

#[test]
fn a_get_and_a_refresh_wait_for_each_other() {
    for (first, second) in
        [(CredentialsTask::Get, CredentialsTask::Refresh), (CredentialsTask::Refresh, CredentialsTask::Get)]
    {
        let mut keeper = CredentialsKeeper::for_guest(&identity_pool());
        let since = keeper.newest_job();
        assert_eq!(keeper.begin(first, since), Admission::Drive);
        assert_eq!(keeper.begin(second, since), Admission::Wait);
        assert!(matches!(keeper.begin(first, since), Admission::Join(_)));
    }
}

#[test]
fn concurrent_callers_share_one_result() {
    let mut keeper = CredentialsKeeper::for_guest(&identity_pool());
    let since = keeper.newest_job();
    assert_eq!(keeper.begin(CredentialsTask::Get, since), Admission::Drive);
    let Admission::Join(job) = keeper.begin(CredentialsTask::Get, since) else { panic!() };
    assert!(keeper.result(job).is_none());
    let late = keeper.newest_job();
    assert_eq!(keeper.begin(CredentialsTask::Refresh, late), Admission::Wait, "a refresh cannot join a get");
    keeper.abandon(cause("the runtime has ended"));
    assert!(matches!(keeper.result(job), Some(Err(Error::NotReached(_)))));
    let finished = keeper.step(NOW, KeeperEvent::Start(Ok(Logins::new().into())));
    assert!(matches!(finished, Err(Error::Misuse(Misuse::Finished))));
}

#[test]
fn an_unexpected_event_changes_nothing() {
    let mut keeper = CredentialsKeeper::for_guest(&identity_pool());
    assert_eq!(keeper.begin(CredentialsTask::Get, JobId(0)), Admission::Drive);
    let unexpected = keeper.step(NOW, KeeperEvent::Stored(Ok(())));
    assert!(matches!(unexpected, Err(Error::Misuse(Misuse::NotStarted))));
    assert!(matches!(keeper.step(NOW, KeeperEvent::Start(Ok(Logins::new().into()))), Ok(KeeperStep::Load(_))));
    let unexpected = keeper.step(NOW, KeeperEvent::Locked(Ok(())));
    assert!(matches!(unexpected, Err(Error::Misuse(Misuse::AwaitsAnswer))));
    assert!(matches!(keeper.step(NOW, KeeperEvent::Loaded(Ok(None))), Ok(KeeperStep::Lock { .. })));
}

#[test]
fn every_user_has_a_different_identity_key() {
    let keys = [Some("alice"), Some("bob"), Some("guest"), Some("/guest"), Some("a/b"), Some(""), None]
        .map(|user| identity_key(&identity_pool(), user));
    let distinct: alloc::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len());
    for key in keys {
        assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_%/".contains(&byte)), "{key}");
    }
}

fn answers(request: &Request) -> Vec<Event> {
    let answers = if operation(request) == "GetId" {
        vec![identity_response(MINE), identity_response(GUESTS)]
    } else {
        vec![credentials_response(MINE), credentials_response(GUESTS), credentials_valid_for(MINE, 0)]
    };
    answers.into_iter().chain([refusal("ResourceNotFoundException", "no")]).collect()
}

proptest! {
    #[test]
    fn all_jobs_end_after_any_events_in_any_order(
        is_guest: bool,
        jobs in prop::collection::vec((0..5, moves()), 1..6),
    ) {
        let records = vec![Record::new(MINE.into()), Record::new(GUESTS.into()), Record::new("none".into())];
        let world = World { input: || logins().into(), records, answers, most_requests: 3 * crate::MAX_ATTEMPTS as usize };
        let mut keeper = match is_guest {
            true => CredentialsKeeper::for_guest(&identity_pool()),
            false => CredentialsKeeper::for_user(&identity_pool(), "alice"),
        };
        for (task, moves) in jobs {
            let task = match task {
                0 | 1 => CredentialsTask::Get,
                2 | 3 => CredentialsTask::Refresh,
                _ => CredentialsTask::Forget,
            };
            let since = keeper.newest_job();
            prop_assert_eq!(keeper.begin(task, since), Admission::Drive);
            world.run_job_to_the_end(&mut keeper, &moves)?;
        }
    }
}
