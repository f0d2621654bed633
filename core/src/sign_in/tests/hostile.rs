//! Whatever comes, in any order.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::test_support::cause;
use crate::{AppClient, MAX_ATTEMPTS};

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
    seen(&mut texts, &mut flow, Event::NoAnswer(cause("reset")));
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

fn event() -> impl Strategy<Value = Event> {
    let verifier = |name: &str| password_verifier(json!({})).replace("PASSWORD_VERIFIER", name);
    prop_oneof![
        Just(Event::Start),
        Just(Event::Woke),
        Just(Event::NotSent(cause("no route"))),
        Just(Event::NoAnswer(cause("timed out"))),
        (100_u16..600, ".{0,60}").prop_map(|(status, text)| answer(status, &text)),
        Just(answer(200, &verifier("PASSWORD_VERIFIER"))),
        Just(answer(200, &verifier("DEVICE_PASSWORD_VERIFIER"))),
        Just(answer(200, &challenge_of("DEVICE_SRP_AUTH", json!({})))),
        Just(crate::test_support::refusal("ResourceNotFoundException", "Device does not exist.")),
        Just(crate::test_support::refusal("NotAuthorizedException", "Incorrect username or password.")),
        Just(answer(200, r#"{"Status":"SUCCESS","Session":"s"}"#)),
        Just(answer(200, &tokens_for_a_new_device())),
        Just(answer(200, TOKENS)),
        Just(answer(200, SMS)),
    ]
}

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
    let number = number % flows.len();
    flows.swap_remove(number).with_devices(devices())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_events_in_any_order_come_to_an_end(
        number in 0_usize..64,
        events in prop::collection::vec(event(), 0..24),
    ) {
        let mut flow = flow(number);
        let (mut requests, mut first_error, mut is_over) = (0, None, false);
        for event in events {
            match flow.step(NOW, event) {
                Err(Error::Misuse(_)) => {}
                Err(error) => {
                    let text = format!("{error:?}");
                    prop_assert_eq!(first_error.get_or_insert(text.clone()), &text);
                }
                Ok(step) => {
                    prop_assert!(first_error.is_none() && !is_over);
                    requests += u32::from(matches!(step, Step::Send(_)));
                    is_over = matches!(step, Step::Done(_));
                }
            }
        }
        // InitiateAuth, three proofs, the first two again without the device, and ConfirmDevice.
        prop_assert!(requests <= 7 * MAX_ATTEMPTS);
    }
}
