//! Tests with hostile input: any events, in any order.

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
    log_step(&mut texts, &mut flow, Event::Start);
    log_step(&mut texts, &mut flow, answer(200, &password_verifier(json!({}))));
    log_step(&mut texts, &mut flow, answer(200, &challenge_json("DEVICE_SRP_AUTH", json!({}))));
    let verifier = password_verifier(json!({})).replace("PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER");
    log_step(&mut texts, &mut flow, answer(200, &verifier));
    let marked = r#"{"AuthenticationResult":{"AccessToken":"m4rk","IdToken":"m4rk","RefreshToken":"m4rk",
        "NewDeviceMetadata":{"DeviceKey":"k","DeviceGroupKey":"g"}}}"#;
    log_step(&mut texts, &mut flow, answer(200, marked));
    log_step(&mut texts, &mut flow, no_answer("reset"));
    assert_no_mark(&texts);
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
        log_step(&mut texts, &mut flow, Event::Start);
        let marked = challenge_json("MFA_SETUP", json!({"HINT": "m4rk"})).replace("next session", "m4rk-session");
        log_step(&mut texts, &mut flow, answer(200, &marked));
    }
    let Challenge::MfaSetup(challenge) = challenge_after_proof(&challenge_json("MFA_SETUP", json!({"HINT": "m4rk"})))
    else {
        panic!()
    };
    let mut flow = challenge.set_up_software_token(&client);
    texts.push(format!("{challenge:?} {flow:?} {:?}", flow.step(NOW, Event::Start)));
    let setup = done(flow.step(NOW, answer(200, r#"{"SecretCode":"m4rk","Session":"m4rk"}"#)));
    texts.push(format!("{setup:?} {:?}", setup.secret_code().otpauth_uri("issuer", "alice")));
    let mut flow = setup.verify(&client, "m4rk", seed());
    texts.push(format!("{flow:?}"));
    log_step(&mut texts, &mut flow, Event::Start);
    log_step(&mut texts, &mut flow, answer(200, r#"{"Status":"ERROR","Session":"m4rk"}"#));
    assert_no_mark(&texts);
}

/// Returns possible responses to a request. Most of these responses are valid after this request, and some
/// are not.
fn answers(request: &Request) -> Vec<Event> {
    let verifier = |name: &str| answer(200, &password_verifier(json!({})).replace("PASSWORD_VERIFIER", name));
    let challenge_named = |name: &str| answer(200, &challenge_json(name, json!({})));
    let request = (operation(request), body(request));
    let name = request.1["ChallengeName"].as_str().unwrap_or_default();
    let has_srp = request.1["AuthParameters"]["SRP_A"].is_string();
    let (proof, device) = (|| verifier("PASSWORD_VERIFIER"), || challenge_named("DEVICE_SRP_AUTH"));
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
    answers.extend([device(), proof(), challenge_named("CUSTOM_CHALLENGE"), answer(200, SMS), answer(200, TOKENS)]);
    answers.extend([
        answer(200, &tokens_for_a_new_device()),
        challenge_named("MFA_SETUP"),
        challenge_named("TELEPATHY"),
    ]);
    answers.push(crate::test_support::refusal("ResourceNotFoundException", "Device does not exist."));
    answers
}

/// The maximum number of requests in one flow. Without retries, a flow sends at most seven requests. The flow
/// sends InitiateAuth and three proofs. If the service rejects the device, the flow sends InitiateAuth and
/// the first proof again. The last request is ConfirmDevice.
const MAX_REQUESTS: usize = 7 * MAX_ATTEMPTS as usize;

/// Returns one of the flows that start a sign-in or answer a challenge.
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
    let Challenge::Device(device) = stored_challenge("DEVICE_SRP_AUTH") else { panic!() };
    flows.push(device.answer(&client, devices(), seed()));
    let number = number % flows.len();
    flows.swap_remove(number).with_devices(devices())
}

#[test]
fn the_longest_sign_in_makes_max_requests() {
    let verifier = |name: &str| answer(200, &password_verifier(json!({})).replace("PASSWORD_VERIFIER", name));
    let gone = crate::test_support::refusal("ResourceNotFoundException", "Device does not exist.");
    let answers = [
        verifier("PASSWORD_VERIFIER"),
        answer(200, &challenge_json("DEVICE_SRP_AUTH", json!({}))),
        verifier("DEVICE_PASSWORD_VERIFIER"),
        gone,
        verifier("PASSWORD_VERIFIER"),
        answer(200, &tokens_for_a_new_device()),
        answer(200, "{}"),
    ];
    let mut flow = sign_in().with_devices(devices());
    let (mut event, mut requests) = (Event::Start, 0);
    for next in answers.into_iter().flat_map(|last| {
        // The service throttles each request twice, so that the flow needs all three attempts.
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
    fn every_flow_ends_for_any_events_in_any_order(
        number in 0_usize..64,
        moves in moves(),
    ) {
        run_to_the_end(flow(number), &moves, answers, MAX_REQUESTS)?;
    }

    #[test]
    fn the_setup_of_an_authenticator_app_ends(moves in moves()) {
        let Challenge::MfaSetup(challenge) = stored_challenge("MFA_SETUP") else { panic!() };
        let secret = |_: &Request| vec![answer(200, r#"{"SecretCode":"JBSWY3DP","Session":"s"}"#)];
        run_to_the_end(challenge.set_up_software_token(&app_client()), &moves, secret, MAX_ATTEMPTS as usize)?;
    }
}
