mod challenges;
mod devices;
mod hostile;
mod mfa_setup;
mod openings;
mod origin;
mod srp;

use alloc::format;
use alloc::string::{String, ToString};

use serde_json::{Value, json};

use super::challenge::{Challenge, FactorSetup, MfaSetupChallenge, NewPasswordChallenge, SoftwareTokenSetup};
use super::{SignIn, SignInOutcome};
use crate::configuration::AppClient;
use crate::device::{DeviceRecord, Devices};
use crate::error::Error;
use crate::flow::{Event, Flow, Step};
use crate::operation::Context;
use crate::seed::Seed;
use crate::session::SignedIn;
use crate::srp::{EphemeralKey, Identity};
use crate::test_support::{NOW, answer, answer_with, app_client, body, done, sent};

const CANONICAL: &str = "0d4f1c2e-5a6b-4c7d-8e9f-001122334455";
const SECRET_BLOCK: &str = "b3BhcXVlIHNlY3JldCBibG9jayBpc3N1ZWQgYnkgdGhlIHNlcnZpY2U=";
const TOKENS: &str =
    r#"{"AuthenticationResult":{"AccessToken":"access","IdToken":"id","RefreshToken":"refresh","ExpiresIn":3600}}"#;
const SMS: &str = r#"{"ChallengeName":"SMS_MFA","Session":"next session","ChallengeParameters":
    {"CODE_DELIVERY_DESTINATION":"+*******34","USER_ID_FOR_SRP":"0d4f1c2e-5a6b-4c7d-8e9f-001122334455"}}"#;

fn seed() -> Seed {
    Seed::new([7; 32])
}

fn sign_in() -> SignIn {
    SignIn::srp(&app_client(), "alice@example.com", "Very$ecur3", seed())
}

