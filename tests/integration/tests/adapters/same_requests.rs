//! The same answers to the same flows, through both adapters: the same requests, byte for byte.

use std::sync::{Arc, Mutex};

use cognito_core::operation::{GetUser, ListDevices, RevokeToken, SignUp};
use cognito_core::secret::AccessToken;
use cognito_core::{
    AppClient, AssumedRole, Call, Challenge, DeviceRecord, Devices, Event, Flow, GetCredentials, Headers, IdentityPool,
    IdentityPoolId, Logins, Refresh, Request, Response, Role, Seed, Session, SignIn, Tokens, UserPoolId,
};
use cognito_integration_tests::support::adapter::{Adapter, Blocking, Tokio};

/// What a request is on the wire.
#[derive(Debug, Clone, PartialEq)]
struct Sent {
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A transport's answers, one after the other, and what was sent for them.
#[derive(Clone)]
struct Script(Arc<Mutex<(Vec<String>, Vec<Sent>)>>);

impl Script {
    fn new(answers: &[&str]) -> Self {
        let answers = answers.iter().rev().map(|answer| (*answer).to_owned()).collect();
        Self(Arc::new(Mutex::new((answers, Vec::new()))))
    }

    fn answer(&self, request: &Request) -> Event {
        let mut script = self.0.lock().unwrap();
        script.1.push(Sent {
            url: request.url().to_owned(),
            headers: request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: request.body().to_vec(),
        });
        let answer = script.0.pop().expect("an answer to every request");
        if answer == "lost" {
            return Event::NoAnswer(Arc::new(std::fmt::Error));
        }
        // The service's clock, so that nothing depends on this machine's.
        let headers: Headers = [("date", "Tue, 14 Nov 2023 22:13:20 GMT")].into_iter().collect();
        Event::Response(Response::new(200, headers, answer.into_bytes()))
    }

    fn sent(&self) -> Vec<Sent> {
        self.0.lock().unwrap().1.clone()
    }
}

#[track_caller]
fn app_client() -> AppClient {
    let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m").unwrap(), "3pu8tnp684l4lmlfoth25ojmd2");
    app_client.unwrap().with_secret("s3cr3t").with_header("x-api-key", "k").unwrap()
}

/// Drives the flow by one adapter. Says whether it succeeded, and what was sent.
fn drive<A: Adapter, F>(flow: F, answers: &[&str]) -> (bool, Vec<Sent>)
where
    F: Flow + Send + 'static,
    F::Output: Send + 'static,
{
    let script = Script::new(answers);
    let answering = script.clone();
    let client = A::with_transport(app_client(), move |request| answering.answer(request));
    (client.run(flow).is_ok(), script.sent())
}

/// Drives the flow by both adapters, and gives what they have sent.
#[track_caller]
fn agree<F>(what: &str, flow: impl Fn() -> F, answers: &[&str]) -> Vec<Sent>
where
    F: Flow + Send + 'static,
    F::Output: Send + 'static,
{
    let (blocking, sent) = drive::<Blocking, F>(flow(), answers);
    let (tokio, sent_by_tokio) = drive::<Tokio, F>(flow(), answers);
    assert_eq!(blocking, tokio, "{what}");
    assert!(!sent.is_empty());
    assert_eq!(sent, sent_by_tokio, "{what}");
    sent
}

/// In the basic flow, which has every kind of request.
fn credentials_agree() {
    let identity = r#"{"IdentityId":"us-east-1:0d4f","Token":"token"}"#;
    let role = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
        <AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
        <Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
        </AssumeRoleWithWebIdentityResponse>";
    let id = IdentityPoolId::new("us-east-1:0d4f6c1e-5f1d-4b4e-9a57-2b1f0c3d8e7a").unwrap();
    let pool = IdentityPool::new(id).unwrap();
    let flow = || {
        let role = Role::Assumed(AssumedRole::new("arn:aws:iam::123456789012:role/user", "alice"));
        GetCredentials::new(&pool, Logins::new().with(Logins::GOOGLE, "token")).with_role(role)
    };
    assert_eq!(agree("credentials", flow, &["lost", identity, identity, role]).len(), 4);
}

const VERIFIER: &str = r#"{"ChallengeName":"PASSWORD_VERIFIER","Session":"s1","ChallengeParameters":{
    "SALT":"22cb089ced3d","SRP_B":"e36e39a5d1f1","SECRET_BLOCK":"b3BhcXVl","USERNAME":"0d4f","USER_ID_FOR_SRP":"0d4f"}}"#;
const DEVICE: &str = r#"{"ChallengeName":"DEVICE_SRP_AUTH","Session":"s2","ChallengeParameters":{}}"#;
const SMS: &str = r#"{"ChallengeName":"SMS_MFA","Session":"s3","ChallengeParameters":{}}"#;
const TOKENS: &str = r#"{"AuthenticationResult":{"AccessToken":"a","RefreshToken":"r",
    "NewDeviceMetadata":{"DeviceKey":"us-east-1_new","DeviceGroupKey":"-g"}}}"#;

fn seed() -> Seed {
    Seed::new([7; 32])
}

#[track_caller]
fn devices() -> Devices {
    [DeviceRecord::new("0d4f", "us-east-1_0d4f", "-group", "password").unwrap()].into_iter().collect()
}

#[test]
fn both_adapters_send_the_same_bytes_for_every_flow() {
    let srp = || SignIn::srp(&app_client(), "alice", "Very$ecur3", seed()).with_devices(devices());
    let device_verifier = VERIFIER.replace("PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER");
    assert_eq!(agree("SRP", srp, &[VERIFIER, SMS]).len(), 2);
    let proven = agree("SRP and a device", srp, &["lost", VERIFIER, DEVICE, &device_verifier, TOKENS, "{}"]);
    assert_eq!(proven.len(), 6, "the last registers the new device");
    agree("a password", || SignIn::password(&app_client(), "alice", "Very$ecur3", seed()), &[SMS]);
    agree("custom challenges", || SignIn::custom(&app_client(), "alice", seed()), &[SMS]);

    let stored = r#"{"version":1,"name":"SMS_MFA","username":"0d4f","session":"s3"}"#;
    let Challenge::Code(challenge) = serde_json::from_str(stored).unwrap() else { panic!() };
    let answer = || challenge.answer(&app_client(), "123456", seed()).with_devices(devices());
    agree("a code", answer, &[TOKENS, "{}"]);

    let mut tokens = Tokens::new("access");
    tokens.refresh_token = Some("refresh".into());
    let session = Session::with_clock_drift("0d4f", tokens, 0);
    agree("a refresh", || Refresh::new(&app_client(), &session, seed()), &["lost", TOKENS, "{}"]);
    agree("a sign-up", || Call::new(&app_client(), SignUp::new("alice", "Very$ecur3")), &["{}"]);
    agree("a revocation", || Call::new(&app_client(), RevokeToken::new("refresh")), &["lost", "{}"]);
    let token = AccessToken::from("access");
    agree("a user", || Call::signed_in(&app_client(), &token, GetUser::new()), &["{}"]);
    credentials_agree();
    agree("devices", || Call::signed_in(&app_client(), &token, ListDevices::new()), &["{}"]);
}
