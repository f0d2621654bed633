//! Challenges without a terminal: answers on the command line and on standard input, and challenge files.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{APP_SECRET, NEW_PASSWORD, PASSWORD, Stage, client, run_result};

const SIGN_IN: [&str; 4] = ["sign-in", "--username", "alice", "--json"];

fn stage_with_app(test: &str) -> Stage {
    let mfa = json!({ "enabled": ["SOFTWARE_TOKEN_MFA"], "software_token_secret": APP_SECRET });
    let user = json!({ "username": "alice", "password": PASSWORD, "mfa": mfa });
    let changes = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"], "users": [user] });
    Stage::with_changes(test, changes)
}

/// Creates a pool that requires a second factor and a given name, and a user with a temporary password.
fn stage_of_new_user(test: &str) -> Stage {
    let user = json!({ "username": "alice", "password": PASSWORD, "status": "FORCE_CHANGE_PASSWORD" });
    let changes = json!({
        "mfa_configuration": "ON",
        "mfa_factors": ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
        "required_attributes": ["given_name"],
        "users": [user],
    });
    Stage::with_changes(test, changes)
}

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SIGN_IN.into_iter().chain(more.iter().copied()).collect()
}

/// Returns the challenge and the missing answers of an error of the kind `AnswerNeeded`.
fn missing_answers(error: &Value) -> (&Value, &Value) {
    assert_eq!(error["kind"], "AnswerNeeded");
    (&error["challenge"], &error["answers"])
}

#[test]
fn the_second_factor_can_be_passed_with_the_password() {
    let stage = stage_with_app("given_code");
    let answer = format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app_code(APP_SECRET));
    let signed_in = stage.with_env(&arguments(&["--answer", &answer]), &[("COGNITO_PASSWORD", PASSWORD)]);
    assert_eq!(signed_in.json()["username"], "alice");
}

#[test]
fn a_sign_in_continues_from_the_challenge_file() {
    let stage = stage_with_app("resume");
    let file = stage.path("challenge.json");
    let asked = stage.with_env(&arguments(&["--challenge-file", &file]), &[("COGNITO_PASSWORD", PASSWORD)]).error(5);
    assert_eq!(missing_answers(&asked), (&json!("SOFTWARE_TOKEN_MFA"), &json!(["SOFTWARE_TOKEN_MFA_CODE"])));
    assert!(asked["message"].as_str().unwrap().contains(&file));
    assert_private(&file);
    assert!(!fs::read_to_string(&file).unwrap().contains(PASSWORD));

    // The service rejects a wrong code, and the challenge can be answered again.
    let wrong = ["sign-in", "--resume", &file, "--answer", "SOFTWARE_TOKEN_MFA_CODE=000000", "--json"];
    assert_eq!(stage.run(&wrong).error(3)["code"], "CodeMismatchException");
    let answer = format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app_code(APP_SECRET));
    let signed_in = stage.run(&["sign-in", "--resume", &file, "--answer", &answer]);
    assert_eq!(signed_in.text(), "Signed in as alice.\n");
    assert!(!fs::exists(&file).unwrap());
    assert_eq!(fs::read_dir(&stage.folder).unwrap().filter(|entry| is_temporary(entry.as_ref().unwrap())).count(), 0);
    assert!(stage.text(&["token"]).starts_with("ey"));
}

#[test]
fn the_alias_is_stored_if_a_sign_in_continues_from_a_file() {
    let mfa = json!({ "enabled": ["SOFTWARE_TOKEN_MFA"], "software_token_secret": APP_SECRET });
    let user = json!({ "username": "alice@example.com", "password": PASSWORD, "mfa": mfa });
    let factors = ["SOFTWARE_TOKEN_MFA"];
    let changes = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": factors, "users": [user],
        "username_attributes": ["email"] });
    let stage = Stage::with_changes("resume_alias", changes);
    let file = stage.path("challenge.json");
    let begin = ["sign-in", "--username", "alice@example.com", "--challenge-file", &file];
    assert_eq!(stage.with_env(&begin, &[("COGNITO_PASSWORD", PASSWORD)]).code, 5);
    let answer = format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app_code(APP_SECRET));
    assert_eq!(stage.run(&["sign-in", "--resume", &file, "--answer", &answer]).code, 0);
    assert!(stage.text(&["token", "--username", "alice@example.com"]).starts_with("ey"));
}

fn is_temporary(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_string_lossy().ends_with(".new")
}

#[cfg(unix)]
fn assert_private(file: &str) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_private(file: &str) {
    assert!(fs::exists(file).unwrap());
}

#[test]
fn a_missing_answer_is_named_without_a_challenge_file() {
    let stage = stage_with_app("no_file");
    let asked = stage.with_env(&SIGN_IN, &[("COGNITO_PASSWORD", PASSWORD)]).error(5);
    assert_eq!(missing_answers(&asked).1, &json!(["SOFTWARE_TOKEN_MFA_CODE"]));
    assert!(asked["message"].as_str().unwrap().contains("--challenge-file"));
}

