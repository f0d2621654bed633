//! The challenge file after each way in which its sign-in can end.

use core::time::Duration;
use std::fs;

use cognito_testkit::{Fault, FaultPlan};
use serde_json::{Value, json};

use crate::stage::{APP_SECRET, NEW_PASSWORD, PASSWORD, RunResult, Stage};

const CHOICE: &str = "ANSWER=SOFTWARE_TOKEN_MFA";

/// Starts a sign-in of Carol, who has two factors, and returns the file with the challenge to choose a
/// factor.
fn stage_with_challenge_file(test: &str) -> (Stage, String) {
    let stage = Stage::with_two_factors(test, "carol");
    let file = stage.path("challenge.json");
    let begin = ["sign-in", "--username", "carol", "--challenge-file", &file];
    assert_eq!(stage.with_env(&begin, &[("COGNITO_PASSWORD", PASSWORD)]).code, 5);
    assert_eq!(challenge_name(&file), "SELECT_MFA_TYPE");
    (stage, file)
}

/// Returns the name of the challenge in the file.
fn challenge_name(file: &str) -> Value {
    let challenge: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    challenge["name"].clone()
}

fn resume(stage: &Stage, file: &str, answers: &[&str]) -> RunResult {
    let answers = answers.iter().flat_map(|answer| ["--answer", answer]);
    let arguments: Vec<&str> = ["sign-in", "--json", "--resume", file].into_iter().chain(answers).collect();
    stage.run(&arguments)
}

fn valid_code(stage: &Stage) -> String {
    format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app_code(APP_SECRET))
}

#[test]
fn an_invalid_answer_leaves_the_newest_challenge_in_the_file() {
    let (stage, file) = stage_with_challenge_file("resume_invalid");
    let empty = resume(&stage, &file, &[CHOICE, "SOFTWARE_TOKEN_MFA_CODE="]);
    assert_eq!(empty.error(2)["kind"], "InvalidInput");
    assert_eq!(challenge_name(&file), "SOFTWARE_TOKEN_MFA");
    assert_eq!(resume(&stage, &file, &[&valid_code(&stage)]).json()["username"], "carol");
}

#[test]
fn a_malformed_answer_leaves_the_newest_challenge_in_the_file() {
    let (stage, file) = stage_with_challenge_file("resume_page");
    stage.server.plan_fault(FaultPlan::next(Fault::Delay { millis: 0 }));
    stage.server.plan_fault(FaultPlan::next(Fault::Page { status: 403 }));
    let page = resume(&stage, &file, &[CHOICE, &valid_code(&stage)]);
    assert_eq!(page.error(4)["kind"], "Malformed");
    assert_eq!(challenge_name(&file), "SOFTWARE_TOKEN_MFA");
    assert_eq!(resume(&stage, &file, &[&valid_code(&stage)]).json()["username"], "carol");
}

#[test]
fn an_unknown_choice_leaves_the_challenge_in_the_file() {
    let (stage, file) = stage_with_challenge_file("resume_choice");
    fs::remove_file(&file).unwrap();
    let begin = ["sign-in", "--username", "carol", "--challenge-file", &file, "--answer", "ANSWER=PIGEON", "--json"];
    let wrong = stage.with_env(&begin, &[("COGNITO_PASSWORD", PASSWORD)]);
    assert_eq!(wrong.error(2)["kind"], "Usage");
    assert_eq!(challenge_name(&file), "SELECT_MFA_TYPE");
    assert_eq!(resume(&stage, &file, &[CHOICE, &valid_code(&stage)]).json()["username"], "carol");
}

