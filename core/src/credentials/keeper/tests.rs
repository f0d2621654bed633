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

fn identity(id: &str) -> Event {
    answer(200, &format!(r#"{{"IdentityId":"{id}"}}"#))
}

fn given_for(id: &str, seconds: u64) -> Event {
    let expiration = NOW.as_unix_seconds() + seconds;
    answer(
        200,
        &format!(
            r#"{{"IdentityId":"{id}","Credentials":{{"AccessKeyId":"ASIA","SecretKey":"s","SessionToken":"t",
                "Expiration":{expiration}}}}}"#
        ),
    )
}

fn given(id: &str) -> Event {
    given_for(id, 3600)
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
fn a_guest_is_given_one_identity_for_good() {
    let mut desk = Desk::for_guest();
    desk.get(Logins::new(), [identity(GUESTS), given(GUESTS)]);
    assert_eq!(desk.log, ["Lock", "Load", "Send", "Send", "Save", "Done"]);
    assert_eq!(desk.stored(None), Some(GUESTS));
    assert!(desk.keeper.usable(NOW).is_some());

    let mut later = Desk { records: desk.records, ..Desk::for_guest() };
    later.get(Logins::new(), [given(GUESTS)]);
    assert_eq!(later.log, ["Lock", "Load", "Send", "Done"], "the id is known");
}

#[test]
fn a_guest_who_signs_in_stays_the_same_identity_where_the_service_will_have_it_so() {
    let mut desk = Desk::for_user();
    desk.store(None, GUESTS);
    desk.get(logins(), [given(GUESTS)]);
    assert_eq!(desk.log, ["Lock", "Load", "Lock", "Load", "Send", "Save", "Remove", "Done"]);
    assert_eq!((desk.stored(Some("alice")), desk.stored(None)), (Some(GUESTS), None));

    let mut desk = Desk::for_user();
    desk.store(None, GUESTS);
    desk.get(logins(), [given(MINE)]);
    assert_eq!((desk.stored(Some("alice")), desk.stored(None)), (Some(MINE), None), "the logins have one already");
}

#[test]
fn a_user_who_is_known_takes_nothing_from_a_guest() {
    let mut desk = Desk::for_user();
    desk.store(None, GUESTS);
    desk.store(Some("alice"), MINE);
    desk.get(logins(), [given(MINE)]);
    assert_eq!((desk.stored(Some("alice")), desk.stored(None)), (Some(MINE), Some(GUESTS)));
    assert_eq!(desk.requests[0]["IdentityId"], MINE);
}

#[test]
fn an_identity_that_is_gone_is_replaced_in_the_store() {
    let mut desk = Desk::for_user();
    desk.store(Some("alice"), GUESTS);
    let gone = refusal("ResourceNotFoundException", "Identity 'x' not found.");
    desk.get(logins(), [gone, identity(MINE), given(MINE)]);
    assert_eq!(desk.stored(Some("alice")), Some(MINE));
}

#[test]
fn credentials_that_expire_within_the_margin_are_replaced_and_still_given_if_they_cannot_be() {
    let mut desk = Desk::for_user();
    desk.get(logins(), [identity(MINE), given_for(MINE, 3600)]);
    desk.now = Timestamp::from_unix_seconds(NOW.as_unix_seconds() + 3400);
    assert!(desk.keeper.usable(desk.now).is_none() && desk.keeper.newest().is_some());

    let lost = || core::iter::repeat_n(not_sent("offline"), 3);
    let kept = desk.get(logins(), lost().take(1));
    assert!(matches!(kept.refresh_error, Some(Error::NotReached(_))), "at once, without another try");
    assert!(matches!(desk.credentials(CredentialsTask::Refresh, Ok(logins()), lost()), Err(Error::NotReached(_))));

    assert!(desk.get(logins(), [given_for(MINE, 7200)]).refresh_error.is_none());
    assert!(desk.keeper.usable(desk.now).is_some());
}

#[test]
fn credentials_end_with_the_session_that_they_came_from() {
    let mut desk = Desk::for_user();
    desk.get(logins(), [identity(MINE), given(MINE)]);
    desk.now = Timestamp::from_unix_seconds(NOW.as_unix_seconds() + 3500);
    let offline = Error::NotReached(NotReached { may_have_arrived: false, cause: cause("offline") });
    assert!(
        desk.credentials(CredentialsTask::Get, Err(offline), []).unwrap().refresh_error.is_some(),
        "not for a lost network"
    );
    assert!(matches!(desk.credentials(CredentialsTask::Get, Err(Error::NotSignedIn), []), Err(Error::NotSignedIn)));
    assert!(desk.keeper.newest().is_none());
}

#[test]
fn a_user_without_logins_and_a_guest_with_some_are_mistakes() {
    for (mut desk, given) in [(Desk::for_user(), Logins::new()), (Desk::for_guest(), logins())] {
        assert!(matches!(desk.credentials(CredentialsTask::Get, Ok(given), []), Err(Error::InvalidInput(_))));
        assert_eq!(desk.log, ["Done"]);
    }
}

#[test]
fn an_identity_that_could_not_be_saved_is_used_and_saved_with_the_next_chance() {
    let mut desk = Desk::for_guest();
    desk.broken = vec!["save"];
    assert!(desk.get(Logins::new(), [identity(GUESTS), given_for(GUESTS, 0)]).save_error.is_some());
    desk.broken.clear();
    let kept = desk.get(Logins::new(), [given(GUESTS)]);
    assert!(kept.save_error.is_none());
    assert_eq!((desk.requests[2]["IdentityId"].as_str(), desk.stored(None)), (Some(GUESTS), Some(GUESTS)));
}

#[test]
fn a_guests_identity_is_not_lost_where_the_users_cannot_be_saved() {
    let mut desk = Desk::for_user();
    desk.store(None, GUESTS);
    desk.broken = vec!["save"];
    desk.get(logins(), [given(GUESTS)]);
    assert_eq!(desk.stored(None), Some(GUESTS));
}

#[test]
fn a_store_that_cannot_be_read_makes_no_guest_a_stranger() {
    for broken in ["lock", "load"] {
        let mut desk = Desk::for_guest();
        desk.broken = vec![broken];
        assert!(matches!(desk.credentials(CredentialsTask::Get, Ok(Logins::new()), []), Err(Error::Store(_))));
        assert!(desk.requests.is_empty());
    }
}

#[test]
fn what_is_stored_and_is_no_identity_counts_as_none() {
    for stored in ["", "alice", "us-east-1:", "\u{0}"] {
        let mut desk = Desk::for_user();
        desk.store(Some("alice"), stored);
        desk.get(logins(), [identity(MINE), given(MINE)]);
        assert_eq!(desk.stored(Some("alice")), Some(MINE));
    }
}

#[test]
fn who_asks_and_finds_that_somebody_has_got_them_asks_the_service_for_nothing() {
    let mut desk = Desk::for_user();
    desk.get(logins(), [identity(MINE), given(MINE)]);
    desk.log.clear();
    desk.get(logins(), []);
    assert_eq!(desk.log, ["Done"]);
    // Also where no fresh logins are to be had.
    let offline = Error::NotReached(NotReached { may_have_arrived: false, cause: cause("offline") });
    assert!(desk.credentials(CredentialsTask::Get, Err(offline), []).unwrap().refresh_error.is_none());
}

#[test]
fn a_margin_as_long_as_the_life_of_the_credentials_is_cut_to_half_of_it() {
    let mut desk = Desk::for_user();
    desk.keeper = desk.keeper.with_margin(Duration::from_secs(7200));
    desk.get(logins(), [identity(MINE), given(MINE)]);
    let after = |seconds: u64| Timestamp::from_unix_seconds(NOW.as_unix_seconds() + seconds);
    assert!(desk.keeper.usable(after(1799)).is_some());
    assert!(desk.keeper.usable(after(1801)).is_none());
}

#[test]
fn an_identity_is_kept_although_the_credentials_do_not_come() {
    let no_role = || refusal("InvalidIdentityPoolConfigurationException", "no role");
    let mut desk = Desk::for_guest();
    assert!(desk.credentials(CredentialsTask::Get, Ok(Logins::new()), [identity(GUESTS), no_role()]).is_err());
    assert_eq!(desk.stored(None), Some(GUESTS));
    desk.get(Logins::new(), [given(GUESTS)]);

    let mut desk = Desk::for_guest();
    desk.broken = vec!["save"];
    assert!(desk.credentials(CredentialsTask::Get, Ok(Logins::new()), [identity(GUESTS), no_role()]).is_err());
    desk.get(Logins::new(), [given(GUESTS)]);
    assert_eq!(desk.requests[2]["IdentityId"], GUESTS, "it is kept in memory too");
}

#[test]
fn an_identity_that_could_not_be_saved_is_not_given_up_for_the_one_in_the_store() {
    let gone = refusal("ResourceNotFoundException", "Identity 'x' not found.");
    let mut desk = Desk::for_guest();
    desk.store(None, MINE);
    desk.broken = vec!["save"];
    desk.get(Logins::new(), [gone, identity(GUESTS), given_for(GUESTS, 0)]);
    desk.get(Logins::new(), [given_for(GUESTS, 0)]);
    assert_eq!(desk.requests[3]["IdentityId"], GUESTS);
    // Until somebody else has stored another.
    desk.store(None, "us-east-1:33333333-3333-4333-8333-333333333333");
    desk.get(Logins::new(), [given_for(MINE, 0)]);
    assert_eq!(desk.requests[4]["IdentityId"], "us-east-1:33333333-3333-4333-8333-333333333333");
}

#[test]
fn forgotten_credentials_are_nowhere() {
    let mut desk = Desk::for_user();
    desk.get(logins(), [identity(MINE), given(MINE)]);
    assert!(desk.run(CredentialsTask::Forget, Ok(logins().into()), []).unwrap().is_none());
    assert!(desk.keeper.newest().is_none());
    assert!(matches!(desk.keeper.result(JobId(1)), Some(Err(Error::NotSignedIn))));
    assert_eq!(desk.stored(Some("alice")), None);

    let mut desk = Desk::for_user();
    desk.get(logins(), [identity(MINE), given(MINE)]);
    desk.broken = vec!["lock"];
    assert!(matches!(desk.run(CredentialsTask::Forget, Ok(logins().into()), []), Err(Error::Store(_))));
    assert!(desk.keeper.newest().is_none(), "here and now");
    assert_eq!(desk.stored(Some("alice")), Some(MINE));
}

#[test]
fn credentials_are_of_the_session_that_their_logins_came_from() {
    let input = |generation| Ok(CredentialsInput::from_session(logins(), generation));
    let mut desk = Desk::for_user();
    desk.run(CredentialsTask::Get, input(1), [identity(MINE), given(MINE)]).unwrap();
    desk.keeper.end_with_session(Some(1));
    assert!(desk.keeper.usable(NOW).is_some());
    for ended in [Some(2), None] {
        desk.run(CredentialsTask::Get, input(1), [given(MINE)]).unwrap();
        desk.keeper.end_with_session(ended);
        assert!(desk.keeper.newest().is_none());
        let shared = desk.keeper.result(desk.keeper.newest_job());
        assert!(matches!(shared, Some(Err(Error::NotSignedIn))), "for those who wait, too");
    }
    desk.run(CredentialsTask::Get, input(2), [given(MINE)]).unwrap();
    desk.run(CredentialsTask::Get, input(3), [given(MINE)]).unwrap();
    assert_eq!(desk.requests.len(), 5, "another session's credentials are not used");
}

#[test]
fn only_an_expired_login_needs_fresh_logins() {
    for (message, needed) in [("Invalid login token. Token expired: 1 >= 0", true), ("Logins don't match.", false)] {
        let mut desk = Desk::for_user();
        let answers = [identity(MINE), refusal("NotAuthorizedException", message)];
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
fn all_who_ask_meanwhile_share_what_comes_of_it() {
    let mut keeper = CredentialsKeeper::for_guest(&identity_pool());
    let since = keeper.newest_job();
    assert_eq!(keeper.begin(CredentialsTask::Get, since), Admission::Drive);
    let Admission::Join(ticket) = keeper.begin(CredentialsTask::Get, since) else { panic!() };
    assert!(keeper.result(ticket).is_none());
    let late = keeper.newest_job();
    assert_eq!(keeper.begin(CredentialsTask::Refresh, late), Admission::Wait, "it is something else");
    keeper.abandon(cause("the runtime has ended"));
    assert!(matches!(keeper.result(ticket), Some(Err(Error::NotReached(_)))));
    let finished = keeper.step(NOW, KeeperEvent::Start(Ok(Logins::new().into())));
    assert!(matches!(finished, Err(Error::Misuse(Misuse::Finished))));
}

#[test]
fn an_event_out_of_turn_changes_nothing() {
    let mut keeper = CredentialsKeeper::for_guest(&identity_pool());
    assert_eq!(keeper.begin(CredentialsTask::Get, JobId(0)), Admission::Drive);
    let out_of_turn = keeper.step(NOW, KeeperEvent::Stored(Ok(())));
    assert!(matches!(out_of_turn, Err(Error::Misuse(Misuse::NotStarted))));
    assert!(matches!(keeper.step(NOW, KeeperEvent::Start(Ok(Logins::new().into()))), Ok(KeeperStep::Lock(_))));
    let out_of_turn = keeper.step(NOW, KeeperEvent::Loaded(Ok(None)));
    assert!(matches!(out_of_turn, Err(Error::Misuse(Misuse::AwaitsAnswer))));
    assert!(matches!(keeper.step(NOW, KeeperEvent::Locked(Ok(()))), Ok(KeeperStep::Load(_))));
}

#[test]
fn no_two_users_of_no_two_pools_have_one_key() {
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
        vec![identity(MINE), identity(GUESTS)]
    } else {
        vec![given(MINE), given(GUESTS), given_for(MINE, 0)]
    };
    answers.into_iter().chain([refusal("ResourceNotFoundException", "no")]).collect()
}

proptest! {
    #[test]
    fn all_jobs_come_to_an_end_whatever_comes_in_whatever_order(
        of_guest: bool,
        jobs in prop::collection::vec((0..5, moves()), 1..6),
    ) {
        let records = vec![Record::new(MINE.into()), Record::new(GUESTS.into()), Record::new("none".into())];
        let world = World { input: || logins().into(), records, answers, most_requests: 3 * crate::MAX_ATTEMPTS as usize };
        let mut keeper = match of_guest {
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
