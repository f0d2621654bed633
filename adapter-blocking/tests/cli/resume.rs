//! What becomes of a challenge file, however the sign-in ends that it is for.

use core::time::Duration;
use std::fs;

use cognito_testkit::{Fault, FaultPlan};
use serde_json::{Value, json};

use crate::stage::{NEW_PASSWORD, PASSWORD, Ran, Stage};

const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const CHOICE: &str = "ANSWER=SOFTWARE_TOKEN_MFA";

/// Carol, who has two factors, and the file of the challenge to choose one.
fn begun(test: &str) -> (Stage, String) {
    let factors = json!(["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]);
    let mfa = json!({ "enabled": factors, "software_token_secret": SECRET });
    let attributes = json!({ "email": "carol@example.com" });
    let carol = json!({ "username": "carol", "password": PASSWORD, "mfa": mfa, "attributes": attributes });
    let changes = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": factors, "users": [carol] });
    let stage = Stage::with_changes(test, changes);
    let file = stage.path("challenge.json");
    let begin = ["sign-in", "--username", "carol", "--challenge-file", &file];
    assert_eq!(stage.with_env(&begin, &[("COGNITO_PASSWORD", PASSWORD)]).code, 5);
    assert_eq!(asked(&file), "SELECT_MFA_TYPE");
    (stage, file)
}

fn asked(file: &str) -> Value {
    let challenge: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    challenge["name"].clone()
}

fn resume(stage: &Stage, file: &str, answers: &[&str]) -> Ran {
    let answers = answers.iter().flat_map(|answer| ["--answer", answer]);
    let arguments: Vec<&str> = ["sign-in", "--json", "--resume", file].into_iter().chain(answers).collect();
    stage.run(&arguments)
}

fn good_code(stage: &Stage) -> String {
    format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app(SECRET))
}

#[test]
fn an_answer_that_cannot_be_sent_leaves_the_newest_challenge_in_the_file() {
    let (stage, file) = begun("resume_invalid");
    let empty = resume(&stage, &file, &[CHOICE, "SOFTWARE_TOKEN_MFA_CODE="]);
    assert_eq!(empty.error(2)["kind"], "InvalidInput");
    assert_eq!(asked(&file), "SOFTWARE_TOKEN_MFA");
    assert_eq!(resume(&stage, &file, &[&good_code(&stage)]).json()["username"], "carol");
}

#[test]
fn a_service_that_is_not_reached_leaves_the_newest_challenge_in_the_file() {
    let (stage, file) = begun("resume_page");
    stage.server.plan_fault(FaultPlan::next(Fault::Delay { millis: 0 }));
    stage.server.plan_fault(FaultPlan::next(Fault::Page { status: 403 }));
    let page = resume(&stage, &file, &[CHOICE, &good_code(&stage)]);
    assert_eq!(page.error(4)["kind"], "Malformed");
    assert_eq!(asked(&file), "SOFTWARE_TOKEN_MFA");
    assert_eq!(resume(&stage, &file, &[&good_code(&stage)]).json()["username"], "carol");
}

#[test]
fn a_choice_that_there_is_not_leaves_the_challenge_in_the_file() {
    let (stage, file) = begun("resume_choice");
    fs::remove_file(&file).unwrap();
    let begin = ["sign-in", "--username", "carol", "--challenge-file", &file, "--answer", "ANSWER=PIGEON", "--json"];
    let wrong = stage.with_env(&begin, &[("COGNITO_PASSWORD", PASSWORD)]);
    assert_eq!(wrong.error(2)["kind"], "Usage");
    assert_eq!(asked(&file), "SELECT_MFA_TYPE");
    assert_eq!(resume(&stage, &file, &[CHOICE, &good_code(&stage)]).json()["username"], "carol");
}

#[test]
fn a_set_up_that_does_not_begin_leaves_the_challenge_in_the_file() {
    let alice = json!({ "username": "alice", "password": PASSWORD, "status": "FORCE_CHANGE_PASSWORD" });
    let factors = ["SOFTWARE_TOKEN_MFA"];
    let changes = json!({ "mfa_configuration": "ON", "mfa_factors": factors, "users": [alice] });
    let stage = Stage::with_changes("resume_set_up", changes);
    let file = stage.path("challenge.json");
    let begin = ["sign-in", "--username", "alice", "--challenge-file", &file, "--json"];
    let passwords = [("COGNITO_PASSWORD", PASSWORD), ("COGNITO_NEW_PASSWORD", NEW_PASSWORD)];
    stage.server.plan_fault(FaultPlan::next(Fault::Page { status: 403 }).of("AssociateSoftwareToken"));
    assert_eq!(stage.with_env(&begin, &passwords).error(4)["kind"], "Malformed");
    assert_eq!(asked(&file), "MFA_SETUP");
    assert_eq!(resume(&stage, &file, &[]).error(5)["answers"], json!(["SOFTWARE_TOKEN_MFA_CODE"]));
}

#[test]
fn a_challenge_that_takes_no_answer_any_more_goes_with_its_file() {
    let (stage, file) = begun("resume_expired");
    stage.server.advance(Duration::from_secs(3600));
    let expired = resume(&stage, &file, &[CHOICE]);
    assert_eq!(expired.error(3)["kind"], "StartAgain");
    assert!(!fs::exists(&file).unwrap());
}
