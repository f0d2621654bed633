//! Tests of a sign-in with a remembered device, with a new device, and with a device that the service no
//! longer knows.

use super::*;
use crate::device::DeviceRegistration;
use crate::error::RefusalKind;
use crate::operation::ChallengeName;
use crate::test_support::{failed, no_answer, refusal};

fn device_srp_auth() -> String {
    challenge_json("DEVICE_SRP_AUTH", json!({"DEVICE_KEY": DEVICE_KEY}))
}

fn device_password_verifier() -> String {
    let parameters = json!({
        "SALT": "22cb089ced3d3d89cbba8f0440f29226",
        "SECRET_BLOCK": SECRET_BLOCK,
        "SRP_B": "e36e39a5d1f11d83322d096882619f79",
        "DEVICE_KEY": DEVICE_KEY,
    });
    json!({"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "Session": "device session", "ChallengeParameters": parameters})
        .to_string()
}

fn does_not_exist() -> Event {
    refusal("ResourceNotFoundException", "Device does not exist.")
}

fn incorrect() -> Event {
    refusal("NotAuthorizedException", "Incorrect username or password.")
}

/// Returns a sign-in by SRP that has sent the proof of the password.
fn sign_in_after_proof() -> SignIn {
    let mut flow = sign_in().with_devices(devices());
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    flow
}

#[test]
fn the_proof_and_every_answer_name_the_device() {
    let mut flow = sign_in().with_devices(devices());
    let initiate = body(&sent(flow.step(NOW, Event::Start)));
    assert!(initiate["AuthParameters"].get("DEVICE_KEY").is_none());
    let proof = body(&sent(flow.step(NOW, answer(200, &password_verifier(json!({}))))));
    assert_eq!(proof["ChallengeResponses"]["DEVICE_KEY"], DEVICE_KEY);
    for (name, flow) in every_answer(&app_client(), "123456") {
        let request = first_request(flow.with_devices(devices()));
        assert_eq!(request["ChallengeResponses"]["DEVICE_KEY"], DEVICE_KEY, "{name}");
    }
}

#[test]
fn without_srp_the_first_request_names_the_device() {
    for flow in [
        SignIn::password(&app_client(), "alice@example.com", "Very$ecur3", seed()),
        SignIn::custom(&app_client(), "alice@example.com", seed()),
    ] {
        assert_eq!(first_request(flow.with_devices(devices()))["AuthParameters"]["DEVICE_KEY"], DEVICE_KEY);
    }
}

#[test]
fn another_users_device_is_not_named() {
    let flow = SignIn::password(&app_client(), "bob", "Very$ecur3", seed()).with_devices(devices());
    assert!(first_request(flow)["AuthParameters"].get("DEVICE_KEY").is_none());
}

#[test]
fn a_device_proves_itself_by_srp() {
    let mut flow = sign_in_after_proof();
    let begin = body(&sent(flow.step(NOW, answer(200, &device_srp_auth()))));
    let key = ephemeral_key("device SRP a");
    assert_eq!((&begin["ChallengeName"], &begin["Session"]), (&json!("DEVICE_SRP_AUTH"), &json!("next session")));
    assert_eq!(
        begin["ChallengeResponses"],
        json!({"USERNAME": CANONICAL, "DEVICE_KEY": DEVICE_KEY, "SRP_A": key.srp_a()})
    );
    let proof = body(&sent(flow.step(NOW, answer(200, &device_password_verifier()))));
    let identity = Identity { pool: "-group", user: DEVICE_KEY, password: "device password" };
    assert_eq!(proof["Session"], "device session");
    assert_eq!(
        proof["ChallengeResponses"],
        json!({
            "USERNAME": CANONICAL,
            "DEVICE_KEY": DEVICE_KEY,
            "PASSWORD_CLAIM_SECRET_BLOCK": SECRET_BLOCK,
            "PASSWORD_CLAIM_SIGNATURE": signature(&key, identity, "Tue Jan 1 06:06:09 UTC 2019"),
            "TIMESTAMP": "Tue Jan 1 06:06:09 UTC 2019",
        })
    );
    let signed_in = signed_in(flow.step(NOW, answer(200, TOKENS)));
    assert_eq!(signed_in.session.device_key(), Some(DEVICE_KEY));
    assert!(matches!(signed_in.device.registration, DeviceRegistration::NotNeeded));
    assert_eq!(signed_in.device.aliases, ["alice@example.com"]);
}

/// Regression test: the npm client `amazon-cognito-identity-js` sends the device's proof with an old
/// challenge session. This client also sends the proof only after some kinds of challenges.
#[test]
fn a_device_proof_may_follow_any_answer() {
    for (name, flow) in every_answer(&app_client(), "123456") {
        let mut flow = flow.with_devices(devices());
        sent(flow.step(NOW, Event::Start));
        let text = device_srp_auth().replace("next session", "newest session");
        assert_eq!(body(&sent(flow.step(NOW, answer(200, &text))))["Session"], "newest session", "{name}");
        sent(flow.step(NOW, answer(200, &device_password_verifier())));
        signed_in(flow.step(NOW, answer(200, TOKENS)));
    }
}

#[test]
fn any_challenge_may_follow_a_devices_proof() {
    let mut flow = sign_in_after_proof();
    sent(flow.step(NOW, answer(200, &device_srp_auth())));
    sent(flow.step(NOW, answer(200, &device_password_verifier())));
    assert_eq!(challenge(flow.step(NOW, answer(200, SMS))).name(), &ChallengeName::SmsMfa);
}

#[test]
fn a_flow_proves_its_device_only_once() {
    let mut flow = sign_in_after_proof();
    sent(flow.step(NOW, answer(200, &device_srp_auth())));
    sent(flow.step(NOW, answer(200, &device_password_verifier())));
    assert!(matches!(challenge(flow.step(NOW, answer(200, &device_srp_auth()))), Challenge::Device(_)));
}

/// Regression test: the npm client `amazon-cognito-identity-js` sends the first request without the device
/// key, and must therefore send one more request.
#[test]
fn without_a_record_device_srp_auth_is_a_storable_challenge() {
    let stored = serde_json::to_string(&challenge_after_proof(&device_srp_auth())).unwrap();
    let Challenge::Device(challenge) = serde_json::from_str(&stored).unwrap() else { panic!() };
    let request = first_request(challenge.answer(&app_client(), devices(), seed()));
    assert_eq!(request["ChallengeResponses"]["DEVICE_KEY"], DEVICE_KEY);
    let mut flow = challenge.answer(&app_client(), Devices::new(), seed());
    assert!(matches!(failed(flow.step(NOW, Event::Start)), Error::InvalidInput(_)));
}

#[test]
fn a_new_device_is_registered_before_the_user_is_signed_in() {
    let mut flow = sign_in().with_device_name("laptop");
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    let request = body(&sent(flow.step(NOW, answer(200, &tokens_for_a_new_device()))));
    assert_eq!((&request["AccessToken"], &request["DeviceKey"]), (&json!("access"), &json!("us-east-1_new")));
    assert_eq!(request["DeviceName"], "laptop");
    let signed_in = signed_in(flow.step(NOW, answer(200, r#"{"UserConfirmationNecessary":true}"#)));
    let DeviceRegistration::Confirmed(confirmed) = &signed_in.device.registration else { panic!() };
    assert!(confirmed.user_confirmation_necessary);
    assert_eq!((confirmed.record.username(), confirmed.record.device_group_key()), (CANONICAL, "-new"));
    assert_eq!(signed_in.session.device_key(), Some("us-east-1_new"));

    let verifier = crate::srp::DeviceVerifier::generate("-new", "us-east-1_new", &seed());
    assert_eq!(confirmed.record.password(), verifier.password());
    assert_eq!(request["DeviceSecretVerifierConfig"]["PasswordVerifier"], verifier.password_verifier());

    let mut devices = Devices::new();
    assert!(devices.update(signed_in.session.username(), &signed_in.device));
    assert_eq!(devices.get("alice@example.com"), Some(&confirmed.record));
    assert!(!devices.update(signed_in.session.username(), &signed_in.device), "nothing new");
}

/// Regression test: the npm client `amazon-cognito-identity-js` reports a failed sign-in, although the
/// service has sent the tokens.
#[test]
fn a_failed_registration_keeps_the_tokens_and_can_be_retried() {
    for event in [
        refusal("InvalidParameterException", "no"),
        refusal("NotAuthorizedException", "Invalid session for the user."),
        no_answer("reset"),
        answer(200, "no JSON"),
        answer(503, ""),
    ] {
        let mut flow = sign_in();
        prove_password(&mut flow, &[], &password_verifier(json!({})));
        let request = body(&sent(flow.step(NOW, answer(200, &tokens_for_a_new_device()))));
        // After an error that allows a retry, the flow sends the same bytes again.
        let mut step = flow.step(NOW, event.clone());
        while let Ok(Step::Wait(_) | Step::Send(_)) = &step {
            let next = if matches!(step, Ok(Step::Wait(_))) { Event::Woke } else { event.clone() };
            step = flow.step(NOW, next);
        }
        let signed_in = signed_in(step);
        assert_eq!(signed_in.session.access_token().expose(), "access");
        let DeviceRegistration::Failed(failed) = signed_in.device.registration else { panic!() };

        let new_device = failed.new_device.unwrap();
        let mut again = crate::RegisterDevice::new(&app_client(), &signed_in.session, new_device);
        assert_eq!(body(&sent(again.step(NOW, Event::Start))), request, "the same password");
        // The service sends this error if it has already processed the first request.
        let exists = refusal("DeviceKeyExistsException", "Device key already exists.");
        assert_eq!(done(again.step(NOW, exists)).record.device_key(), "us-east-1_new");
    }
}

#[test]
fn tokens_with_unusable_device_keys_are_kept() {
    for new in [json!({}), json!({"DeviceKey": "k"}), json!({"DeviceKey": "", "DeviceGroupKey": "-g"})] {
        let mut flow = sign_in();
        prove_password(&mut flow, &[], &password_verifier(json!({})));
        let text = json!({"AuthenticationResult": {"AccessToken": "access", "NewDeviceMetadata": new}}).to_string();
        let signed_in = signed_in(flow.step(NOW, answer(200, &text)));
        let DeviceRegistration::Failed(failed) = signed_in.device.registration else { panic!() };
        assert!(failed.new_device.is_none());
    }
}

#[test]
fn misuse_while_a_device_is_registered_changes_nothing() {
    let mut flow = sign_in();
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    sent(flow.step(NOW, answer(200, &tokens_for_a_new_device())));
    assert!(matches!(failed(flow.step(NOW, Event::Woke)), Error::Misuse(_)));
    signed_in(flow.step(NOW, answer(200, "{}")));
}

#[test]
fn a_sign_in_starts_again_once_without_a_gone_device() {
    type Stage = fn(&mut SignIn);
    let stages: [(&str, Stage, Event); 5] = [
        ("the proof", |_| (), does_not_exist()),
        ("the proof", |_| (), refusal("InvalidParameterException", "Invalid device key given.")),
        ("DEVICE_SRP_AUTH", |flow| drop(sent(flow.step(NOW, answer(200, &device_srp_auth())))), does_not_exist()),
        (
            "the device's proof",
            |flow| {
                sent(flow.step(NOW, answer(200, &device_srp_auth())));
                sent(flow.step(NOW, answer(200, &device_password_verifier())));
            },
            incorrect(),
        ),
        (
            "the device's proof",
            |flow| {
                sent(flow.step(NOW, answer(200, &device_srp_auth())));
                sent(flow.step(NOW, answer(200, &device_password_verifier())));
            },
            does_not_exist(),
        ),
    ];
    for (stage, reach, refusal) in stages {
        let mut flow = sign_in_after_proof();
        reach(&mut flow);
        let again = body(&sent(flow.step(NOW, refusal)));
        let fresh = ephemeral_key("SRP a, again");
        assert_eq!(
            again["AuthParameters"],
            json!({"USERNAME": "alice@example.com", "SRP_A": fresh.srp_a()}),
            "at {stage}"
        );
        let later = answer_with(200, &[("Date", "Wed, 04 Mar 2020 19:33:59 GMT")], &password_verifier(json!({})));
        let proof = body(&sent(flow.step(NOW, later)));
        let identity = Identity { pool: "QdbSdK39m", user: CANONICAL, password: "Very$ecur3" };
        let expected = signature(&fresh, identity, "Wed Mar 4 19:33:59 UTC 2020");
        assert_eq!(proof["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"], expected);
        assert!(proof["ChallengeResponses"].get("DEVICE_KEY").is_none());

        sent(flow.step(NOW, answer(200, &tokens_for_a_new_device())));
        let signed_in = signed_in(flow.step(NOW, answer(200, "{}")));
        assert_eq!(signed_in.device.gone_device_key.as_deref(), Some(DEVICE_KEY));
        let mut devices = devices();
        devices.update(signed_in.session.username(), &signed_in.device);
        assert_eq!(devices.get(CANONICAL).unwrap().device_key(), "us-east-1_new");
    }
}

#[test]
fn a_sign_in_without_srp_starts_again_too() {
    for flow in [
        SignIn::password(&app_client(), CANONICAL, "Very$ecur3", seed()),
        SignIn::custom(&app_client(), CANONICAL, seed()),
    ] {
        let mut flow = flow.with_devices(devices());
        let before = body(&sent(flow.step(NOW, Event::Start)));
        let mut again = body(&sent(flow.step(NOW, does_not_exist())));
        again["AuthParameters"]["DEVICE_KEY"] = json!(DEVICE_KEY);
        assert_eq!(again, before);
    }
}

/// Regression test: the npm client `amazon-cognito-identity-js` retries the answer forever, with
/// `"DEVICE_KEY": null`.
#[test]
fn an_answer_is_retried_once_without_a_gone_device() {
    for (name, flow) in every_answer(&app_client(), "123456") {
        let mut flow = flow.with_devices(devices());
        let mut before = body(&sent(flow.step(NOW, Event::Start)));
        before["ChallengeResponses"].as_object_mut().unwrap().remove("DEVICE_KEY");
        assert_eq!(body(&sent(flow.step(NOW, does_not_exist()))), before, "{name}");
        let error = failed(flow.step(NOW, does_not_exist()));
        assert_eq!(error.refusal_kind(), Some(RefusalKind::ResourceNotFound), "no second retry");
    }
}

#[test]
fn a_gone_device_with_a_spent_session_fails_with_start_again() {
    for refused_at in [0, 1] {
        let Challenge::Code(challenge) = challenge_after_proof(SMS) else { panic!() };
        let mut flow = challenge.answer(&app_client(), "123456", seed()).with_devices(devices());
        sent(flow.step(NOW, Event::Start));
        sent(flow.step(NOW, answer(200, &device_srp_auth())));
        let refused = if refused_at == 1 {
            sent(flow.step(NOW, answer(200, &device_password_verifier())));
            incorrect()
        } else {
            does_not_exist()
        };
        match failed(flow.step(NOW, refused)) {
            Error::StartAgain(again) => assert_eq!(again.gone_device_key.as_deref(), Some(DEVICE_KEY)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_challenge_remembers_that_the_device_is_gone() {
    let mut flow = sign_in_after_proof();
    sent(flow.step(NOW, does_not_exist()));
    let challenge = challenge(flow.step(NOW, answer(200, SMS)));
    assert_eq!(challenge.gone_device_key(), Some(DEVICE_KEY));
    let stored = serde_json::to_string(&challenge).unwrap();
    let Challenge::Code(challenge) = serde_json::from_str(&stored).unwrap() else { panic!() };
    let mut flow = challenge.answer(&app_client(), "123456", seed()).with_devices(devices());
    let request = body(&sent(flow.step(NOW, Event::Start)));
    assert!(request["ChallengeResponses"].get("DEVICE_KEY").is_none());
    assert_eq!(signed_in(flow.step(NOW, answer(200, TOKENS))).device.gone_device_key.as_deref(), Some(DEVICE_KEY));
}

#[test]
fn other_rejections_are_not_blamed_on_the_device() {
    for (code, message) in [
        ("NotAuthorizedException", "Incorrect username or password."),
        ("ResourceNotFoundException", "User pool client 3pu8 does not exist."),
        ("CodeMismatchException", "Invalid device code"),
    ] {
        let error = failed(sign_in_after_proof().step(NOW, refusal(code, message)));
        assert!(matches!(error, Error::Refused(_)), "{error}");
    }
    let mut flow = sign_in();
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    assert!(matches!(failed(flow.step(NOW, does_not_exist())), Error::Refused(_)), "no device was named");
    let mut flow = sign_in_after_proof();
    sent(flow.step(NOW, answer(200, &device_srp_auth())));
    let lost = failed(flow.step(NOW, no_answer("reset")));
    assert!(matches!(lost, Error::NotReached(_)));
}
