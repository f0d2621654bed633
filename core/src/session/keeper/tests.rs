mod devices;
mod endpoints;
mod locks;
mod sign_out;
mod stores;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;

use core::time::Duration;

use super::*;
use crate::Request;
use crate::device::{DeviceRegistration, Devices};
use crate::error::Misuse;
use crate::flow::Event;
use crate::session::{RemoteSignOut, SignOutScope, SignedIn, Tokens};
use crate::storage::{Record, devices_key, last_user_key};
use crate::test_support::desk;
use crate::test_support::disorder::{World, moves, operation};
use crate::test_support::{NOW, answer, app_client, body, cause, no_answer, not_sent, refusal};

const MARGIN: Duration = Duration::from_secs(60);
const REVOKED: &str = "Refresh Token has been revoked";
const RENEWED: &str = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"newest"}}"#;

fn seed() -> Seed {
    Seed::new([7; 32])
}

/// Returns a session whose tokens have a lifetime of one hour and expire this many seconds after [`NOW`].
fn session(valid_for_seconds: u64, refresh_token: &str) -> Session {
    let issued_at = NOW.as_unix_seconds() + valid_for_seconds - 3600;
    let claims = json!({"username": "alice", "iat": issued_at, "exp": issued_at + 3600}).to_string();
    let mut tokens = Tokens::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)));
    tokens.refresh_token = Some(refresh_token.into()).filter(|_| !refresh_token.is_empty());
    Session::new("alice", tokens, Timestamp::from_unix_seconds(issued_at), None).signed_in_at(&app_client())
}

fn keeper() -> SessionKeeper {
    let settings = SessionSettings { margin: MARGIN, device_name: Some("laptop".into()), ..SessionSettings::default() };
    SessionKeeper::new(&app_client(), "alice", &settings)
}

type Desk = desk::Desk<SessionKeeper>;

impl Desk {
    fn with(stored: Option<Session>) -> Self {
        let mut desk = Self::new(keeper());
        desk.records = stored.map(|session| (key(), session.to_record())).into_iter().collect();
        desk
    }

    #[track_caller]
    fn outcome(&mut self, task: SessionTask, answers: impl IntoIterator<Item = Event>) -> SessionOutcome {
        self.run(task, Ok(seed()), answers)
    }

    #[track_caller]
    fn get(&mut self, answers: impl IntoIterator<Item = Event>) -> KeptSession {
        self.outcome(SessionTask::Get, answers).result.unwrap().unwrap()
    }

    fn stored(&self) -> Option<Session> {
        self.records.get(&key()).map(|record| Session::from_record(record).unwrap())
    }

    fn stored_devices(&self) -> Devices {
        Devices::from_stored(self.records.get(&devices_key(&app_client()))).unwrap()
    }
}

fn kind(event: Option<&SessionEvent>) -> Option<SessionEventKind> {
    event.map(|event| event.kind)
}

fn save(session: Session) -> SessionTask {
    SessionTask::Save(Box::new(session.into()))
}

fn key() -> String {
    session_key(&app_client(), "alice")
}

#[test]
fn valid_tokens_are_read_from_the_store_only_once() {
    let mut desk = Desk::with(Some(session(3600, "r")));
    assert_eq!(desk.keeper.usable(NOW), None);
    assert_eq!(desk.get([]).session, session(3600, "r"));
    assert_eq!(desk.log, ["Load", "Done"]);
    assert_eq!(desk.keeper.usable(NOW), Some(&session(3600, "r")));
}

/// Another process may have refreshed the tokens while this process waited for the lock.
#[test]
fn tokens_are_read_again_under_the_lock() {
    let mut desk = Desk::with(None);
    assert_eq!(desk.keeper.begin(SessionTask::Get, JobId(0)), Admission::Drive);
    let held = |session: Session| KeeperEvent::Loaded(Ok(Some(session.to_record())));
    for event in [KeeperEvent::Start(Ok(seed())), held(session(30, "r")), KeeperEvent::Locked(Ok(()))] {
        desk.keeper.step(NOW, event).unwrap();
    }
    let KeeperStep::Done(end) = desk.keeper.step(NOW, held(session(3600, "newer"))).unwrap() else { panic!() };
    assert_eq!(end.result.unwrap().unwrap().session, session(3600, "newer"));
}

