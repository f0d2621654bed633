//! The client's devices against the simulated service: registered, proven, forgotten.

use std::cell::RefCell;

use cognito_core::error::{NotAuthorized, RefusalKind};
use cognito_core::operation::{DeviceRememberedStatus, ForgetDevice, GetDevice, ListDevices, UpdateDeviceStatus};
use cognito_core::{
    Challenge, ConfirmedDevice, DeviceRecord, DeviceRegistration, Devices, Error, Event, Flow, RefreshMethod,
    RegisterDevice, Request, Seed, SignIn, SignInOutcome, SignedIn, Step,
};
use cognito_integration_tests::support::pair::{Pair, not_authorized, refused};
use cognito_integration_tests::support::scene::PASSWORD;
use cognito_testkit::Config;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A pool that remembers devices, with a user who is asked for a code by text message.
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

/// A remembered device stands in for the second factor.
fn in_place_of_a_code() -> Pair {
    pair(&json!({"challenge_required_on_new_device": true}))
}

fn seed(number: u8) -> Seed {
    Seed::new([number; 32])
}

fn srp(pair: &Pair, username: &str, devices: &Devices) -> SignIn {
    SignIn::srp(&pair.client, username, PASSWORD, seed(1)).with_devices(devices.clone())
}

/// Signs in, with the code by text message if one is asked for. Says whether it was.
#[track_caller]
fn sign_in(pair: &Pair, flow: SignIn, devices: &Devices) -> (SignedIn, bool) {
    let (mut outcome, mut was_asked) = (pair.run(flow).unwrap(), false);
    loop {
        let flow = match outcome {
            SignInOutcome::SignedIn(signed_in) => return (signed_in, was_asked),
            SignInOutcome::Challenge(Challenge::Code(code)) => {
                was_asked = true;
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

/// Signs in on a new device and keeps what is to be kept.
#[track_caller]
fn registered(pair: &Pair) -> (SignedIn, Devices) {
    let mut devices = Devices::new();
    let (signed_in, was_asked) = sign_in(pair, srp(pair, "alice@example.com", &devices), &devices);
    assert!(was_asked);
    assert!(devices.update(signed_in.session.username(), &signed_in.device));
    (signed_in, devices)
}

#[track_caller]
fn admin_forget(pair: &Pair, device_key: &str) {
    let pool = pair.client.user_pool_id().to_string();
    let body = json!({"UserPoolId": pool, "Username": "alice", "DeviceKey": device_key}).to_string();
    let target = [("x-amz-target", "AWSCognitoIdentityProviderService.AdminForgetDevice")].into_iter().collect();
    let request = Request::new("http://localhost/", target, body.into_bytes());
    assert_eq!(pair.simulator.borrow_mut().handle(pair.now, &request).status(), 200);
}

#[test]
fn a_device_is_registered_and_then_stands_in_for_the_second_factor() {
    let pair = in_place_of_a_code();
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
        let (again, was_asked) = sign_in(&pair, flow, &devices);
        assert!(!was_asked);
        assert!(matches!(again.device.registration, DeviceRegistration::NotNeeded));
        assert_eq!(again.session.device_key(), first.session.device_key());
    }
}

#[test]
fn a_device_may_have_to_prove_itself_after_the_second_factor() {
    let pair = pair(&json!({"challenge_required_on_new_device": false}));
    let (first, devices) = registered(&pair);
    let (again, was_asked) = sign_in(&pair, srp(&pair, "alice", &devices), &devices);
    assert!(was_asked);
    assert!(matches!(again.device.registration, DeviceRegistration::NotNeeded));
    assert_eq!(again.session.device_key(), first.session.device_key());
}

#[test]
fn a_user_without_a_second_factor_has_a_device_too() {
    let pair = in_place_of_a_code();
    let mut devices = Devices::new();
    let (signed_in, was_asked) = sign_in(&pair, srp(&pair, "bob", &devices), &devices);
    assert!(!was_asked);
    devices.update("bob", &signed_in.device);
    let (again, _) = sign_in(&pair, srp(&pair, "bob", &devices), &devices);
    assert_eq!(again.session.device_key(), Some(devices.get("bob").unwrap().device_key()));
}

#[test]
fn a_device_is_remembered_when_its_user_wants_it() {
    let pair = pair(&json!({"challenge_required_on_new_device": true, "device_only_remembered_on_user_prompt": true}));
    let (first, devices) = registered(&pair);
    assert!(confirmed(&first).user_confirmation_necessary);
    let is_asked = || sign_in(&pair, srp(&pair, "alice", &devices), &devices).1;
    assert!(is_asked(), "not remembered yet");
    let key = first.session.device_key().unwrap();
    let set = |status| pair.call_signed_in(&first.session, UpdateDeviceStatus::new(key, status)).unwrap();
    set(DeviceRememberedStatus::Remembered);
    assert!(!is_asked());
    set(DeviceRememberedStatus::NotRemembered);
    assert!(is_asked());
}

#[test]
fn a_refresh_names_the_device() {
    for method in [RefreshMethod::GetTokensFromRefreshToken, RefreshMethod::RefreshTokenAuth] {
        let mut pair = in_place_of_a_code();
        pair.client = pair.client.with_refresh_method(method);
        let (first, devices) = registered(&pair);
        let renewed = pair.refresh(&first.session).unwrap();
        assert_eq!(renewed.device_key(), first.session.device_key());
        pair.refresh(&sign_in(&pair, srp(&pair, "alice", &devices), &devices).0.session).unwrap();
    }
}

#[test]
fn a_device_that_could_not_be_registered_can_be_registered_later() {
    let pair = in_place_of_a_code();
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
    assert_eq!(pair.run(again()).unwrap().record, confirmed.record, "once more does no harm");
    pair.refresh(&signed_in.session).unwrap();
    let devices: Devices = [confirmed.record].into_iter().collect();
    assert!(!sign_in(&pair, srp(&pair, "alice", &devices), &devices).1);
}

/// Drives a flow whose requests of this operation are lost.
#[track_caller]
fn run_without<F: Flow>(pair: &Pair, mut flow: F, operation: &str) -> F::Output {
    let mut event = Event::Start;
    loop {
        event = match flow.step(pair.now, event).unwrap() {
            Step::Send(request) if request.headers().get("x-amz-target").unwrap().ends_with(operation) => {
                Event::NoAnswer(std::sync::Arc::new(std::fmt::Error))
            }
            Step::Send(request) => Event::Response(pair.simulator.borrow_mut().handle(pair.now, &request)),
            Step::Wait(_) => Event::Woke,
            Step::Done(output) => return output,
        };
    }
}

/// What the requests of these sign-ins were.
fn operations(pair: &Pair, flow: SignIn) -> (Result<SignInOutcome, Error>, Vec<String>) {
    struct Told<F>(F, RefCell<Vec<String>>);
    impl<F: Flow> Flow for &mut Told<F> {
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
    let mut told = Told(flow, RefCell::default());
    let outcome = pair.run(&mut told);
    (outcome, told.1.into_inner())
}

#[test]
fn a_device_that_was_forgotten_costs_one_more_try_and_is_told() {
    let pair = in_place_of_a_code();
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
fn an_answer_with_a_device_that_was_forgotten_is_sent_once_more() {
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

/// The same device with another password.
#[track_caller]
fn with_wrong_password(devices: &Devices) -> Devices {
    let record = devices.get("alice").unwrap();
    [DeviceRecord::new("alice", record.device_key(), record.device_group_key(), "wrong").unwrap()].into_iter().collect()
}

#[test]
fn a_device_whose_proof_is_refused_is_gone() {
    let pair = in_place_of_a_code();
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
fn a_proof_that_is_refused_after_an_answer_means_to_start_again() {
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
fn devices_are_listed_in_pages_read_and_forgotten() {
    let pair = in_place_of_a_code();
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
    fn client_and_service_agree_on_any_device_and_on_no_other(random: [u8; 32], other: [u8; 32]) {
        let pair = in_place_of_a_code();
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
