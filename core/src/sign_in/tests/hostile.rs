//! Whatever comes, in any order.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::test_support::disorder::{moves, operation, run_to_the_end};
use crate::test_support::no_answer;
use crate::{AppClient, MAX_ATTEMPTS, Request};

#[test]
fn debug_and_errors_show_no_secret() {
    let client: AppClient = app_client().with_secret("m4rk-client");
    let devices: Devices =
        [DeviceRecord::new(CANONICAL, DEVICE_KEY, "-group", "m4rk-device").unwrap()].into_iter().collect();
    let mut texts = Vec::from([format!("{devices:?}")]);
    let mut flow = SignIn::srp(&client, "alice", "m4rk-password", seed()).with_devices(devices.clone());
    texts.push(format!("{flow:?}"));
    seen(&mut texts, &mut flow, Event::Start);
    seen(&mut texts, &mut flow, answer(200, &password_verifier(json!({}))));
    seen(&mut texts, &mut flow, answer(200, &challenge_of("DEVICE_SRP_AUTH", json!({}))));
    let verifier = password_verifier(json!({})).replace("PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER");
    seen(&mut texts, &mut flow, answer(200, &verifier));
    let marked = r#"{"AuthenticationResult":{"AccessToken":"m4rk","IdToken":"m4rk","RefreshToken":"m4rk",
        "NewDeviceMetadata":{"DeviceKey":"k","DeviceGroupKey":"g"}}}"#;
    seen(&mut texts, &mut flow, answer(200, marked));
    seen(&mut texts, &mut flow, no_answer("reset"));
    hold_no_mark(&texts);
}