#[test]
fn without_valid_or_refreshable_tokens_nobody_is_signed_in() {
    for stored in [None, Some(session(0, ""))] {
        let end = Desk::with(stored).outcome(SessionTask::Get, []);
        assert!(matches!(end.result, Err(Error::NotSignedIn)));
        assert_eq!(kind(end.event.as_ref()), None, "nobody was signed in before");
    }
}

#[test]
fn tokens_are_refreshed_before_expiry_and_saved_before_use() {
    let mut desk = Desk::with(Some(session(30, "r")));
    let end = desk.outcome(SessionTask::Get, [answer(200, RENEWED)]);
    assert_eq!(desk.log, ["Load", "Lock", "Load", "Send", "Save", "Done"]);
    assert_eq!(desk.stored().unwrap().refresh_token().unwrap().expose(), "newest");
    let kept = end.result.unwrap().unwrap();
    assert_eq!(
        (kept.session.access_token().expose(), kind(end.event.as_ref())),
        ("new", Some(SessionEventKind::Refreshed))
    );
    assert!(kept.save_error.is_none() && kept.refresh_error.is_none());
}

#[test]
fn concurrent_callers_share_one_refresh_and_its_result() {
    for answered in [answer(200, RENEWED), refusal("NotAuthorizedException", REVOKED)] {
        let mut desk = Desk::with(Some(session(0, "r")));
        let since = desk.keeper.newest_job();
        assert_eq!(desk.keeper.begin(SessionTask::Get, since), Admission::Drive);
        let Admission::Join(job) = desk.keeper.begin(SessionTask::Get, since) else { panic!() };
        assert!(desk.keeper.result(job).is_none(), "the job is running");
        desk.keeper.abandon(cause("for this test"));

        let end = desk.outcome(SessionTask::Get, [answered]);
        let shared = desk.keeper.result(job).unwrap();
        let (own, shared) = (end.result.map(|kept| kept.unwrap().session), shared.map(|kept| kept.session));
        assert_eq!(own.map_err(|error| error.to_string()), shared.map_err(|error| error.to_string()));
    }
}

#[test]
fn a_refresh_does_not_join_a_refresh_that_began_earlier() {
    let mut desk = Desk::with(Some(session(3600, "r")));
    let before = desk.keeper.newest_job();
    assert_eq!(desk.keeper.begin(SessionTask::Refresh, before), Admission::Drive);
    let late = desk.keeper.newest_job();
    assert_eq!(
        desk.keeper.begin(SessionTask::Refresh, late),
        Admission::Wait,
        "the running refresh may miss later changes"
    );
    assert!(matches!(desk.keeper.begin(SessionTask::Refresh, before), Admission::Join(_)));
    assert!(matches!(desk.keeper.begin(SessionTask::Get, late), Admission::Join(_)));
    for task in [save(session(1, "x")), SessionTask::SignOut(SignOutScope::Local), SessionTask::Flush] {
        assert_eq!(desk.keeper.begin(task, late), Admission::Wait);
    }
}

#[test]
fn an_aborted_job_is_an_error_for_waiters_and_keeps_the_session() {
    let mut desk = Desk::with(Some(session(3600, "r")));
    desk.get([]);
    assert_eq!(desk.keeper.begin(SessionTask::Refresh, JobId(0)), Admission::Drive);
    let Admission::Join(job) = desk.keeper.begin(SessionTask::Get, JobId(0)) else { panic!() };
    desk.keeper.abandon(cause("the runtime has ended"));
    assert!(matches!(desk.keeper.result(job), Some(Err(Error::NotReached(error))) if error.may_have_arrived));
    assert!(matches!(desk.keeper.step(NOW, KeeperEvent::Start(Ok(seed()))), Err(Error::Misuse(Misuse::Finished))));
    assert!(desk.keeper.usable(NOW).is_some());
    desk.get([]);
}