#[test]
fn a_new_user_can_answer_each_challenge_in_a_new_process() {
    let stage = stage_of_new_user("new_user");
    let file = stage.path("challenge.json");
    let begin = arguments(&["--challenge-file", &file]);
    let asked = stage.with_env(&begin, &[("COGNITO_PASSWORD", PASSWORD)]).error(5);
    assert_eq!(missing_answers(&asked), (&json!("NEW_PASSWORD_REQUIRED"), &json!(["NEW_PASSWORD"])));

    let resume = ["sign-in", "--resume", &file, "--json"];
    let asked = stage.with_env(&resume, &[("COGNITO_NEW_PASSWORD", NEW_PASSWORD)]).error(5);
    assert_eq!(missing_answers(&asked).1, &json!(["userAttributes.given_name"]));

    let named: Vec<&str> = resume.into_iter().chain(["--answer", "userAttributes.given_name=Alice"]).collect();
    let asked = stage.with_env(&named, &[("COGNITO_NEW_PASSWORD", NEW_PASSWORD)]).error(5);
    assert_eq!(missing_answers(&asked), (&json!("MFA_SETUP"), &json!(["MFA_SETUP"])));

    let chosen: Vec<&str> = resume.into_iter().chain(["--answer", "MFA_SETUP=SOFTWARE_TOKEN_MFA"]).collect();
    let asked = stage.run(&chosen).error(5);
    assert_eq!(missing_answers(&asked), (&json!("MFA_SETUP"), &json!(["SOFTWARE_TOKEN_MFA_CODE"])));

    // The secret is only in the file that the message names.
    let hint = format!("the challenge is saved in {file}; the app's key is its member secret_code");
    assert!(asked["message"].as_str().unwrap().ends_with(&hint), "{asked}");
    assert!(stage.text(&["sign-in", "--help"]).contains("secret_code"));
    let challenge: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let secret = challenge["secret_code"].as_str().unwrap();
    assert!(!asked.to_string().contains(secret));
    let answer = format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app_code(secret));
    let verified: Vec<&str> = resume.into_iter().chain(["--answer", &answer]).collect();
    assert_eq!(stage.run(&verified).json()["username"], "alice");
    assert_eq!(stage.json(&["whoami"])["attributes"]["given_name"], "Alice");
    assert_eq!(stage.json(&["mfa", "status"])["enabled"], json!(["SOFTWARE_TOKEN_MFA"]));
}

#[test]
fn no_app_is_set_up_if_its_key_can_be_neither_shown_nor_saved() {
    let user = json!({ "username": "alice", "password": PASSWORD });
    let changes = json!({ "mfa_configuration": "ON", "mfa_factors": ["SOFTWARE_TOKEN_MFA"], "users": [user] });
    let stage = Stage::with_changes("no_key", changes);
    let password = [("COGNITO_PASSWORD", PASSWORD)];
    let asked = stage.with_env(&SIGN_IN, &password).error(5);
    assert_eq!(missing_answers(&asked), (&json!("MFA_SETUP"), &json!(["--challenge-file"])));
    let calls = stage.with_env(&arguments(&["--verbose"]), &password).stderr;
    assert!(calls.contains("RespondToAuthChallenge") && !calls.contains("AssociateSoftwareToken"), "{calls}");
}

/// Creates a pool without second factors, and a user with a temporary password.
fn stage_of_temporary_password(test: &str) -> Stage {
    let user = json!({ "username": "alice", "password": PASSWORD, "status": "FORCE_CHANGE_PASSWORD" });
    Stage::with_changes(test, json!({ "users": [user] }))
}

#[test]
fn the_new_password_is_the_second_line_of_standard_input() {
    let stage = stage_of_temporary_password("new_password_stdin");
    let begin = arguments(&["--password-stdin"]);
    let signed_in = stage.with_stdin(&begin, &format!("{PASSWORD}\n{NEW_PASSWORD}\n"));
    assert_eq!(signed_in.json()["username"], "alice");
    assert_eq!(stage.with_stdin(&begin, NEW_PASSWORD).json()["username"], "alice");
}

#[test]
fn the_environment_can_replace_the_line_of_the_new_password() {
    let stage = stage_of_temporary_password("new_password_eof");
    let begin = arguments(&["--password-stdin"]);
    let asked = stage.with_stdin(&begin, PASSWORD).error(5);
    assert_eq!(missing_answers(&asked), (&json!("NEW_PASSWORD_REQUIRED"), &json!(["NEW_PASSWORD"])));
    let password = stage.path("password");
    fs::write(&password, PASSWORD).unwrap();
    let mut command = stage.command(&begin);
    command.env("COGNITO_NEW_PASSWORD", NEW_PASSWORD).stdin(fs::File::open(password).unwrap());
    assert_eq!(run_result(&command.output().unwrap()).json()["username"], "alice");
}