/// Returns a PASSWORD_VERIFIER challenge as JSON. The object `changes` replaces parameters of the challenge.
/// A null removes the parameter.
fn password_verifier(changes: Value) -> String {
    let mut parameters = json!({
        "SALT": "22cb089ced3d3d89cbba8f0440f29226",
        "SECRET_BLOCK": SECRET_BLOCK,
        "SRP_B": "e36e39a5d1f11d83322d096882619f79",
        "USERNAME": CANONICAL,
        "USER_ID_FOR_SRP": CANONICAL,
    });
    for (name, value) in changes.as_object().unwrap() {
        let parameters = parameters.as_object_mut().unwrap();
        if value.is_null() {
            parameters.remove(name)
        } else {
            parameters.insert(name.clone(), value.clone())
        };
    }
    json!({"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}).to_string()
}

/// Starts the flow, and passes a response with this PASSWORD_VERIFIER challenge to the flow. Returns the body
/// of the next request, which contains the proof.
fn prove_password(flow: &mut SignIn, headers: &[(&str, &str)], challenge: &str) -> Value {
    sent(flow.step(NOW, Event::Start));
    body(&sent(flow.step(NOW, answer_with(200, headers, challenge))))
}

/// Returns the ephemeral SRP key that a flow derives from the tests' seed with this label.
fn ephemeral_key(label: &str) -> EphemeralKey {
    EphemeralKey::from_bytes(seed().expand::<32>(label).as_slice()).unwrap()
}

fn signature(key: &EphemeralKey, identity: Identity<'_>, timestamp: &str) -> String {
    let exchange =
        key.exchange(identity, "22cb089ced3d3d89cbba8f0440f29226", "e36e39a5d1f11d83322d096882619f79").unwrap();
    exchange.claim_signature(SECRET_BLOCK, timestamp).unwrap()
}

/// Returns the expected proof of the test password.
fn password_signature(user: &str, timestamp: &str) -> String {
    let identity = Identity { pool: "QdbSdK39m", user, password: "Very$ecur3" };
    signature(&ephemeral_key("SRP a"), identity, timestamp)
}

/// Returns a response with this challenge as JSON.
fn challenge_json(name: &str, parameters: Value) -> String {
    json!({"ChallengeName": name, "Session": "next session", "ChallengeParameters": parameters}).to_string()
}

/// Runs a sign-in in which the service answers the proof with this text. Returns the challenge from the
/// outcome.
fn challenge_after_proof(text: &str) -> Challenge {
    let mut flow = sign_in();
    prove_password(&mut flow, &[], &password_verifier(json!({})));
    challenge(flow.step(NOW, answer(200, text)))
}

#[track_caller]
fn challenge(step: Result<Step<SignInOutcome>, Error>) -> Challenge {
    match done(step) {
        SignInOutcome::Challenge(challenge) => challenge,
        SignInOutcome::SignedIn(signed_in) => panic!("expected a challenge, got {signed_in:?}"),
    }
}

#[track_caller]
fn signed_in(step: Result<Step<SignInOutcome>, Error>) -> SignedIn {
    match done(step) {
        SignInOutcome::SignedIn(signed_in) => signed_in,
        SignInOutcome::Challenge(challenge) => panic!("expected tokens, got {challenge:?}"),
    }
}

/// Returns the body of the first request of a flow.
fn first_request(mut flow: SignIn) -> Value {
    body(&sent(flow.step(NOW, Event::Start)))
}

const DEVICE_KEY: &str = "us-east-1_a1b2c3d4-5678-90ab-cdef-112233445566";

/// Returns the records of one device, which is registered for the test user.
fn devices() -> Devices {
    let mut devices: Devices =
        [DeviceRecord::new(CANONICAL, DEVICE_KEY, "-group", "device password").unwrap()].into_iter().collect();
    devices.insert_alias("alice@example.com", CANONICAL);
    devices
}

fn tokens_for_a_new_device() -> String {
    let new = json!({"DeviceKey": "us-east-1_new", "DeviceGroupKey": "-new"});
    json!({"AuthenticationResult": {"AccessToken": "access", "NewDeviceMetadata": new}}).to_string()
}

/// Restores a challenge from its stored form.
fn stored_challenge(name: &str) -> Challenge {
    let stored = json!({"version": 1, "name": name, "username": CANONICAL, "session": "next session"});
    serde_json::from_value(stored).unwrap()
}

/// Returns one flow for each kind of challenge, together with the name of the challenge. Each flow answers
/// the challenge.
fn every_answer(client: &AppClient, secret: &str) -> alloc::vec::Vec<(&'static str, SignIn)> {
    let mut answers = alloc::vec::Vec::new();
    for name in ["SMS_MFA", "EMAIL_OTP", "SMS_OTP", "SOFTWARE_TOKEN_MFA"] {
        let Challenge::Code(challenge) = stored_challenge(name) else { panic!() };
        answers.push((name, challenge.answer(client, secret, seed())));
    }
    let Challenge::SelectMfaType(select) = stored_challenge("SELECT_MFA_TYPE") else { panic!() };
    answers.push(("SELECT_MFA_TYPE", select.answer(client, &crate::operation::ChallengeName::SmsMfa, seed())));
    let Challenge::MfaSetup(setup) = stored_challenge("MFA_SETUP") else { panic!() };
    answers.push(("MFA_SETUP", setup.set_up_email(client, secret, seed())));
    let Challenge::NewPassword(new) = stored_challenge("NEW_PASSWORD_REQUIRED") else { panic!() };
    answers.push(("NEW_PASSWORD_REQUIRED", new.answer(client, secret, [], seed())));
    let Challenge::Custom(custom) = stored_challenge("CUSTOM_CHALLENGE") else { panic!() };
    answers.push(("CUSTOM_CHALLENGE", custom.answer(client, secret, seed())));
    let unknown = stored_challenge("TELEPATHY");
    answers.push(("TELEPATHY", unknown.answer_with(client, [("THOUGHT", secret)], seed())));
    answers
}

/// Checks that the texts contain no secret. The tests mark each secret with `m4rk`.
fn assert_no_mark(texts: &[String]) {
    for text in texts {
        assert!(!text.contains("m4rk"), "{text}");
    }
}

/// Runs one step of the flow, and records the `Debug` output of the step and of the flow.
fn log_step(texts: &mut alloc::vec::Vec<String>, flow: &mut SignIn, event: Event) {
    texts.push(format!("{:?}", flow.step(NOW, event)));
    texts.push(format!("{flow:?}"));
}