#[test]
fn a_device_is_registered_after_the_session_is_saved() {
    let renewed = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"newest",
        "NewDeviceMetadata":{"DeviceKey":"us-east-1_new","DeviceGroupKey":"-g"}}}"#;
    for (answered, is_confirmed) in [(answer(200, "{}"), true), (refusal("InvalidParameterException", "no"), false)] {
        let mut desk = Desk::with(Some(session(30, "r")));
        let kept = desk.get([answer(200, renewed), answered]);
        assert_eq!(desk.log[..8], ["Load", "Lock", "Load", "Send", "Save", "Compute", "Send", "Lock"]);
        assert_eq!(desk.stored_devices().get("alice").is_some(), is_confirmed);
        assert_eq!(desk.stored().unwrap().device_key(), Some("us-east-1_new"));
        let names = (&desk.requests[1]["DeviceKey"], &desk.requests[1]["DeviceName"]);
        assert_eq!(names, (&json!("us-east-1_new"), &json!("laptop")));
        assert_eq!(kept.session.access_token().expose(), "new");
        assert_eq!(matches!(kept.device.registration, DeviceRegistration::Confirmed(_)), is_confirmed);
    }
}

#[test]
fn an_unknown_device_is_reported_and_the_session_stays() {
    let mut desk = Desk::with(Some(session(30, "r").with_device_key("us-east-1_old")));
    let gone = refusal("ResourceNotFoundException", "Device does not exist.");
    let kept = desk.get([gone, answer(200, RENEWED)]);
    assert!(desk.requests[1].get("DeviceKey").is_none());
    assert_eq!(kept.device.gone_device_key.as_deref(), Some("us-east-1_old"));
}

#[test]
fn offline_valid_tokens_are_returned_without_a_retry() {
    let mut desk = Desk::with(Some(session(30, "r")));
    let kept = desk.get([not_sent("no route")]);
    assert_eq!(kept.session, session(30, "r"));
    assert!(matches!(kept.refresh_error, Some(Error::NotReached(error)) if !error.may_have_arrived));
}

/// Regression: if the driver reported a response instead of the end of a wait, the keeper rejected this
/// event, but still recorded that a request had arrived at the service.
#[test]
fn an_unexpected_response_changes_nothing() {
    let mut desk = Desk::with(Some(session(30, "r")));
    assert_eq!(desk.keeper.begin(SessionTask::Refresh, JobId(0)), Admission::Drive);
    let held = KeeperEvent::Loaded(Ok(desk.records.get(&key()).cloned()));
    let not_sent = KeeperEvent::Flow(not_sent("no route"));
    for event in [KeeperEvent::Start(Ok(seed())), KeeperEvent::Locked(Ok(())), held, not_sent] {
        desk.keeper.step(NOW, event).unwrap();
    }
    let before = format!("{:?}", desk.keeper);
    for event in [answer(200, RENEWED), no_answer("too late")] {
        assert!(matches!(desk.keeper.step(NOW, KeeperEvent::Flow(event)), Err(Error::Misuse(_))));
        assert_eq!(format!("{:?}", desk.keeper), before);
    }
}

#[test]
fn a_lost_response_is_retried_for_its_new_refresh_token() {
    let lost = || no_answer("reset");
    let mut desk = Desk::with(Some(session(30, "r")));
    let kept = desk.get([lost(), not_sent("no route"), lost()]);
    assert_eq!(desk.log, ["Load", "Lock", "Load", "Send", "Send", "Wait", "Send", "Done"]);
    assert_eq!(kept.session, session(30, "r"));
    assert!(matches!(kept.refresh_error, Some(Error::NotReached(error)) if error.may_have_arrived));
}

