//! What is never shown.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{NEW_PASSWORD, PASSWORD, Stage};

const SECRET: &str = "0example0secret0of0the0app0client0";

/// An app client with a secret, and the environment that has it.
fn stage(test: &str) -> Stage {
    Stage::with_changes(test, json!({ "clients": [{ "name": "app", "secret": SECRET }] }))
}

#[test]
fn verbose_shows_each_call_and_nothing_of_what_is_sent_or_answered() {
    let stage = stage("verbose");
    let variables = [("COGNITO_PASSWORD", PASSWORD), ("COGNITO_CLIENT_SECRET", SECRET)];
    let ran = stage.with_env(&["sign-in", "--username", "alice", "--verbose"], &variables);
    assert_eq!((ran.code, &*ran.stdout), (0, "Signed in as alice.\n"));
    let calls: Vec<&str> = ran.stderr.lines().map(|line| line.split(", request id").next().unwrap()).collect();
    let expected =
        ["cognito: InitiateAuth, attempt 1: status 200", "cognito: RespondToAuthChallenge, attempt 1: status 200"];
    assert_eq!(calls, expected);
    assert!(ran.stderr.lines().all(|line| line.ends_with(" ms")), "{}", ran.stderr);
    let json = stage.with_env(&["sign-in", "--username", "alice", "--verbose", "--json"], &variables);
    let first: Value = serde_json::from_str(json.stderr.lines().next().unwrap()).unwrap();
    assert_eq!((&first["request"]["operation"], &first["request"]["status"]), (&json!("InitiateAuth"), &json!(200)));
    let access = stage.with_env(&["token"], &[("COGNITO_CLIENT_SECRET", SECRET)]).text();
    for secret in [PASSWORD, SECRET, access.trim(), "alice"] {
        assert!(!ran.stderr.contains(secret), "{}", ran.stderr);
    }
}

#[test]
fn an_answer_that_is_no_pair_is_not_repeated() {
    let stage = stage("no_pair");
    for arguments in [
        &["sign-in", "--username", "alice", "--answer", "hunter2"][..],
        &["sign-up", "--username", "alice", "--attribute", "hunter2"],
        &["call", "SignUp", "--json", "hunter2"],
        &["call", "SignUp", "--json", r#"{"Username":"a","Password":["hunter2"]}"#],
    ] {
        let ran = stage.with_env(arguments, &[("COGNITO_PASSWORD", PASSWORD), ("COGNITO_CLIENT_SECRET", SECRET)]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2") && !ran.stdout.contains("hunter2"), "{}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_password_that_is_not_utf_8_is_input_that_cannot_be_sent_and_is_not_repeated() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    use crate::stage::{Ran, ran};

    let stage = Stage::new("not_utf_8");
    let password = b"hunter2\xff\n";
    let told = |ran: Ran| {
        let error = ran.error(2);
        assert!(error["kind"] == "Usage" && !ran.stderr.contains("hunter2"), "{error}");
        error["message"].as_str().unwrap().to_owned()
    };
    let sign_in = ["sign-in", "--username", "alice", "--json"];
    let from_stdin = [&sign_in[..], &["--password-stdin"]].concat();
    assert_eq!(told(stage.with_stdin(&from_stdin, password)), "the input is not UTF-8");
    for variable in ["COGNITO_PASSWORD", "COGNITO_NEW_PASSWORD"] {
        let mut command = stage.command(&sign_in);
        command.env("COGNITO_PASSWORD", PASSWORD).env(variable, OsStr::from_bytes(password));
        assert_eq!(told(ran(&command.output().unwrap())), format!("{variable} is not UTF-8"));
    }
}

#[test]
fn no_help_shows_the_secret_that_is_in_the_environment() {
    let stage = stage("help_secret");
    for arguments in [&["--help"][..], &["sign-in", "--help"]] {
        let help = stage.with_env(arguments, &[("COGNITO_CLIENT_SECRET", SECRET)]).text();
        assert!(help.contains("COGNITO_CLIENT_SECRET") && !help.contains(SECRET));
    }
}

#[test]
fn a_refusal_is_told_without_the_passwords() {
    let stage = stage("refusal_secrets");
    let variables = [("COGNITO_PASSWORD", PASSWORD), ("COGNITO_CLIENT_SECRET", SECRET)];
    assert_eq!(stage.with_env(&["sign-in", "--username", "alice"], &variables).code, 0);
    let variables = [variables[1], ("COGNITO_PASSWORD", NEW_PASSWORD), ("COGNITO_NEW_PASSWORD", "Other-password-3")];
    let error = stage.with_env(&["password", "change", "--json"], &variables).error(3).to_string();
    for secret in [NEW_PASSWORD, "Other-password-3", SECRET] {
        assert!(!error.contains(secret), "{error}");
    }
}

#[test]
fn the_store_is_named_in_an_error_and_not_quoted() {
    let stage = stage("store_secrets");
    let store = stage.path("sessions.json");
    let contents = json!({ "version": 1, "records": { "a": ["hunter2"] } });
    fs::write(&store, contents.to_string()).unwrap();
    let ran = stage.run(&["token", "--store", &store, "--json"]);
    let error: Value = ran.error(6);
    assert!(error["message"].as_str().unwrap().contains("sessions.json") && !ran.stderr.contains("hunter2"));
}

#[test]
fn a_code_need_not_stand_on_the_command_line() {
    let factors = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"] });
    let stage = Stage::with_changes("code_stdin", factors);
    let sign_up = ["sign-up", "--username", "bob", "--attribute", "email=bob@example.com", "--password-stdin"];
    assert_eq!(stage.with_stdin(&sign_up, PASSWORD).code, 0);
    let confirmed = stage.with_stdin(&["confirm", "-", "--username", "bob"], &format!("{}\n", stage.code()));
    assert_eq!(confirmed.text(), "Confirmed bob.\n");

    stage.text(&["password", "forgot", "--username", "bob"]);
    let confirm = ["password", "confirm", "-", "--username", "bob", "--password-stdin"];
    let lines = format!("{}\n{NEW_PASSWORD}\n", stage.code());
    assert_eq!(stage.with_stdin(&confirm, &lines).text(), "Set a new password for bob.\n");

    assert_eq!(stage.with_stdin(&["sign-in", "--username", "bob", "--password-stdin"], NEW_PASSWORD).code, 0);
    stage.text(&["attributes", "set", "email=other@example.com"]);
    stage.text(&["attributes", "verify", "email"]);
    let verified = stage.with_stdin(&["attributes", "verify", "email", "-"], &stage.code());
    assert_eq!(verified.text(), "Verified email.\n");

    let secret = stage.text(&["mfa", "totp"]);
    let set_up = stage.with_stdin(&["mfa", "totp", "--code", "-"], &stage.app(secret.trim()));
    assert_eq!(set_up.text(), "SOFTWARE_TOKEN_MFA (preferred)\n");
}

#[test]
fn who_lacks_a_code_is_told_of_the_standard_input() {
    let stage = Stage::new("code_hint");
    let asked = stage.run(&["confirm", "--username", "alice", "--json"]).error(5);
    assert!(asked["message"].as_str().unwrap().contains("standard input"), "{asked}");
    assert!(stage.text(&["password", "confirm", "--help"]).contains("standard input"));
    assert_eq!(stage.run(&["confirm", "-", "--username", "alice", "--json"]).error(2)["kind"], "Usage");
}
