//! A user pool's answers for the benchmarks, with the sizes of real answers.
#![allow(dead_code, reason = "each benchmark uses a part of this module")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_core::{
    Admission, AppClient, Event, Flow, Headers, Keeper, KeeperEvent, KeeperStep, Request, Response, Seed, SendOutcome,
    Session, SessionKeeper, SessionSettings, SessionTask, SignIn, SignInOutcome, Step, Timestamp, UserPoolId,
};
use serde_json::{Value, json};

pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(1_546_322_769);

pub(crate) fn app_client() -> AppClient {
    let user_pool_id = UserPoolId::new("us-east-1_QdbSdK39m").unwrap();
    AppClient::new(user_pool_id, "3pu8tnp684l4lmlfoth25ojmd2").unwrap()
}

pub(crate) fn seed() -> Seed {
    Seed::new([7; 32])
}

/// Returns Alice's session after a sign-in.
pub(crate) fn session() -> Session {
    let mut flow = SignIn::password(&app_client(), "alice", "Very$ecur3", seed());
    request(&mut flow, Event::Start);
    match done(&mut flow, tokens()) {
        SignInOutcome::SignedIn(signed_in) => signed_in.session,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Returns a keeper that has saved this session.
pub(crate) fn keeper(session: &Session) -> SessionKeeper {
    let mut keeper = SessionKeeper::new(&app_client(), session.username(), &SessionSettings::default());
    let newest_job = keeper.newest_job();
    assert_eq!(keeper.begin(SessionTask::Save(Box::new(session.clone().into())), newest_job), Admission::Drive);
    let mut event = KeeperEvent::Start(Ok(seed()));
    loop {
        event = match keeper.step(NOW, event).unwrap() {
            KeeperStep::Lock { .. } => KeeperEvent::Locked(Ok(())),
            KeeperStep::Save(..) => KeeperEvent::Stored(Ok(())),
            KeeperStep::Done(_) => break keeper,
            step => panic!("{step:?}"),
        };
    }
}

/// Takes the flow's next step, and returns the request that the step sends.
pub(crate) fn request<F: Flow>(flow: &mut F, event: Event) -> Request {
    match flow.step(NOW, event).unwrap() {
        Step::Send(request) => request,
        _ => panic!("the step sends no request"),
    }
}

/// Takes the flow's last step, and returns the flow's output.
pub(crate) fn done<F: Flow>(flow: &mut F, event: Event) -> F::Output {
    match flow.step(NOW, event).unwrap() {
        Step::Done(output) => output,
        _ => panic!("the flow is not over"),
    }
}

/// Returns an answer with the challenge PASSWORD_VERIFIER.
pub(crate) fn password_verifier() -> Event {
    // A public value has the length of N, and the block has more than 1,000 characters.
    let parameters = json!({
        "SALT": "22cb089ced3d3d89cbba8f0440f29226",
        "SECRET_BLOCK": URL_SAFE_NO_PAD.encode([0; 900]),
        "SRP_B": "e36e39a5d1f11d83322d096882619f79".repeat(24),
        "USERNAME": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55",
        "USER_ID_FOR_SRP": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55",
    });
    answer(&json!({"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}))
}

/// Returns an answer with the challenge SMS_MFA.
pub(crate) fn sms_mfa() -> Event {
    answer(&json!({
        "ChallengeName": "SMS_MFA",
        "ChallengeParameters": {
            "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
            "CODE_DELIVERY_DESTINATION": "+*******1234",
            "USER_ID_FOR_SRP": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55",
        },
        "Session": "s".repeat(1200),
    }))
}

/// Returns an answer with tokens.
pub(crate) fn tokens() -> Event {
    answer(&json!({
        "AuthenticationResult": {
            "AccessToken": access_token(),
            "ExpiresIn": 3600,
            "IdToken": id_token(),
            "RefreshToken": "r".repeat(1700),
            "TokenType": "Bearer",
        },
        "ChallengeParameters": {},
    }))
}

pub(crate) fn access_token() -> String {
    token(&json!({
        "sub": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55",
        "cognito:groups": ["administrators", "readers"],
        "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_QdbSdK39m",
        "client_id": "3pu8tnp684l4lmlfoth25ojmd2",
        "origin_jti": "5a1c2d3e-0f1a-4b2c-8d3e-4f5a6b7c8d9e",
        "event_id": "6b2d3e4f-1a2b-4c3d-9e4f-5a6b7c8d9eaf",
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "auth_time": 1_546_322_769,
        "exp": 1_546_326_369,
        "iat": 1_546_322_769,
        "jti": "7c3e4f5a-2b3c-4d4e-af5a-6b7c8d9eafb0",
        "username": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55",
    }))
}

pub(crate) fn id_token() -> String {
    token(&json!({
        "sub": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55",
        "cognito:username": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55",
        "email": "alice@example.com",
        "email_verified": true,
        "phone_number": "+15555551234",
        "aud": "3pu8tnp684l4lmlfoth25ojmd2",
        "token_use": "id",
        "auth_time": 1_546_322_769,
        "exp": 1_546_326_369,
        "iat": 1_546_322_769,
    }))
}

/// Returns an answer to GetUser.
pub(crate) fn user() -> Event {
    answer(&json!({
        "Username": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55",
        "UserAttributes": [
            {"Name": "sub", "Value": "0d4f1c2e-6d2b-4b8a-9f0e-3f6d2a1b7c55"},
            {"Name": "email", "Value": "alice@example.com"},
            {"Name": "email_verified", "Value": "true"},
            {"Name": "phone_number", "Value": "+15555551234"},
        ],
    }))
}

pub(crate) fn empty_answer() -> Event {
    answer(&json!({}))
}

/// Returns the service's error for a wrong password.
pub(crate) fn error_answer() -> Event {
    let body = json!({"__type": "NotAuthorizedException", "message": "Incorrect username or password."});
    Event::Sent(SendOutcome::Answered(Response::new(400, headers(), body.to_string().into_bytes())))
}

fn answer(body: &Value) -> Event {
    Event::Sent(SendOutcome::Answered(Response::new(200, headers(), body.to_string().into_bytes())))
}

fn headers() -> Headers {
    let mut headers = Headers::new();
    headers.push("Date", "Tue, 01 Jan 2019 06:06:09 GMT");
    headers.push("Content-Type", "application/x-amz-json-1.1");
    headers.push("x-amzn-RequestId", "8d4f5a6b-3c4d-4e5f-ba6b-7c8d9eafb0c1");
    headers
}

/// Returns a token with these claims, and with a signature as long as an RSA signature.
fn token(claims: &Value) -> String {
    let header = json!({"kid": "iIbRVbeD1fN9yCSCHYrXMGnZZPX0C8cIXEJxAuIDxnc=", "alg": "RS256"});
    let parts = [header.to_string().into_bytes(), claims.to_string().into_bytes(), vec![0x5a; 256]];
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}