#[test]
fn a_failed_refresh_task_is_an_error_and_removes_nothing() {
    let mut desk = Desk::with(Some(session(3600, "r")));
    for event in [answer(403, "<html>"), refusal("LimitExceededException", "")] {
        assert!(desk.outcome(SessionTask::Refresh, [event]).result.is_err());
    }
    let not_sent = core::iter::repeat_with(|| not_sent("no route"));
    assert!(matches!(desk.outcome(SessionTask::Refresh, not_sent).result, Err(Error::NotReached(_))));
    assert_eq!(desk.stored(), Some(session(3600, "r")));
}

#[test]
fn the_refresh_task_refreshes_valid_tokens() {
    let mut desk = Desk::with(Some(session(3600, "r")));
    desk.outcome(SessionTask::Refresh, [answer(200, RENEWED)]).result.unwrap();
    assert_eq!(desk.stored().unwrap().access_token().expose(), "new");
}

#[test]
fn a_refresh_without_a_refresh_token_fails_and_sends_nothing() {
    let mut desk = Desk::with(Some(session(3600, "")));
    for _ in 0..2 {
        assert!(matches!(desk.outcome(SessionTask::Refresh, []).result, Err(Error::NoRefreshToken)));
        assert_eq!(desk.get([]).session, session(3600, ""), "the session stays");
    }
    assert!(matches!(
        Desk::with(Some(session(0, ""))).outcome(SessionTask::Refresh, []).result,
        Err(Error::NotSignedIn)
    ));
}

#[test]
fn a_failed_refresh_of_expired_tokens_removes_nothing() {
    for event in [refusal("LimitExceededException", ""), answer(403, "<html>"), refusal("NotAuthorizedException", "x")]
    {
        let mut desk = Desk::with(Some(session(0, "r")));
        let end = desk.outcome(SessionTask::Get, [event]);
        assert!(!end.result.unwrap_err().ends_session());
        assert_eq!((desk.stored(), kind(end.event.as_ref())), (Some(session(0, "r")), None));
    }
}

#[test]
fn a_revoked_session_is_removed_after_rereading_the_store() {
    let mut desk = Desk::with(Some(session(30, "r")));
    let end = desk.outcome(SessionTask::Get, [refusal("NotAuthorizedException", REVOKED)]);
    assert_eq!(desk.log, ["Load", "Lock", "Load", "Send", "Load", "Remove", "Done"]);
    assert!(end.result.unwrap_err().ends_session());
    assert_eq!((kind(end.event.as_ref()), desk.stored()), (Some(SessionEventKind::Expired), None));
    assert_eq!(desk.keeper.usable(NOW), None);
}

/// Runs a job during which another process stores the session `newer`, after the service rejected the first
/// refresh.
fn job_with_newer_session(newer: &Session, answers: [Event; 2]) -> (Desk, SessionOutcome) {
    let mut desk = Desk::with(Some(session(30, "r")));
    assert_eq!(desk.keeper.begin(SessionTask::Get, JobId(0)), Admission::Drive);
    let [first, second] = answers;
    let mut second = Some(second);
    let held = || KeeperEvent::Loaded(Ok(desk.records.get(&key()).cloned()));
    for event in [KeeperEvent::Start(Ok(seed())), held(), KeeperEvent::Locked(Ok(())), held()] {
        desk.keeper.step(NOW, event).unwrap();
    }
    let mut event = KeeperEvent::Flow(first);
    loop {
        event = match desk.keeper.step(NOW, event).unwrap() {
            KeeperStep::Load(_) => KeeperEvent::Loaded(Ok(Some(newer.to_record()))),
            KeeperStep::Send(request) => {
                desk.requests.push(body(&request));
                KeeperEvent::Flow(second.take().expect("one more refresh"))
            }
            KeeperStep::Done(end) => return (desk, *end),
            step => {
                desk.log.push(format!("{step:?}"));
                KeeperEvent::Stored(Ok(()))
            }
        }
    }
}

