//! Fuzz bodies that feed events in any order to flows and keepers.

use alloc::sync::Arc;

use cognito_core::storage::Record;
use cognito_core::{
    AssumedRole, Call, Cause, CredentialsKeeper, CredentialsTask, Error, Event, Flow, GetCredentials, Headers, Keeper,
    KeeperEvent, KeeperStep, Logins, MAX_ATTEMPTS, Refresh, Response, Role, SendOutcome, Session, SessionKeeper,
    SessionSettings, SessionTask, SignIn, SignOut, SignOutScope, Step, Tokens,
};

use super::{IDENTITY, NOW, ROLE, app_client, devices, identity_pool, seed};

/// Feeds events in any order to a sign-in and checks the sign-in with `check_bounded`.
///
/// A leading digit of `data` selects the kind of sign-in.
pub fn sign_in(data: &[u8]) {
    let Some(client) = app_client() else { return };
    let (how, data) = data.split_first().filter(|(how, _)| how.is_ascii_digit()).unwrap_or((&b'0', data));
    let flow = match how {
        b'1' => SignIn::password(&client, "alice", "Very$ecur3", seed()),
        b'2' => SignIn::custom(&client, "alice", seed()),
        b'3' => SignIn::custom_with_srp(&client, "alice", "Very$ecur3", seed()),
        _ => SignIn::srp(&client, "alice", "Very$ecur3", seed()),
    }
    .with_devices(devices());
    // At most 7 requests with all their attempts: InitiateAuth and three proofs, InitiateAuth and the
    // password proof again without the device, and ConfirmDevice. SRP arithmetic is slow, and more than 32
    // events find nothing more.
    check_bounded(flow, events(data).take(32), 7 * MAX_ATTEMPTS);
}

/// Feeds events in any order to a refresh, a sign-out in each scope, and a call of `GetUser`, and checks each
/// flow with `check_bounded`.
pub fn refresh(data: &[u8]) {
    let Some(client) = app_client() else { return };
    let session = session();
    // At most 3 requests with all their attempts: the refresh with the device and without it, and
    // ConfirmDevice.
    check_bounded(Refresh::new(&client, &session, seed()), events(data).take(32), 3 * MAX_ATTEMPTS);
    for scope in [SignOutScope::Local, SignOutScope::Revoke, SignOutScope::Global] {
        check_bounded(SignOut::new(&client, &session, scope), events(data).take(32), MAX_ATTEMPTS);
    }
    let user = cognito_core::operation::GetUser::new();
    check_bounded(Call::signed_in(&client, &session, user), events(data).take(32), MAX_ATTEMPTS);
}

/// Feeds events in any order to [`GetCredentials`] and checks the flow with `check_bounded`.
///
/// The lowest bit of the first byte adds a known identity id, and the next bit adds a role to assume.
pub fn credentials(data: &[u8]) {
    let Some(pool) = identity_pool() else { return };
    let (how, data) = data.split_first().unwrap_or((&0, &[]));
    let mut flow = GetCredentials::new(&pool, Logins::new().with(Logins::GOOGLE, "token"));
    if how & 1 == 1 {
        flow = flow.with_identity_id(IDENTITY);
    }
    if how & 2 == 2 {
        flow = flow.with_role(Role::Assumed(AssumedRole::new(ROLE, "guest")));
    }
    // At most 4 requests with all their attempts: one for the known identity, GetId, one for the new
    // identity, and one for the role.
    check_bounded(flow, events(data).take(256), 4 * MAX_ATTEMPTS);
}

/// Runs jobs of both keepers, one after the other, and checks that each job sends a bounded number of
/// requests for any behaviour of the store and the service.
///
/// Each line of `data` is an event, and the first byte of the line selects the kind of event. The byte
/// `!` separates two jobs.
pub fn keepers(data: &[u8]) {
    let (Some(client), Some(pool)) = (app_client(), identity_pool()) else { return };
    let tasks = || {
        [
            SessionTask::Get,
            SessionTask::Refresh,
            SessionTask::Save(Box::new(session().into())),
            SessionTask::Flush,
            SessionTask::SignOut(SignOutScope::Local),
            SessionTask::SignOut(SignOutScope::Revoke),
            SessionTask::SignOut(SignOutScope::Global),
            SessionTask::Forget,
        ]
    };
    let keeper = SessionKeeper::new(&client, "alice", &SessionSettings::default());
    // At most 6 requests with all their attempts: two refreshes and ConfirmDevice, both refreshes again
    // without the device, and a sign-out.
    check_jobs(keeper, tasks, seed, data, 6 * MAX_ATTEMPTS);
    let tasks = || [CredentialsTask::Get, CredentialsTask::Refresh, CredentialsTask::Forget];
    let keeper = CredentialsKeeper::for_user(&pool, "alice");
    check_jobs(keeper, tasks, || Logins::new().with(Logins::GOOGLE, "token").into(), data, 3 * MAX_ATTEMPTS);
}

fn check_jobs<K: Keeper, const N: usize>(
    mut keeper: K,
    tasks: impl Fn() -> [K::Task; N],
    input: impl Fn() -> K::Input,
    data: &[u8],
    max_requests: u32,
) {
    let jobs = data.split(|byte| *byte == b'!').take(8);
    for (task, job) in tasks().into_iter().chain(tasks()).zip(jobs) {
        let since = keeper.newest_job();
        let _ = keeper.begin(task, since);
        let (mut requests, mut is_over) = (0, false);
        for line in job.split(|byte| *byte == b'\n').take(64) {
            match step_and_compute(&mut keeper, keeper_event(line, &input)) {
                Ok(step) => {
                    assert!(!is_over);
                    requests += u32::from(matches!(step, KeeperStep::Send(_)));
                    is_over = matches!(step, KeeperStep::Done(_));
                }
                Err(error) => assert!(matches!(error, Error::Misuse(_))),
            }
        }
        assert!(requests <= max_requests);
        keeper.abandon(connection_lost());
    }
}