#[test]
fn debug_of_challenges_and_answers_shows_no_secret() {
    let client: AppClient = app_client().with_secret("m4rk-client");
    let mut texts = Vec::new();
    for mut flow in
        [SignIn::password(&client, "alice", "m4rk", seed()), SignIn::custom_with_srp(&client, "alice", "m4rk", seed())]
            .into_iter()
            .chain(every_answer(&client, "m4rk").into_iter().map(|(_, flow)| flow))
    {
        texts.push(format!("{flow:?}"));
        seen(&mut texts, &mut flow, Event::Start);
        let marked = challenge_of("MFA_SETUP", json!({"HINT": "m4rk"})).replace("next session", "m4rk-session");
        seen(&mut texts, &mut flow, answer(200, &marked));
    }
    let Challenge::MfaSetup(challenge) = challenged(&challenge_of("MFA_SETUP", json!({"HINT": "m4rk"}))) else {
        panic!()
    };
    let mut flow = challenge.set_up_software_token(&client);
    texts.push(format!("{challenge:?} {flow:?} {:?}", flow.step(NOW, Event::Start)));
    let setup = done(flow.step(NOW, answer(200, r#"{"SecretCode":"m4rk","Session":"m4rk"}"#)));
    texts.push(format!("{setup:?} {:?}", setup.secret_code().otpauth_uri("issuer", "alice")));
    let mut flow = setup.verify(&client, "m4rk", seed());
    texts.push(format!("{flow:?}"));
    seen(&mut texts, &mut flow, Event::Start);
    seen(&mut texts, &mut flow, answer(200, r#"{"Status":"ERROR","Session":"m4rk"}"#));
    hold_no_mark(&texts);
}

/// What the service may well answer: each challenge of which the flow asks the proof, and whatever it likes beside.
fn answers(request: &Request) -> Vec<Event> {
    let verifier = |name: &str| answer(200, &password_verifier(json!({})).replace("PASSWORD_VERIFIER", name));
    let asked = |name: &str| answer(200, &challenge_of(name, json!({})));
    let request = (operation(request), body(request));
    let name = request.1["ChallengeName"].as_str().unwrap_or_default();
    let has_srp = request.1["AuthParameters"]["SRP_A"].is_string();
    let (proof, device) = (|| verifier("PASSWORD_VERIFIER"), || asked("DEVICE_SRP_AUTH"));
    let mut answers = match (request.0.as_str(), name) {
        ("ConfirmDevice", _) => return vec![answer(200, "{}"), answer(200, r#"{"UserConfirmationNecessary":true}"#)],
        ("VerifySoftwareToken", _) => {
            return ["SUCCESS", "SUCCESS", "ERROR"]
                .map(|status| answer(200, &json!({"Status": status, "Session": "s"}).to_string()))
                .into();
        }
        ("InitiateAuth", _) if has_srp => vec![proof(), proof(), proof(), proof()],
        (_, "DEVICE_SRP_AUTH") => Vec::from([(); 6].map(|()| verifier("DEVICE_PASSWORD_VERIFIER"))),
        _ => vec![device(), device(), device(), answer(200, &tokens_for_a_new_device())],
    };
    answers.extend([device(), proof(), asked("CUSTOM_CHALLENGE"), answer(200, SMS), answer(200, TOKENS)]);
    answers.extend([answer(200, &tokens_for_a_new_device()), asked("MFA_SETUP"), asked("TELEPATHY")]);
    answers.push(crate::test_support::refusal("ResourceNotFoundException", "Device does not exist."));
    answers
}

/// Seven requests: InitiateAuth, three proofs, the first two again without the device, and ConfirmDevice.
const MAX_REQUESTS: usize = 7 * MAX_ATTEMPTS as usize;

/// One of the flows that a sign-in is made of.
fn flow(number: usize) -> SignIn {
    let client = app_client();
    let setup = r#"{"version":1,"name":"MFA_SETUP","username":"alice","session":"s","secret_code":"JBSWY3DP"}"#;
    let Ok(Challenge::SoftwareTokenSetup(setup)) = serde_json::from_str(setup) else { panic!() };
    let mut flows = Vec::from([
        SignIn::srp(&client, "alice@example.com", "Very$ecur3", seed()),
        SignIn::password(&client, "alice@example.com", "Very$ecur3", seed()),
        SignIn::custom(&client, "alice@example.com", seed()),
        SignIn::custom_with_srp(&client, "alice@example.com", "Very$ecur3", seed()),
        setup.verify(&client, "123456", seed()),
    ]);
    flows.extend(every_answer(&client, "123456").into_iter().map(|(_, flow)| flow));
    let Challenge::Device(device) = stored("DEVICE_SRP_AUTH") else { panic!() };
    flows.push(device.answer(&client, devices(), seed()));
    let number = number % flows.len();
    flows.swap_remove(number).with_devices(devices())
}

#[test]
fn the_longest_sign_in_makes_as_many_requests_as_it_may() {
    let verifier = |name: &str| answer(200, &password_verifier(json!({})).replace("PASSWORD_VERIFIER", name));
    let gone = crate::test_support::refusal("ResourceNotFoundException", "Device does not exist.");
    let answers = [
        verifier("PASSWORD_VERIFIER"),
        answer(200, &challenge_of("DEVICE_SRP_AUTH", json!({}))),
        verifier("DEVICE_PASSWORD_VERIFIER"),
        gone,
        verifier("PASSWORD_VERIFIER"),
        answer(200, &tokens_for_a_new_device()),
        answer(200, "{}"),
    ];
    let mut flow = sign_in().with_devices(devices());
    let (mut event, mut requests) = (Event::Start, 0);
    for next in answers.into_iter().flat_map(|last| {
        // Each is throttled as often as it can be.
        let throttled = || crate::test_support::refusal("TooManyRequestsException", "slow down");
        [throttled(), throttled(), last]
    }) {
        while !matches!(flow.step(NOW, event).unwrap(), Step::Send(_)) {
            event = Event::Woke;
        }
        requests += 1;
        event = next;
    }
    signed_in(flow.step(NOW, event));
    assert_eq!(requests, MAX_REQUESTS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_sign_in_and_answer_comes_to_an_end_whatever_comes_in_whatever_order(
        number in 0_usize..64,
        moves in moves(),
    ) {
        run_to_the_end(flow(number), &moves, answers, MAX_REQUESTS)?;
    }

    #[test]
    fn the_set_up_of_an_authenticator_app_comes_to_an_end(moves in moves()) {
        let Challenge::MfaSetup(challenge) = stored("MFA_SETUP") else { panic!() };
        let secret = |_: &Request| vec![answer(200, r#"{"SecretCode":"JBSWY3DP","Session":"s"}"#)];
        run_to_the_end(challenge.set_up_software_token(&app_client()), &moves, secret, MAX_ATTEMPTS as usize)?;
    }
}