#[test]
fn a_newer_session_of_another_process_is_used() {
    let reuse = || refusal("RefreshTokenReuseException", "");
    let (_, end) = job_with_newer_session(&session(3600, "newer"), [reuse(), reuse()]);
    assert_eq!(end.result.unwrap().unwrap().session, session(3600, "newer"));
}

#[test]
fn a_newer_session_that_has_expired_is_refreshed_once() {
    let revoked = || refusal("NotAuthorizedException", REVOKED);
    let (desk, end) = job_with_newer_session(&session(0, "newer"), [revoked(), revoked()]);
    assert_eq!(desk.requests[0]["RefreshToken"], "newer");
    assert!(end.result.unwrap_err().ends_session());
    assert!(desk.log.iter().any(|step| step.starts_with("Remove")), "the newer token is invalid, too");
}

#[test]
fn each_sign_in_and_sign_out_starts_a_new_generation() {
    let mut desk = Desk::with(None);
    let mut generations = vec![desk.keeper.generation()];
    desk.outcome(save(session(30, "r")), []);
    generations.push(desk.keeper.generation());
    desk.get([answer(200, RENEWED)]);
    assert_eq!(desk.keeper.generation(), generations[1], "a refresh does not start a new session");
    desk.outcome(SessionTask::SignOut(SignOutScope::Local), []);
    generations.push(desk.keeper.generation());
    assert!(
        matches!(desk.keeper.result(desk.keeper.newest_job()), Some(Err(Error::NotSignedIn))),
        "no result with tokens is left"
    );
    desk.outcome(save(session(0, "r")), []);
    generations.push(desk.keeper.generation());
    desk.outcome(SessionTask::Get, [refusal("NotAuthorizedException", REVOKED)]);
    generations.push(desk.keeper.generation());
    assert!(generations.windows(2).all(|pair| pair[0] != pair[1]), "{generations:?}");
}

fn answers(request: &Request) -> Vec<Event> {
    if operation(request) == "ConfirmDevice" {
        return vec![answer(200, "{}")];
    }
    let device = json!({"DeviceKey": "us-east-1_new", "DeviceGroupKey": "-g"});
    let with_device = json!({"AuthenticationResult": {"AccessToken": "new", "NewDeviceMetadata": device}});
    vec![
        answer(200, RENEWED),
        answer(200, &with_device.to_string()),
        refusal("NotAuthorizedException", REVOKED),
        refusal("ResourceNotFoundException", "Device does not exist."),
    ]
}

proptest! {
    #[test]
    fn all_jobs_end_after_any_events_in_any_order(jobs in prop::collection::vec((0..8, moves()), 1..6)) {
        let with_device = |valid_for, refresh_token| session(valid_for, refresh_token).with_device_key("us-east-1_0d4f");
        let sessions = [session(30, "r"), with_device(0, "other"), with_device(3600, "r"), session(0, "")];
        let mut records: Vec<_> = sessions.iter().map(Session::to_record).collect();
        records.push(Record::new("none".into()));
        // A job sends at most six requests: two refreshes, each also without the device, one device
        // registration, and a sign-out.
        let world = World { input: seed, records, answers, most_requests: 6 * crate::MAX_ATTEMPTS as usize };
        let mut keeper = keeper();
        for (task, moves) in jobs {
            let task = match task {
                0 => SessionTask::Get,
                1 => SessionTask::Refresh,
                2 => save(with_device(30, "r")),
                3 => SessionTask::SignOut(SignOutScope::Local),
                4 => SessionTask::SignOut(SignOutScope::Revoke),
                5 => SessionTask::SignOut(SignOutScope::Global),
                6 => SessionTask::Forget,
                _ => SessionTask::Flush,
            };
            let since = keeper.newest_job();
            prop_assert_eq!(keeper.begin(task, since), Admission::Drive);
            world.run_job_to_the_end(&mut keeper, &moves)?;
        }
    }
}
