//! Fuzz bodies that each parse one kind of input from outside the process.

use cognito_core::operation::{
    AssumeRoleWithWebIdentity, Attribute, ChallengeName, DateTime, GetUser, InitiateAuth, SignUp,
};
use cognito_core::secret::{AccessToken, IdToken};
use cognito_core::session::web_storage;
use cognito_core::srp::{EphemeralKey, Identity};
use cognito_core::storage::Record;
use cognito_core::{
    AssumedRole, Call, Challenge, Devices, Error, Event, Flow, GetCredentials, Headers, Logins, Refresh, Response,
    Role, SendOutcome, Session, SignIn, Step, Tokens,
};

use super::{IDENTITY, NOW, ROLE, app_client, devices, identity_pool, seed};

/// Computes an SRP signature from any input and checks that the result is a signature or an error.
///
/// The lines of `data` are SALT, SRP_B, SECRET_BLOCK, the secret exponent, the user and the password.
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

/// Answers several kinds of calls with any status, error header and body, and checks that no flow panics.
///
/// The body is also read as a stored challenge. If the challenge is valid, it is answered, too.
pub fn answers(data: &[u8]) {
    let (head, body) = data.split_at_checked(2).unwrap_or((&[1, 144], data));
    let status = head.iter().fold(0, |status, byte| status << 8 | u16::from(*byte));
    let (kind, body) = split_at_zero(body);
    let headers: Headers = [("x-amzn-errortype", String::from_utf8_lossy(kind))].into_iter().collect();
    let answer = || Event::Sent(SendOutcome::Answered(Response::new(status, headers.clone(), body.to_vec())));
    let Some(client) = app_client() else { return };
    check_answer(Call::new(&client, SignUp::new("alice", "Very$ecur3")), answer());
    check_answer(Call::signed_in(&client, &AccessToken::from("access.token"), GetUser::new()), answer());
    // A sign-in with SRP would be slow because of its arithmetic.
    check_answer(SignIn::password(&client, "alice", "Very$ecur3", seed()), answer());
    let mut tokens = Tokens::new("access");
    tokens.refresh_token = Some("refresh".into());
    check_answer(Refresh::new(&client, &Session::new("alice", tokens, NOW, None), seed()), answer());
    check_identity_pool_answer(&answer);
    let _ = serde_json::from_slice::<InitiateAuth>(body);
    if let Ok(challenge) = serde_json::from_slice::<Challenge>(body) {
        check_answer(challenge.answer_with(&client, [("ANSWER", "42")], seed()), answer());
        if let Some(mut flow) = typed_answer(&challenge)
            && let Ok(Step::Send(_)) = flow.step(NOW, Event::Start)
        {
            let _ = flow.step(NOW, answer());
        }
    }
}

/// Answers calls with an error response and checks that the reported error is one line of bounded length.
///
/// In `data`, zero bytes separate an error header, a message header and a body.
pub fn refusals(data: &[u8]) {
    let (kind, rest) = split_at_zero(data);
    let (message, body) = split_at_zero(rest);
    let text = |bytes| String::from_utf8_lossy(bytes);
    let headers: Headers =
        [("x-amzn-errortype", text(kind)), ("x-amzn-errormessage", text(message))].into_iter().collect();
    let answer = || Event::Sent(SendOutcome::Answered(Response::new(400, headers.clone(), body.to_vec())));
    let (Some(client), Some(pool)) = (app_client(), identity_pool()) else { return };
    let assume = AssumeRoleWithWebIdentity::new(ROLE, "guest", "token");
    check_refusal(Call::new(&client, SignUp::new("alice", "Very$ecur3")), answer());
    check_refusal(Call::for_identity_pool(&pool, assume), answer());
}

fn check_refusal(mut flow: impl Flow, answer: Event) {
    let _ = flow.step(NOW, Event::Start);
    match flow.step(NOW, answer) {
        Err(error) => {
            let report = error.with_causes().to_string();
            assert!(!report.contains(['\n', '\r', '\u{1b}']), "{report:?}");
            assert!(matches!(error, Error::Refused(_) | Error::Malformed(_)), "{error:?}");
            if let Some(refusal) = error.refusal() {
                assert!(!refusal.code.is_empty() && refusal.code.len() <= 128);
                assert!(refusal.message.chars().count() <= 4096);
            }
        }
        // The error means that the service throttled the request, so the flow waits before its next attempt.
        Ok(step) => assert!(matches!(step, Step::Wait(_))),
    }
}

