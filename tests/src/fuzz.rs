//! What the fuzz targets run. The bodies are here so that the ordinary build compiles them and the ordinary tests replay
//! their corpora; `fuzz/` has a target of three lines for each.

use alloc::sync::Arc;

use cognito_core::operation::{AssumeRoleWithWebIdentity, Attribute, ChallengeName, GetUser, InitiateAuth, SignUp};
use cognito_core::secret::AccessToken;
use cognito_core::session::Record;
use cognito_core::srp::{EphemeralKey, Identity};
use cognito_core::{
    AppClient, AssumedRole, Call, Cause, Challenge, DeviceRecord, Devices, Error, Event, Flow, GetCredentials, Headers,
    IdentityPool, IdentityPoolId, Logins, MAX_ATTEMPTS, Refresh, Request, Response, Role, Seed, Session, SignIn, Step,
    Timestamp, Tokens, UserPoolId,
};

use crate::{Config, Simulator};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

/// SALT, SRP_B, SECRET_BLOCK and the secret value, a line each: every combination gives a signature or an error.
pub fn srp_inputs(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (salt, srp_b, secret_block, a) = (line(), line(), line(), line());
    let Ok(key) = EphemeralKey::from_bytes(a.as_bytes()) else { return };
    let identity = Identity { pool: "QdbSdK39m", user: line(), password: line() };
    let Ok(exchange) = key.exchange(identity, salt, srp_b) else { return };
    assert_eq!(exchange.premaster_secret().len(), 384);
    if let Ok(signature) = exchange.claim_signature(secret_block, &NOW.cognito_text()) {
        assert_eq!(signature.len(), 44);
    }
}

/// A status, an error header and a body, as the answer to calls of several kinds, and as a stored challenge.
pub fn answers(data: &[u8]) {
    let (head, body) = data.split_at_checked(2).unwrap_or((&[1, 144], data));
    let status = head.iter().fold(0, |status, byte| status << 8 | u16::from(*byte));
    let (kind, body) = match body.iter().position(|byte| *byte == 0) {
        Some(end) => (body.get(..end).unwrap_or_default(), body.get(end + 1..).unwrap_or_default()),
        None => (&[][..], body),
    };
    let headers: Headers = [("x-amzn-errortype", String::from_utf8_lossy(kind))].into_iter().collect();
    let answer = || Event::Response(Response::new(status, headers.clone(), body.to_vec()));
    let Some(client) = app_client() else { return };
    answered(Call::new(&client, SignUp::new("alice", "Very$ecur3")), answer());
    answered(Call::signed_in(&client, &AccessToken::from("access.token"), GetUser::new()), answer());
    answered(SignIn::srp(&client, "alice", "Very$ecur3", seed()), answer());
    let mut tokens = Tokens::new("access");
    tokens.refresh_token = Some("refresh".into());
    answered(Refresh::new(&client, &Session::new("alice", tokens, NOW, None), seed()), answer());
    identity_pool_answered(&answer);
    let _ = Session::from_record(&Record::new(body.to_vec()));
    let _ = Devices::from_record(&Record::new(body.to_vec()));
    let _ = serde_json::from_slice::<InitiateAuth>(body);
    if let Ok(challenge) = serde_json::from_slice::<Challenge>(body) {
        answered(challenge.answer_with(&client, [("ANSWER", "42")], seed()), answer());
        typed_answer(&client, &challenge, answer());
    }
}

/// The same as the answer to each step of both flows to AWS credentials.
fn identity_pool_answered(answer: &impl Fn() -> Event) {
    let Some(pool) = identity_pool() else { return };
    answered(GetCredentials::new(&pool, Logins::new()), answer());
    answered(GetCredentials::new(&pool, Logins::new()).with_identity_id(IDENTITY), answer());
    let role = || Role::Assumed(AssumedRole::new("arn:aws:iam::123456789012:role/guest", "guest"));
    answered(GetCredentials::new(&pool, Logins::new()).with_identity_id(IDENTITY).with_role(role()), answer());
    let assume = AssumeRoleWithWebIdentity::new("arn:aws:iam::123456789012:role/guest", "guest", "token");
    answered(Call::of_identity_pool(&pool, &assume), answer());
}

/// Events in any order to the flow to AWS credentials: the first byte says which of its ways it takes.
pub fn credentials(data: &[u8]) {
    let Some(pool) = identity_pool() else { return };
    let (how, data) = data.split_first().unwrap_or((&0, &[]));
    let mut flow = GetCredentials::new(&pool, Logins::new().with(Logins::GOOGLE, "token"));
    if how & 1 == 1 {
        flow = flow.with_identity_id(IDENTITY);
    }
    if how & 2 == 2 {
        flow = flow.with_role(Role::Assumed(AssumedRole::new("arn:aws:iam::123456789012:role/guest", "guest")));
    }
    // With the known identity, GetId, with the new one, and the role.
    bounded(flow, events(data).take(256), 4 * MAX_ATTEMPTS);
}

