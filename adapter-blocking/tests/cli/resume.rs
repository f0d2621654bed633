//! What becomes of a challenge file, however the sign-in ends that it is for.

use core::time::Duration;
use std::fs;

use cognito_testkit::{Fault, FaultPlan};
use serde_json::{Value, json};

use crate::stage::{APP_SECRET, NEW_PASSWORD, PASSWORD, Ran, Stage};

const CHOICE: &str = "ANSWER=SOFTWARE_TOKEN_MFA";

/// Carol, who has two factors, and the file of the challenge to choose one.
fn begun(test: &str) -> (Stage, String) {
    let stage = Stage::with_two_factors(test, "carol");
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
    format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app(APP_SECRET))
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
    stage.server.plan_fault(FaultPlan::next(Fault::Page { status: 403 }).for_operation("AssociateSoftwareToken"));
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

#[test]
fn a_challenge_file_goes_as_soon_as_its_answer_is_accepted() {
    let (stage, file) = begun("resume_elsewhere");
    let next = stage.path("next.json");
    let elsewhere = |answers: &[&str]| {
        let answers: Vec<&str> = answers.iter().copied().chain(["--challenge-file", &next]).collect();
        let arguments = [&["sign-in", "--json", "--resume", &file], &answers[..]].concat();
        stage.run(&arguments)
    };
    // Without an answer the challenge stays where it is, and is told to be there.
    let unanswered = elsewhere(&[]).error(5);
    assert!(unanswered["message"].as_str().unwrap().ends_with(&file), "{unanswered}");
    assert!(asked(&file) == "SELECT_MFA_TYPE" && !fs::exists(&next).unwrap());

    let followed = elsewhere(&["--answer", CHOICE]).error(5);
    assert!(followed["message"].as_str().unwrap().ends_with(&next), "{followed}");
    assert!(asked(&next) == "SOFTWARE_TOKEN_MFA" && !fs::exists(&file).unwrap());
    assert_eq!(resume(&stage, &next, &[&good_code(&stage)]).json()["username"], "carol");
    assert!(!fs::exists(&next).unwrap());
}

#[test]
fn one_challenge_file_by_two_names_is_not_removed_for_itself() {
    let (stage, file) = begun("resume_two_names");
    let arguments = ["sign-in", "--resume", &file, "--challenge-file", "./challenge.json", "--answer", CHOICE];
    assert_eq!(stage.run(&arguments).code, 5);
    assert_eq!(asked(&file), "SOFTWARE_TOKEN_MFA");
}

#[test]
fn a_file_that_is_no_challenge_is_not_replaced_by_one() {
    let (stage, file) = begun("replace");
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
    // An older challenge is replaced, and so is what mktemp has made.
    let empty = stage.path("empty");
    fs::write(&empty, "").unwrap();
    for path in [&file, &empty] {
        assert_eq!((begin(path).code, asked(path)), (5, json!("SELECT_MFA_TYPE")));
    }
}
