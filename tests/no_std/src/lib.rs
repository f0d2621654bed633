//! Signs in, refreshes, and gets AWS credentials without an operating system: the flows of the core link
//! without std. Each function is called from C code, and returns 0 if it fails.
#![no_std]

extern crate alloc;

mod bump;

use core::panic::PanicInfo;

use cognito_core::storage::Record;
use cognito_core::{
    AppClient, AssumedRole, Credentials, Event, Flow, GetCredentials, Headers, IdentityPool, IdentityPoolId, Logins,
    Plan, Refresh, Response, Role, Seed, SendOutcome, Session, SignIn, Step, Timestamp, UserPoolId,
};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

/// Creates the first request of a sign-in and returns the length of its body.
#[unsafe(no_mangle)]
pub extern "C" fn begin_sign_in() -> usize {
    let Some(client) = app_client() else { return 0 };
    let mut flow = SignIn::srp(&client, "alice", "Very$ecur3", Seed::new([7; 32]));
    match flow.step(NOW, Event::Start) {
        Ok(Step::Send(request)) => request.body().len(),
        _ => 0,
    }
}

/// Runs a complete SRP sign-in, including the proof of the password.
#[unsafe(no_mangle)]
pub extern "C" fn sign_in() -> usize {
    let Some(client) = app_client() else { return 0 };
    let flow = SignIn::srp(&client, "alice", "Very$ecur3", Seed::new([7; 32]));
    usize::from(run(flow, &[PASSWORD_VERIFIER, TOKENS]).is_some())
}

/// Reads a stored session, converts it to a record again, and returns the length of the record.
#[unsafe(no_mangle)]
pub extern "C" fn read_stored_session() -> usize {
    stored_session().map_or(0, |session| session.to_record().as_bytes().len())
}

/// Refreshes a stored session and registers the device that the service issues with the tokens.
#[unsafe(no_mangle)]
pub extern "C" fn refresh() -> usize {
    let (Some(client), Some(session)) = (app_client(), stored_session()) else { return 0 };
    if session.plan(NOW, core::time::Duration::ZERO) != Plan::Refresh {
        return 0;
    }
    let renewed = run(Refresh::new(&client, &session, Seed::new([8; 32])), &[TOKENS, "{}"]);
    usize::from(renewed.is_some_and(|renewed| renewed.session.access_token().expose() == "new"))
}

/// Gets credentials of a guest for a role. The Security Token Service answers in XML.
#[unsafe(no_mangle)]
pub extern "C" fn get_credentials() -> usize {
    let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a");
    let Some(pool) = id.and_then(IdentityPool::new).ok() else { return 0 };
    let role = AssumedRole::new("arn:aws:iam::123456789012:role/guest", "guest");
    let flow = GetCredentials::new(&pool, Logins::new()).with_role(Role::Assumed(role));
    let credentials: Option<Credentials> = run(flow, &[IDENTITY, OPEN_ID_TOKEN, CREDENTIALS]);
    usize::from(credentials.is_some_and(|credentials| credentials.expires_at > NOW))
}

/// Runs a flow with these responses of status 200, one for each request.
fn run<F: Flow>(mut flow: F, answers: &[&str]) -> Option<F::Output> {
    let mut answers = answers.iter();
    let mut event = Event::Start;
    loop {
        event = match flow.step(NOW, event).ok()? {
            Step::Send(_) => Event::Sent(SendOutcome::Answered(Response::new(
                200,
                Headers::new(),
                answers.next()?.as_bytes().to_vec(),
            ))),
            Step::Wait(_) => return None,
            Step::Done(output) => return Some(output),
        };
    }
}

fn app_client() -> Option<AppClient> {
    let pool = UserPoolId::new("us-east-1_QdbSdK39m").ok()?;
    AppClient::new(pool, "3pu8tnp684l4lmlfoth25ojmd2").ok()
}

fn stored_session() -> Option<Session> {
    Session::from_record(&Record::new(STORED_SESSION.as_bytes().to_vec())).ok()
}

const STORED_SESSION: &str =
    r#"{"version":1,"username":"alice","access_token":"old","refresh_token":"r","clock_drift_seconds":-2}"#;
const PASSWORD_VERIFIER: &str = r#"{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{
    "SALT":"-22cb0","SRP_B":"e36e39a5d1f1","SECRET_BLOCK":"b3BhcXVl","USERNAME":"0d4f","USER_ID_FOR_SRP":"0d4f"}}"#;
const TOKENS: &str = r#"{"AuthenticationResult":{"AccessToken":"new","RefreshToken":"r"}}"#;
const IDENTITY: &str = r#"{"IdentityId":"us-east-1:22222222-2222-4222-8222-222222222222"}"#;
const OPEN_ID_TOKEN: &str = r#"{"IdentityId":"us-east-1:22222222-2222-4222-8222-222222222222","Token":"token"}"#;
const CREDENTIALS: &str = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
    <AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
    <Expiration>2023-11-14T23:13:20Z</Expiration></Credentials>\
    </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}