const IDENTITY: &str = "us-east-1:11111111-1111-4111-8111-111111111111";

fn identity_pool() -> Option<IdentityPool> {
    let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a").ok()?;
    IdentityPool::new(id).ok()
}

/// The answer that belongs to the challenge, which may be one that cannot be sent.
fn typed_answer(client: &AppClient, challenge: &Challenge, answer: Event) {
    let mut flow = match challenge {
        Challenge::Code(challenge) => challenge.answer(client, "123456", seed()),
        Challenge::SelectMfaType(challenge) => challenge.answer(client, &ChallengeName::SmsMfa, seed()),
        Challenge::MfaSetup(challenge) => challenge.set_up_email(client, "alice@example.com", seed()),
        Challenge::SoftwareTokenSetup(setup) => setup.verify(client, "123456", seed()),
        Challenge::NewPassword(challenge) => {
            let attributes = challenge.required_attributes().into_iter().map(|name| Attribute::new(name, "x"));
            challenge.answer(client, "Very$ecur3", attributes, seed())
        }
        Challenge::Custom(challenge) => challenge.answer(client, "42", seed()),
        Challenge::Device(challenge) => challenge.answer(client, devices(), seed()),
        _ => return,
    };
    if let Ok(Step::Send(_)) = flow.step(NOW, Event::Start) {
        let _ = flow.step(NOW, answer);
    }
}

fn seed() -> Seed {
    Seed::new([7; 32])
}

fn devices() -> Devices {
    DeviceRecord::new("alice", "us-east-1_0d4f", "-group", "device password").into_iter().collect()
}

fn answered(mut flow: impl Flow, answer: Event) {
    let started = flow.step(NOW, Event::Start);
    assert!(matches!(started, Ok(Step::Send(_))));
    let _ = flow.step(NOW, answer);
}

/// Events in any order: a sign-in makes a bounded number of requests, keeps its first error, and is over when it says so.
/// A digit in front says how the sign-in begins.
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
    // InitiateAuth, three proofs, the same without the device, and ConfirmDevice. The arithmetic is the slow part, and more
    // events than this add nothing.
    bounded(flow, events(data).take(32), 7 * MAX_ATTEMPTS);
}

/// Feeds a flow events in any order: it makes no more requests than this, keeps its first error, and is over when it says
/// so.
fn bounded(mut flow: impl Flow, events: impl Iterator<Item = Event>, most_requests: u32) {
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
                let text = error.to_string();
                assert_eq!(first_error.get_or_insert(text.clone()), &text);
            }
        }
    }
    assert!(requests <= most_requests);
}

/// Events from bytes: a line each, whose first character says which.
fn events(data: &[u8]) -> impl Iterator<Item = Event> {
    let lost: Cause = Arc::new(core::fmt::Error);
    data.split(|byte| *byte == b'\n').map(move |line| {
        let (kind, rest) = line.split_first().unwrap_or((&b'?', &[]));
        let answer = |status, body: &[u8]| Event::Response(Response::new(status, Headers::new(), body.to_vec()));
        match kind {
            b'S' => Event::Start,
            b'W' => Event::Woke,
            b'N' => Event::NotSent(Arc::clone(&lost)),
            b'L' => Event::NoAnswer(Arc::clone(&lost)),
            b'P' => answer(200, PASSWORD_VERIFIER),
            b'T' => answer(429, rest),
            b'E' => answer(400, rest),
            b'F' => answer(500, rest),
            _ => answer(200, rest),
        }
    })
}

const PASSWORD_VERIFIER: &[u8] = br#"{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{
    "SALT":"-22cb0","SRP_B":"e36e39a5d1f1","SECRET_BLOCK":"b3BhcXVl","USERNAME":"0d4f","USER_ID_FOR_SRP":"0d4f"}}"#;

/// Requests to the simulated service, a line each: the operation, a space, and the body. An operation of another service
/// than the user pools has that one's prefix, and `?` stands before a form. It answers every one.
pub fn simulator(data: &[u8]) {
    let Ok(mut simulator) = Simulator::from_config([7; 32], NOW, Config::standard()) else { return };
    for line in data.split(|byte| *byte == b'\n').take(16) {
        let space = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (name, body) = line.split_at(space);
        let name = String::from_utf8_lossy(name);
        let headers = match &*name {
            "?" => ("content-type", "application/x-www-form-urlencoded".to_owned()),
            name if name.contains('.') => ("x-amz-target", name.to_owned()),
            name => ("x-amz-target", format!("AWSCognitoIdentityProviderService.{name}")),
        };
        let headers = [headers].into_iter().collect();
        let request = Request::new("http://127.0.0.1/", headers, body.trim_ascii().to_vec());
        let status = simulator.handle(NOW, &request).status();
        assert!([200, 400, 403, 500].contains(&status), "{status}");
    }
}

fn app_client() -> Option<AppClient> {
    let pool = UserPoolId::new("us-east-1_QdbSdK39m").ok()?;
    AppClient::new(pool, "3pu8tnp684l4lmlfoth25ojmd2").ok()
}