/// Takes one step of the keeper. If the step requests a computation, runs the computation and reports its
/// result.
fn step_and_compute<K: Keeper>(keeper: &mut K, event: KeeperEvent<K::Input>) -> Result<KeeperStep<K::Output>, Error> {
    match keeper.step(NOW, event)? {
        KeeperStep::Compute(computation) => keeper.step(NOW, KeeperEvent::Computed(computation.run())),
        step => Ok(step),
    }
}

fn keeper_event<Input>(line: &[u8], input: &impl Fn() -> Input) -> KeeperEvent<Input> {
    let (kind, rest) = line.split_first().unwrap_or((&b'?', &[]));
    match kind {
        b'S' => KeeperEvent::Start(Ok(input())),
        b's' => KeeperEvent::Start(Err(Error::NotSignedIn)),
        b'K' => KeeperEvent::Locked(Ok(())),
        b'k' => KeeperEvent::Locked(Err(connection_lost())),
        b'Y' => KeeperEvent::Stored(Ok(())),
        b'y' => KeeperEvent::Stored(Err(connection_lost())),
        b'V' => KeeperEvent::Loaded(Ok(Some(Record::new(rest.to_vec())))),
        b'M' => KeeperEvent::Loaded(Ok(Some(session().to_record()))),
        b'B' => KeeperEvent::Loaded(Ok(None)),
        b'b' => KeeperEvent::Loaded(Err(connection_lost())),
        _ => KeeperEvent::Flow(event(line)),
    }
}

/// Feeds events in any order to a flow. Checks that the flow sends at most `max_requests` requests, repeats
/// its first error, and takes no step after [`Step::Done`].
fn check_bounded(mut flow: impl Flow, events: impl Iterator<Item = Event>, max_requests: u32) {
    let (mut requests, mut first_error, mut is_done) = (0, None, false);
    for event in events {
        match flow.step(NOW, event) {
            Ok(step) => {
                assert!(first_error.is_none() && !is_done);
                requests += u32::from(matches!(step, Step::Send(_)));
                is_done = matches!(step, Step::Done(_));
            }
            Err(Error::Misuse(_)) => assert!(first_error.is_none()),
            Err(error) => {
                let text = error.with_causes().to_string();
                assert_eq!(first_error.get_or_insert(text.clone()), &text);
            }
        }
    }
    assert!(requests <= max_requests);
}

/// Returns the events that `data` stands for, one event per line.
fn events(data: &[u8]) -> impl Iterator<Item = Event> {
    data.split(|byte| *byte == b'\n').map(event)
}

/// Returns the event that a line stands for. The first byte of the line selects the kind of event.
///
/// Some kinds are complete answers, so that one byte leads to the next state. For the other answers, the rest
/// of the line is the body.
fn event(line: &[u8]) -> Event {
    let (kind, rest) = line.split_first().unwrap_or((&b'?', &[]));
    match kind {
        b'S' => Event::Start,
        b'W' => Event::Woke,
        b'N' => Event::Sent(SendOutcome::NotSent(connection_lost())),
        b'L' => Event::Sent(SendOutcome::NoAnswer(connection_lost())),
        b'T' => answer(429, rest),
        b'E' => answer(400, rest),
        b'F' => answer(500, rest),
        b'P' => answer(200, PASSWORD_VERIFIER.as_bytes()),
        b'Q' => answer(200, PASSWORD_VERIFIER.replace("PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER").as_bytes()),
        b'D' => answer(200, br#"{"ChallengeName":"DEVICE_SRP_AUTH","Session":"s"}"#),
        b'X' => answer(200, br#"{"ChallengeName":"SMS_MFA","Session":"s"}"#),
        b'O' => answer(200, TOKENS),
        b'G' => answer(400, br#"{"__type":"ResourceNotFoundException","message":"Device does not exist."}"#),
        b'R' => answer(400, br#"{"__type":"NotAuthorizedException","message":"Refresh Token has been revoked"}"#),
        b'I' => answer(200, br#"{"IdentityId":"us-east-1:22222222-2222-4222-8222-222222222222","Token":"token"}"#),
        b'C' => answer(200, CREDENTIALS),
        _ => answer(200, rest),
    }
}

fn answer(status: u16, body: &[u8]) -> Event {
    Event::Sent(SendOutcome::Answered(Response::new(status, Headers::new(), body.to_vec())))
}

fn connection_lost() -> Cause {
    Arc::new(core::fmt::Error)
}

/// Returns a session whose tokens have expired and which has a device key.
fn session() -> Session {
    let mut tokens = Tokens::new("access");
    tokens.refresh_token = Some("refresh".into());
    Session::new("alice", tokens, NOW, None).with_device_key("us-east-1_0d4f")
}

const PASSWORD_VERIFIER: &str = r#"{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{
    "SALT":"-22cb0","SRP_B":"e36e39a5d1f1","SECRET_BLOCK":"b3BhcXVl","USERNAME":"0d4f","USER_ID_FOR_SRP":"0d4f"}}"#;
const TOKENS: &[u8] = br#"{"AuthenticationResult":{"AccessToken":"a","RefreshToken":"r",
    "NewDeviceMetadata":{"DeviceKey":"us-east-1_new","DeviceGroupKey":"-g"}}}"#;
const CREDENTIALS: &[u8] = br#"{"IdentityId":"us-east-1:22222222-2222-4222-8222-222222222222","Credentials":{
    "AccessKeyId":"ASIA","SecretKey":"s","SessionToken":"t","Expiration":1700003600.0}}"#;
