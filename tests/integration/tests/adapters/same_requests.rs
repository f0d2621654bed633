//! A comparison of the requests that both adapters send for the same flow and the same answers, byte for
//! byte.

use std::sync::{Arc, Mutex};

use cognito_core::operation::{GetUser, ListDevices, RevokeToken, SignUp};
use cognito_core::secret::AccessToken;
use cognito_core::{
    AppClient, AssumedRole, Call, Challenge, DeviceRecord, Devices, Flow, GetCredentials, Headers, IdentityPool,
    IdentityPoolId, Logins, Method, Refresh, Request, Response, Role, Seed, SendOutcome, Session, SignIn, Tokens,
    UserPoolId,
};
use cognito_integration_tests::support::adapter::{Adapter, Blocking, Tokio};

/// A request as an adapter sends it.
#[derive(Debug, Clone, PartialEq)]
struct Sent {
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// The answers of a scripted transport in order, and the requests that the transport received.
#[derive(Clone)]
struct Script(Arc<Mutex<(Vec<String>, Vec<Sent>)>>);

impl Script {
    fn new(answers: &[&str]) -> Self {
        let answers = answers.iter().rev().map(|answer| (*answer).to_owned()).collect();
        Self(Arc::new(Mutex::new((answers, Vec::new()))))
    }

    fn answer(&self, request: &Request) -> SendOutcome {
        let mut script = self.0.lock().unwrap();
        script.1.push(Sent {
            method: request.method(),
            url: request.url().to_owned(),
            headers: request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: request.body().to_vec(),
        });
        let answer = script.0.pop().expect("the script has an answer for every request");
        if answer == "lost" {
            return SendOutcome::NoAnswer(Arc::new(std::fmt::Error));
        }
        // The service sends its time, so that the result does not depend on the local clock.
        let headers: Headers = [("date", "Tue, 14 Nov 2023 22:13:20 GMT")].into_iter().collect();
        SendOutcome::Answered(Response::new(200, headers, answer.into_bytes()))
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

/// Runs a flow on one adapter. Returns whether the flow succeeded, and the requests that were sent.
fn run_on<A: Adapter, F>(flow: F, answers: &[&str]) -> (bool, Vec<Sent>)
where
    F: Flow + Send + 'static,
    F::Output: Send + 'static,
{
    let script = Script::new(answers);
    let answering = script.clone();
    let client = A::with_transport(app_client(), move |request| answering.answer(request));
    (client.run(flow).is_ok(), script.sent())
}

/// Runs a flow on both adapters, checks that both send the same requests, and returns the requests.
#[track_caller]
fn assert_same_requests<F>(what: &str, flow: impl Fn() -> F, answers: &[&str]) -> Vec<Sent>
where
    F: Flow + Send + 'static,
    F::Output: Send + 'static,
{
    let (blocking, sent) = run_on::<Blocking, F>(flow(), answers);
    let (tokio, sent_by_tokio) = run_on::<Tokio, F>(flow(), answers);
    assert_eq!(blocking, tokio, "{what}");
    assert!(!sent.is_empty());
    assert_eq!(sent, sent_by_tokio, "{what}");
    sent
}

/// Compares the requests for AWS credentials in the basic flow, which sends both JSON and forms.
fn assert_same_credentials_requests() {
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
    assert_eq!(assert_same_requests("credentials", flow, &["lost", identity, identity, role]).len(), 4);
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
    assert_eq!(assert_same_requests("SRP", srp, &[VERIFIER, SMS]).len(), 2);
    let proven =
        assert_same_requests("SRP and a device", srp, &["lost", VERIFIER, DEVICE, &device_verifier, TOKENS, "{}"]);
    assert_eq!(proven.len(), 6, "the last request registers the new device");
    assert_same_requests("a password", || SignIn::password(&app_client(), "alice", "Very$ecur3", seed()), &[SMS]);
    assert_same_requests("custom challenges", || SignIn::custom(&app_client(), "alice", seed()), &[SMS]);

    let stored = r#"{"version":1,"name":"SMS_MFA","username":"0d4f","session":"s3"}"#;
    let Challenge::Code(challenge) = serde_json::from_str(stored).unwrap() else { panic!() };
    let answer = || challenge.answer(&app_client(), "123456", seed()).with_devices(devices());
    assert_same_requests("a code", answer, &[TOKENS, "{}"]);

    let mut tokens = Tokens::new("access");
    tokens.refresh_token = Some("refresh".into());
    let session = Session::with_clock_drift("0d4f", tokens, 0);
    assert_same_requests("a refresh", || Refresh::new(&app_client(), &session, seed()), &["lost", TOKENS, "{}"]);
    assert_same_requests("a sign-up", || Call::new(&app_client(), SignUp::new("alice", "Very$ecur3")), &["{}"]);
    assert_same_requests("a revocation", || Call::new(&app_client(), RevokeToken::new("refresh")), &["lost", "{}"]);
    let token = AccessToken::from("access");
    assert_same_requests("a user", || Call::signed_in(&app_client(), &token, GetUser::new()), &["{}"]);
    assert_same_credentials_requests();
    assert_same_requests("devices", || Call::signed_in(&app_client(), &token, ListDevices::new()), &["{}"]);
}
