//! The client's devices against the simulated service: registration, proof and removal.

use std::cell::RefCell;

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::operation::{DeviceRememberedStatus, ForgetDevice, GetDevice, ListDevices, UpdateDeviceStatus};
use cognito_core::{
    Challenge, ConfirmedDevice, DeviceRecord, DeviceRegistration, Devices, Error, Event, Flow, RefreshMethod,
    RegisterDevice, Request, Seed, SendOutcome, SignIn, SignInOutcome, SignedIn, Step,
};
use cognito_integration_tests::support::pair::{Pair, not_authorized, refused};
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_testkit::Config;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Returns a client of a pool that remembers devices and whose user alice gets codes by text message.
fn pair(device: &Value) -> Pair {
    let pool = json!({
        "mfa_configuration": "OPTIONAL",
        "mfa_factors": ["SMS_MFA"],
        "alias_attributes": ["email"],
        "device_configuration": device,
        "custom_auth": {"rounds": [{"parameters": {"question": "1+1"}, "answer": "2"}]},
        "clients": [{"name": "app", "generate_secret": true, "explicit_auth_flows": [
            "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}],
        "users": [{
            "username": "alice",
            "password": PASSWORD,
            "attributes": {"email": "alice@example.com", "phone_number": "+15550001234"},
            "mfa": {"enabled": ["SMS_MFA"]},
        }, {"username": "bob", "password": PASSWORD}],
    });
    Pair::new(Config::from_json(&json!({ "pools": [pool] }).to_string()).unwrap(), "app")
}

/// Returns a client of a pool in which a remembered device replaces the second factor.
fn pair_where_device_replaces_mfa() -> Pair {
    pair(&json!({"challenge_required_on_new_device": true}))
}

fn seed(number: u8) -> Seed {
    Seed::new([number; 32])
}

fn srp(pair: &Pair, username: &str, devices: &Devices) -> SignIn {
    SignIn::srp(&pair.client, username, PASSWORD, seed(1)).with_devices(devices.clone())
}

/// Signs in, and answers the challenges on the way. Returns whether the service requested a code by text
/// message.
#[track_caller]
fn sign_in(pair: &Pair, flow: SignIn, devices: &Devices) -> (SignedIn, bool) {
    let (mut outcome, mut code_requested) = (pair.run(flow).unwrap(), false);
    loop {
        let flow = match outcome {
            SignInOutcome::SignedIn(signed_in) => return (signed_in, code_requested),
            SignInOutcome::Challenge(Challenge::Code(code)) => {
                code_requested = true;
                code.answer(&pair.client, pair.last_code(), seed(2))
            }
            SignInOutcome::Challenge(Challenge::Custom(custom)) => custom.answer(&pair.client, "2", seed(3)),
            SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
        };
        outcome = pair.run(flow.with_devices(devices.clone()).with_device_name("laptop")).unwrap();
    }
}

#[track_caller]
fn confirmed(signed_in: &SignedIn) -> &ConfirmedDevice {
    match &signed_in.device.registration {
        DeviceRegistration::Confirmed(confirmed) => confirmed,
        other => panic!("{other:?}"),
    }
}

/// Signs in on a new device, and stores the device.
#[track_caller]
fn registered(pair: &Pair) -> (SignedIn, Devices) {
    let mut devices = Devices::new();
    let (signed_in, code_requested) = sign_in(pair, srp(pair, "alice@example.com", &devices), &devices);
    assert!(code_requested);
    assert!(devices.update(signed_in.session.username(), &signed_in.device));
    (signed_in, devices)
}

#[track_caller]
fn admin_forget(pair: &Pair, device_key: &str) {
    let pool = pair.client.user_pool_id().to_string();
    let body = json!({"UserPoolId": pool, "Username": "alice", "DeviceKey": device_key}).to_string();
    let target = [("x-amz-target", "AWSCognitoIdentityProviderService.AdminForgetDevice")].into_iter().collect();
    let request = Request::post("http://localhost/", target, body.into_bytes());
    assert_eq!(pair.simulator.borrow_mut().handle(pair.now, &request).status(), 200);
}

#[test]
fn a_registered_device_replaces_the_second_factor() {
    let pair = pair_where_device_replaces_mfa();
    let (first, devices) = registered(&pair);
    assert!(!confirmed(&first).user_confirmation_necessary);
    assert_eq!(first.session.device_key(), Some(confirmed(&first).record.device_key()));
    for username in ["alice", "alice@example.com", first.session.sub().unwrap()] {
        assert_eq!(devices.get(username), Some(&confirmed(&first).record), "{username}");
    }
    for flow in [
        srp(&pair, "alice", &devices),
        srp(&pair, "alice@example.com", &devices),
        SignIn::password(&pair.client, "alice@example.com", PASSWORD, seed(4)).with_devices(devices.clone()),
        SignIn::custom(&pair.client, "alice@example.com", seed(4)).with_devices(devices.clone()),
    ] {
        let (again, code_requested) = sign_in(&pair, flow, &devices);
        assert!(!code_requested);
        assert!(matches!(again.device.registration, DeviceRegistration::NotNeeded));
        assert_eq!(again.session.device_key(), first.session.device_key());
    }
}

#[test]
fn a_device_can_prove_itself_after_the_second_factor() {
    let pair = pair(&json!({"challenge_required_on_new_device": false}));
    let (first, devices) = registered(&pair);
    let (again, code_requested) = sign_in(&pair, srp(&pair, "alice", &devices), &devices);
    assert!(code_requested);
    assert!(matches!(again.device.registration, DeviceRegistration::NotNeeded));
    assert_eq!(again.session.device_key(), first.session.device_key());
}

#[test]
fn a_user_without_a_second_factor_also_gets_a_device() {
    let pair = pair_where_device_replaces_mfa();
    let mut devices = Devices::new();
    let (signed_in, code_requested) = sign_in(&pair, srp(&pair, "bob", &devices), &devices);
    assert!(!code_requested);
    devices.update("bob", &signed_in.device);
    let (again, _) = sign_in(&pair, srp(&pair, "bob", &devices), &devices);
    assert_eq!(again.session.device_key(), Some(devices.get("bob").unwrap().device_key()));
}

#[test]
fn a_device_is_remembered_only_if_its_user_agrees() {
    let pair = pair(&json!({"challenge_required_on_new_device": true, "device_only_remembered_on_user_prompt": true}));
    let (first, devices) = registered(&pair);
    assert!(confirmed(&first).user_confirmation_necessary);
    let needs_code = || sign_in(&pair, srp(&pair, "alice", &devices), &devices).1;
    assert!(needs_code(), "the device is not remembered yet");
    let key = first.session.device_key().unwrap();
    let set = |status| pair.call_signed_in(&first.session, UpdateDeviceStatus::new(key, status)).unwrap();
    set(DeviceRememberedStatus::Remembered);
    assert!(!needs_code());
    set(DeviceRememberedStatus::NotRemembered);
    assert!(needs_code());
}

#[test]
fn a_refresh_sends_the_device_key() {
    for method in [RefreshMethod::GetTokensFromRefreshToken, RefreshMethod::RefreshTokenAuth] {
        let mut pair = pair_where_device_replaces_mfa();
        pair.client = pair.client.with_refresh_method(method);
        let (first, devices) = registered(&pair);
        let renewed = pair.refresh(&first.session).unwrap();
        assert_eq!(renewed.device_key(), first.session.device_key());
        pair.refresh(&sign_in(&pair, srp(&pair, "alice", &devices), &devices).0.session).unwrap();
    }
}

#[test]
fn a_failed_device_registration_can_be_repeated_later() {
    let pair = pair_where_device_replaces_mfa();
    let SignInOutcome::Challenge(Challenge::Code(code)) = pair.run(srp(&pair, "alice", &Devices::new())).unwrap()
    else {
        panic!()
    };
    let signed_in = run_without(&pair, code.answer(&pair.client, pair.last_code(), seed(2)), "ConfirmDevice");
    let SignInOutcome::SignedIn(signed_in) = signed_in else { panic!() };
    let DeviceRegistration::Failed(failed) = &signed_in.device.registration else { panic!() };
    assert!(matches!(failed.error, Error::NotReached(_)));
    assert_eq!(not_authorized(pair.refresh(&signed_in.session)), NotAuthorized::InvalidRefreshToken);

    let again = || RegisterDevice::new(&pair.client, &signed_in.session, failed.new_device.clone().unwrap());
    let confirmed = pair.run(again()).unwrap();
    assert_eq!(pair.run(again()).unwrap().record, confirmed.record, "a second registration changes nothing");
    pair.refresh(&signed_in.session).unwrap();
    let devices: Devices = [confirmed.record].into_iter().collect();
    assert!(!sign_in(&pair, srp(&pair, "alice", &devices), &devices).1);
}

/// Runs a flow, and loses each request of the operation `operation`.
#[track_caller]
fn run_without<F: Flow>(pair: &Pair, mut flow: F, operation: &str) -> F::Output {
    let mut event = Event::Start;
    loop {
        event = match flow.step(pair.now, event).unwrap() {
            Step::Send(request) if request.headers().get("x-amz-target").unwrap().ends_with(operation) => {
                Event::Sent(SendOutcome::NoAnswer(std::sync::Arc::new(std::fmt::Error)))
            }
            Step::Send(request) => {
                Event::Sent(SendOutcome::Answered(pair.simulator.borrow_mut().handle(pair.now, &request)))
            }
            Step::Wait(_) => Event::Woke,
            Step::Done(output) => return output,
        };
    }
}

/// Runs a sign-in, and returns its outcome and the names of its requests.
fn operations(pair: &Pair, flow: SignIn) -> (Result<SignInOutcome, Error>, Vec<String>) {
    struct Recorded<F>(F, RefCell<Vec<String>>);
    impl<F: Flow> Flow for &mut Recorded<F> {
        type Output = F::Output;

        fn step(&mut self, now: cognito_core::Timestamp, event: Event) -> Result<Step<F::Output>, Error> {
            let step = self.0.step(now, event);
            if let Ok(Step::Send(request)) = &step {
                let body: Value = serde_json::from_slice(request.body()).unwrap();
                let name = body["ChallengeName"].as_str().or(body["AuthFlow"].as_str()).unwrap_or("ConfirmDevice");
                self.1.borrow_mut().push(name.to_owned());
            }
            step
        }
    }
    let mut recorded = Recorded(flow, RefCell::default());
    let outcome = pair.run(&mut recorded);
    (outcome, recorded.1.into_inner())
}

#[test]
fn a_sign_in_with_a_forgotten_device_restarts_without_it() {
    let pair = pair_where_device_replaces_mfa();
    let (first, mut devices) = registered(&pair);
    let old_key = first.session.device_key().unwrap();
    admin_forget(&pair, old_key);

    let (outcome, requests) = operations(&pair, srp(&pair, "alice", &devices));
    assert_eq!(requests, ["USER_SRP_AUTH", "PASSWORD_VERIFIER", "USER_SRP_AUTH", "PASSWORD_VERIFIER"]);
    let SignInOutcome::Challenge(challenge) = outcome.unwrap() else { panic!() };
    assert_eq!(challenge.gone_device_key(), Some(old_key));
    let Challenge::Code(code) = challenge else { panic!() };
    let answer = code.answer(&pair.client, pair.last_code(), seed(2)).with_devices(devices.clone());
    let (outcome, requests) = operations(&pair, answer);
    assert_eq!(requests, ["SMS_MFA", "ConfirmDevice"]);
    let SignInOutcome::SignedIn(signed_in) = outcome.unwrap() else { panic!() };
    assert_eq!(signed_in.device.gone_device_key.as_deref(), Some(old_key));
    assert!(devices.update("alice", &signed_in.device));
    assert_ne!(devices.get("alice@example.com").map(DeviceRecord::device_key), Some(old_key));
    assert!(!sign_in(&pair, srp(&pair, "alice", &devices), &devices).1);
}

#[test]
fn an_answer_with_a_forgotten_device_is_retried_without_it() {
    let pair = pair(&json!({"challenge_required_on_new_device": false}));
    let (first, devices) = registered(&pair);
    let SignInOutcome::Challenge(Challenge::Code(code)) = pair.run(srp(&pair, "alice", &devices)).unwrap() else {
        panic!()
    };
    admin_forget(&pair, first.session.device_key().unwrap());
    let answer = code.answer(&pair.client, pair.last_code(), seed(2)).with_devices(devices);
    let (outcome, requests) = operations(&pair, answer);
    assert_eq!(requests, ["SMS_MFA", "SMS_MFA", "ConfirmDevice"]);
    let SignInOutcome::SignedIn(signed_in) = outcome.unwrap() else { panic!() };
    assert_eq!(signed_in.device.gone_device_key.as_deref(), first.session.device_key());
}

/// Returns alice's device with a wrong device password.
#[track_caller]
fn with_wrong_password(devices: &Devices) -> Devices {
    let record = devices.get("alice").unwrap();
    [DeviceRecord::new("alice", record.device_key(), record.device_group_key(), "wrong").unwrap()].into_iter().collect()
}

#[test]
fn a_device_with_a_rejected_proof_is_reported_as_gone() {
    let pair = pair_where_device_replaces_mfa();
    let (first, devices) = registered(&pair);
    let wrong = with_wrong_password(&devices);
    let (outcome, requests) = operations(&pair, srp(&pair, "alice", &wrong));
    let once = ["USER_SRP_AUTH", "PASSWORD_VERIFIER"];
    let proof = ["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"];
    assert_eq!(requests, [&once[..], &proof, &once].concat());
    let SignInOutcome::Challenge(challenge) = outcome.unwrap() else { panic!() };
    assert_eq!(challenge.gone_device_key(), first.session.device_key());
}

#[test]
fn a_rejected_proof_after_an_answer_is_a_start_again_error() {
    let pair = pair(&json!({"challenge_required_on_new_device": false}));
    let (first, devices) = registered(&pair);
    let wrong = with_wrong_password(&devices);
    let SignInOutcome::Challenge(Challenge::Code(code)) = pair.run(srp(&pair, "alice", &wrong)).unwrap() else {
        panic!()
    };
    let answer = code.answer(&pair.client, pair.last_code(), seed(2)).with_devices(wrong);
    match pair.run(answer).unwrap_err() {
        Error::StartAgain(again) => assert_eq!(again.gone_device_key.as_deref(), first.session.device_key()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn devices_can_be_listed_in_pages_read_and_forgotten() {
    let pair = pair_where_device_replaces_mfa();
    let none = Devices::new();
    let sessions: Vec<_> = (0..3).map(|_| sign_in(&pair, srp(&pair, "alice", &none), &none).0.session).collect();
    let session = &sessions[0];
    let mut list = ListDevices::new();
    list.limit = Some(2);
    let first = pair.call_signed_in(session, list.clone()).unwrap();
    list.pagination_token = first.pagination_token;
    let second = pair.call_signed_in(session, list).unwrap();
    assert_eq!((first.devices.len(), second.devices.len(), second.pagination_token), (2, 1, None));

    let key = session.device_key().unwrap();
    let device = pair.call_signed_in(session, GetDevice::new(key)).unwrap().device;
    assert_eq!(device.device_key.as_deref(), Some(key));
    let name = device.device_attributes.iter().find(|attribute| attribute.name == "device_name").unwrap();
    assert_eq!(name.value.as_deref(), Some("laptop"));
    pair.call_signed_in(session, ForgetDevice::new(key)).unwrap();
    assert_eq!(refused(pair.call_signed_in(session, GetDevice::new(key))), RefusalKind::ResourceNotFound);
    pair.refresh(session).unwrap_err();
    pair.refresh(&sessions[1]).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn only_the_right_device_password_replaces_the_second_factor(random: [u8; 32], other: [u8; 32]) {
        let pair = pair_where_device_replaces_mfa();
        let SignInOutcome::Challenge(Challenge::Code(code)) = pair.run(srp(&pair, "alice", &Devices::new())).unwrap()
        else {
            panic!()
        };
        let outcome = pair.run(code.answer(&pair.client, pair.last_code(), Seed::new(random))).unwrap();
        let SignInOutcome::SignedIn(signed_in) = outcome else { panic!() };
        let mut devices = Devices::new();
        devices.update("alice", &signed_in.device);
        let flow = SignIn::srp(&pair.client, "alice", PASSWORD, Seed::new(other)).with_devices(devices.clone());
        prop_assert!(matches!(pair.run(flow).unwrap(), SignInOutcome::SignedIn(_)));
        let wrong = with_wrong_password(&devices);
        let flow = SignIn::srp(&pair.client, "alice", PASSWORD, Seed::new(other)).with_devices(wrong);
        prop_assert!(matches!(pair.run(flow).unwrap(), SignInOutcome::Challenge(_)));
    }
}