#[test]
fn e_mail_codes_can_be_set_up_during_a_sign_in() {
    let stage = stage_of_new_user("email_setup");
    let file = stage.path("challenge.json");
    let lines = format!(
        "{PASSWORD}\nNEW_PASSWORD={NEW_PASSWORD}\nuserAttributes.given_name=A\nMFA_SETUP=EMAIL_OTP\nEMAIL=a@example.com\n"
    );
    let begin = arguments(&["--challenge-file", &file, "--password-stdin", "--answers-stdin"]);
    let asked = stage.with_stdin(&begin, &lines).error(5);
    assert_eq!(missing_answers(&asked), (&json!("EMAIL_OTP"), &json!(["EMAIL_OTP_CODE"])));
    let answer = format!("EMAIL_OTP_CODE={}", stage.last_code());
    assert_eq!(stage.run(&["sign-in", "--resume", &file, "--answer", &answer]).code, 0);
}

#[test]
fn a_second_factor_is_chosen_by_name() {
    let stage = Stage::with_two_factors("select", "alice");
    let password = [("COGNITO_PASSWORD", PASSWORD)];
    let asked = stage.with_env(&SIGN_IN, &password).error(5);
    assert_eq!(missing_answers(&asked), (&json!("SELECT_MFA_TYPE"), &json!(["ANSWER"])));
    let wrong = stage.with_env(&arguments(&["--answer", "ANSWER=PIGEON"]), &password).error(2);
    assert!(wrong["message"].as_str().unwrap().contains("SOFTWARE_TOKEN_MFA"));
    let code = format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app_code(APP_SECRET));
    let chosen = arguments(&["--answer", "ANSWER=SOFTWARE_TOKEN_MFA", "--answer", &code]);
    assert_eq!(stage.with_env(&chosen, &password).json()["username"], "alice");
}

#[test]
fn repeated_answers_go_to_custom_challenges_in_order() {
    let rounds = json!([{ "parameters": { "question": "one" }, "answer": "1" }, { "answer": "2" }]);
    let stage = Stage::with_changes("custom", json!({ "custom_auth": { "rounds": rounds } }));
    let given = ["--answer", "ANSWER=1", "--answer", "ANSWER=2"];
    let custom: Vec<&str> = arguments(&["--flow", "custom"]).into_iter().chain(given).collect();
    assert_eq!(stage.run(&custom).json()["username"], "alice");
    let with_srp: Vec<&str> = arguments(&["--flow", "custom-srp"]).into_iter().chain(given).collect();
    assert_eq!(stage.with_env(&with_srp, &[("COGNITO_PASSWORD", PASSWORD)]).json()["username"], "alice");
}

#[test]
fn a_remembered_device_replaces_the_second_factor() {
    let mfa = json!({ "enabled": ["SOFTWARE_TOKEN_MFA"], "software_token_secret": APP_SECRET });
    let user = json!({ "username": "alice", "password": PASSWORD, "mfa": mfa });
    let changes = json!({
        "mfa_configuration": "OPTIONAL",
        "mfa_factors": ["SOFTWARE_TOKEN_MFA"],
        "device_configuration": { "challenge_required_on_new_device": true },
        "clients": [client()],
        "users": [user],
    });
    let stage = Stage::with_changes("device", changes);
    let answer = format!("SOFTWARE_TOKEN_MFA_CODE={}", stage.app_code(APP_SECRET));
    let first = arguments(&["--answer", &answer, "--device-name", "laptop"]);
    let signed_in = stage.with_env(&first, &[("COGNITO_PASSWORD", PASSWORD)]).json();
    let key = signed_in["device"]["device_key"].as_str().unwrap();

    // The service knows the device now, and asks for no second factor.
    assert_eq!(stage.with_env(&SIGN_IN, &[("COGNITO_PASSWORD", PASSWORD)]).json()["device"], Value::Null);
    let devices = stage.json(&["devices", "list"]);
    assert_eq!((&devices["devices"][0]["device_key"], devices["devices"].as_array().unwrap().len()), (&json!(key), 1));
    assert_eq!(devices["devices"][0]["attributes"]["device_name"], "laptop");
    assert!(stage.text(&["devices", "list"]).starts_with(&format!("{key}  laptop  2")));

    let remembered = stage.json(&["devices", "remember"]);
    assert_eq!(remembered, json!({ "device_key": key, "remembered": true }));
    let not = stage.json(&["devices", "remember", key, "--not"]);
    assert_eq!(not, json!({ "device_key": key, "remembered": false }));
    assert_eq!(stage.json(&["devices", "forget"]), json!({ "device_key": key, "forgotten": true }));
    assert_eq!(stage.run(&["devices", "forget", "--json"]).error(2)["kind"], "Usage");
    assert_eq!(stage.with_env(&SIGN_IN, &[("COGNITO_PASSWORD", PASSWORD)]).code, 5);
}