/// Reads claims from any token and checks that `Debug` shows no attribute.
///
/// Also checks that a session with the token plans its next step without a panic.
pub fn tokens(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let (access, id) = (AccessToken::from(&*text), IdToken::from(&*text));
    let (access_claims, id_claims) = (access.unverified_claims(), id.unverified_claims());
    assert!(!format!("{id_claims:?} {access:?} {id:?}").contains("m4rk"), "Debug shows an attribute");
    let mut tokens = Tokens::new(access);
    tokens.id_token = Some(id);
    let session = Session::new("alice", tokens, NOW, None);
    let _ = session.plan(NOW, core::time::Duration::from_secs(60));
    assert_eq!(session.sub(), access_claims.as_ref().and_then(|claims| claims.sub.as_deref()));
}

/// Reads a stored session, stored devices and a stored challenge, and checks that each value stays the same
/// when it is written and read again.
///
/// The bytes are also imported as an entry of the npm package's storage.
pub fn stored_records(data: &[u8]) {
    let record = Record::new(data.to_vec());
    if let Ok(session) = Session::from_record(&record) {
        assert_eq!(Session::from_record(&session.to_record()).ok(), Some(session));
    }
    if let Ok(devices) = Devices::from_record(&record) {
        assert_eq!(Devices::from_record(&devices.to_record()).ok(), Some(devices));
    }
    if let Ok(challenge) = serde_json::from_slice::<Challenge>(data) {
        let text = serde_json::to_string(&challenge).unwrap_or_default();
        assert_eq!(serde_json::from_str(&text).ok(), Some(challenge));
    }
    let Some(client) = app_client() else { return };
    let text = String::from_utf8_lossy(data).into_owned();
    if let Some(session) = web_storage::import(&client, "alice", |_| Some(text.clone())) {
        let _ = web_storage::export(&client, &session);
    }
    let _ = web_storage::import_device(&client, "alice", |_| Some(text.clone()));
}

/// Reads XML as a successful answer and as an error of the Security Token Service.
///
/// Checks that the error about an invalid answer does not quote the answer.
pub fn xml(data: &[u8]) {
    let Some(pool) = identity_pool() else { return };
    for status in [200, 400] {
        let mut call = Call::for_identity_pool(&pool, AssumeRoleWithWebIdentity::new(ROLE, "guest", "token"));
        let _ = call.step(NOW, Event::Start);
        let answer = Event::Sent(SendOutcome::Answered(Response::new(status, Headers::new(), data.to_vec())));
        match call.step(NOW, answer) {
            Ok(Step::Done(response)) => {
                let _ = response.credentials.map(|credentials| DateTime::timestamp(&credentials.expiration));
            }
            Ok(_) => {}
            Err(error) => assert!(status == 400 || !error.with_causes().to_string().contains("m4rk"), "{error}"),
        }
    }
}

/// Answers each step of both flows to AWS credentials with `answer`, and checks that no flow panics.
fn check_identity_pool_answer(answer: &impl Fn() -> Event) {
    let Some(pool) = identity_pool() else { return };
    check_answer(GetCredentials::new(&pool, Logins::new()), answer());
    check_answer(GetCredentials::new(&pool, Logins::new()).with_identity_id(IDENTITY), answer());
    let role = || Role::Assumed(AssumedRole::new(ROLE, "guest"));
    check_answer(GetCredentials::new(&pool, Logins::new()).with_identity_id(IDENTITY).with_role(role()), answer());
}

/// Returns the typed answer to the challenge, or `None` for a challenge without a typed answer.
///
/// The answer may have invalid input, so that the returned flow fails before it sends anything.
fn typed_answer(challenge: &Challenge) -> Option<SignIn> {
    let client = &app_client()?;
    Some(match challenge {
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
        _ => return None,
    })
}

fn check_answer(mut flow: impl Flow, answer: Event) {
    let started = flow.step(NOW, Event::Start);
    assert!(matches!(started, Ok(Step::Send(_))));
    let _ = flow.step(NOW, answer);
}

fn split_at_zero(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => (bytes.get(..end).unwrap_or_default(), bytes.get(end + 1..).unwrap_or_default()),
        None => (&[], bytes),
    }
}