#[test]
fn a_failed_app_setup_leaves_the_challenge_in_the_file() {
    let alice = json!({ "username": "alice", "password": PASSWORD, "status": "FORCE_CHANGE_PASSWORD" });
    let factors = ["SOFTWARE_TOKEN_MFA"];
    let changes = json!({ "mfa_configuration": "ON", "mfa_factors": factors, "users": [alice] });
    let stage = Stage::with_changes("resume_set_up", changes);
    let file = stage.path("challenge.json");
    let begin = ["sign-in", "--username", "alice", "--challenge-file", &file, "--json"];
    let passwords = [("COGNITO_PASSWORD", PASSWORD), ("COGNITO_NEW_PASSWORD", NEW_PASSWORD)];
    stage.server.plan_fault(FaultPlan::next(Fault::Page { status: 403 }).for_operation("AssociateSoftwareToken"));
    assert_eq!(stage.with_env(&begin, &passwords).error(4)["kind"], "Malformed");
    assert_eq!(challenge_name(&file), "MFA_SETUP");
    assert_eq!(resume(&stage, &file, &[]).error(5)["answers"], json!(["SOFTWARE_TOKEN_MFA_CODE"]));
}

#[test]
fn the_file_of_an_expired_challenge_is_removed() {
    let (stage, file) = stage_with_challenge_file("resume_expired");
    stage.server.advance(Duration::from_secs(3600));
    let expired = resume(&stage, &file, &[CHOICE]);
    assert_eq!(expired.error(3)["kind"], "StartAgain");
    assert!(!fs::exists(&file).unwrap());
}

#[test]
fn the_file_is_removed_when_the_service_accepts_the_answer() {
    let (stage, file) = stage_with_challenge_file("resume_elsewhere");
    let next = stage.path("next.json");
    let resume_to_next = |answers: &[&str]| {
        let answers: Vec<&str> = answers.iter().copied().chain(["--challenge-file", &next]).collect();
        let arguments = [&["sign-in", "--json", "--resume", &file], &answers[..]].concat();
        stage.run(&arguments)
    };
    // Without an answer the challenge stays in its file, and the message names that file.
    let unanswered = resume_to_next(&[]).error(5);
    assert!(unanswered["message"].as_str().unwrap().ends_with(&file), "{unanswered}");
    assert!(challenge_name(&file) == "SELECT_MFA_TYPE" && !fs::exists(&next).unwrap());

    let followed = resume_to_next(&["--answer", CHOICE]).error(5);
    assert!(followed["message"].as_str().unwrap().ends_with(&next), "{followed}");
    assert!(challenge_name(&next) == "SOFTWARE_TOKEN_MFA" && !fs::exists(&file).unwrap());
    assert_eq!(resume(&stage, &next, &[&valid_code(&stage)]).json()["username"], "carol");
    assert!(!fs::exists(&next).unwrap());
}

#[test]
fn one_challenge_file_with_two_paths_is_not_removed() {
    let (stage, file) = stage_with_challenge_file("resume_two_names");
    let arguments = ["sign-in", "--resume", &file, "--challenge-file", "./challenge.json", "--answer", CHOICE];
    assert_eq!(stage.run(&arguments).code, 5);
    assert_eq!(challenge_name(&file), "SOFTWARE_TOKEN_MFA");
}

#[test]
fn a_file_of_another_kind_is_not_overwritten() {
    let (stage, file) = stage_with_challenge_file("replace");
    let password = [("COGNITO_PASSWORD", PASSWORD)];
    let begin = |path: &str| {
        let arguments = ["sign-in", "--username", "carol", "--challenge-file", path, "--verbose"];
        stage.with_env(&arguments, &password)
    };
    let notes = stage.path("notes.txt");
    fs::write(&notes, "my notes").unwrap();
    let folder = stage.path("folder");
    fs::create_dir(&folder).unwrap();
    for path in [&notes, &folder] {
        let refused = begin(path);
        assert_eq!((refused.code, refused.stderr.contains("InitiateAuth")), (6, false), "{}", refused.stderr);
    }
    assert_eq!(fs::read_to_string(&notes).unwrap(), "my notes");
    // An older challenge is replaced, and so is an empty file, such as one from `mktemp`.
    let empty = stage.path("empty");
    fs::write(&empty, "").unwrap();
    for path in [&file, &empty] {
        assert_eq!((begin(path).code, challenge_name(path)), (5, json!("SELECT_MFA_TYPE")));
    }
}
