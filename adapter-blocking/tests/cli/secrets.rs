//! Secrets never appear in output, errors or help texts.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{NEW_PASSWORD, PASSWORD, Stage};

const SECRET: &str = "0example0secret0of0the0app0client0";

/// Creates a pool whose app client has a secret.
fn stage(test: &str) -> Stage {
    Stage::with_changes(test, json!({ "clients": [{ "name": "app", "secret": SECRET }] }))
}

#[test]
fn verbose_shows_each_request_without_its_content() {
    let stage = stage("verbose");
    let variables = [("COGNITO_PASSWORD", PASSWORD), ("COGNITO_CLIENT_SECRET", SECRET)];
    let result = stage.with_env(&["sign-in", "--username", "alice", "--verbose"], &variables);
    assert_eq!((result.code, &*result.stdout), (0, "Signed in as alice.\n"));
    let calls: Vec<&str> = result.stderr.lines().map(|line| line.split(", request id").next().unwrap()).collect();
    let expected =
        ["cognito: InitiateAuth, attempt 1: status 200", "cognito: RespondToAuthChallenge, attempt 1: status 200"];
    assert_eq!(calls, expected);
    assert!(result.stderr.lines().all(|line| line.ends_with(" ms")), "{}", result.stderr);
    let json = stage.with_env(&["sign-in", "--username", "alice", "--verbose", "--json"], &variables);
    let first: Value = serde_json::from_str(json.stderr.lines().next().unwrap()).unwrap();
    assert_eq!((&first["request"]["operation"], &first["request"]["status"]), (&json!("InitiateAuth"), &json!(200)));
    let access = stage.with_env(&["token"], &[("COGNITO_CLIENT_SECRET", SECRET)]).text();
    for secret in [PASSWORD, SECRET, access.trim(), "alice"] {
        assert!(!result.stderr.contains(secret), "{}", result.stderr);
    }
}

#[test]
fn an_error_does_not_quote_a_malformed_argument() {
    let stage = stage("no_pair");
    for arguments in [
        &["sign-in", "--username", "alice", "--answer", "hunter2"][..],
        &["sign-up", "--username", "alice", "--attribute", "hunter2"],
        &["call", "SignUp", "--json", "hunter2"],
        &["call", "SignUp", "--json", r#"{"Username":"a","Password":["hunter2"]}"#],
    ] {
        let result = stage.with_env(arguments, &[("COGNITO_PASSWORD", PASSWORD), ("COGNITO_CLIENT_SECRET", SECRET)]);
        assert_eq!(result.code, 2, "{}", result.stderr);
        assert!(!result.stderr.contains("hunter2") && !result.stdout.contains("hunter2"), "{}", result.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_password_that_is_not_utf_8_is_invalid_and_not_quoted() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    use crate::stage::{RunResult, run_result};

    let stage = Stage::new("not_utf_8");
    let password = b"hunter2\xff\n";
    let error_message = |result: RunResult| {
        let error = result.error(2);
        assert!(error["kind"] == "Usage" && !result.stderr.contains("hunter2"), "{error}");
        error["message"].as_str().unwrap().to_owned()
    };
    let sign_in = ["sign-in", "--username", "alice", "--json"];
    let from_stdin = [&sign_in[..], &["--password-stdin"]].concat();
    assert_eq!(error_message(stage.with_stdin(&from_stdin, password)), "the input is not UTF-8");
    for variable in ["COGNITO_PASSWORD", "COGNITO_NEW_PASSWORD"] {
        let mut command = stage.command(&sign_in);
        command.env("COGNITO_PASSWORD", PASSWORD).env(variable, OsStr::from_bytes(password));
        assert_eq!(error_message(run_result(&command.output().unwrap())), format!("{variable} is not UTF-8"));
    }
}

#[test]
fn help_does_not_show_the_secret_from_the_environment() {
    let stage = stage("help_secret");
    for arguments in [&["--help"][..], &["sign-in", "--help"]] {
        let help = stage.with_env(arguments, &[("COGNITO_CLIENT_SECRET", SECRET)]).text();
        assert!(help.contains("COGNITO_CLIENT_SECRET") && !help.contains(SECRET));
    }
}

#[test]
fn a_rejection_is_reported_without_the_passwords() {
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
fn a_store_error_names_the_file_without_quoting_it() {
    let stage = stage("store_secrets");
    let store = stage.path("sessions.json");
    let contents = json!({ "version": 1, "records": { "a": ["hunter2"] } });
    fs::write(&store, contents.to_string()).unwrap();
    let result = stage.run(&["token", "--store", &store, "--json"]);
    let error: Value = result.error(6);
    assert!(error["message"].as_str().unwrap().contains("sessions.json") && !result.stderr.contains("hunter2"));
}

#[test]
fn a_code_can_be_read_from_standard_input() {
    let factors = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"] });
    let stage = Stage::with_changes("code_stdin", factors);
    let sign_up = ["sign-up", "--username", "bob", "--attribute", "email=bob@example.com", "--password-stdin"];
    assert_eq!(stage.with_stdin(&sign_up, PASSWORD).code, 0);
    let confirmed = stage.with_stdin(&["confirm", "-", "--username", "bob"], &format!("{}\n", stage.last_code()));
    assert_eq!(confirmed.text(), "Confirmed bob.\n");

    stage.text(&["password", "forgot", "--username", "bob"]);
    let confirm = ["password", "confirm", "-", "--username", "bob", "--password-stdin"];
    let lines = format!("{}\n{NEW_PASSWORD}\n", stage.last_code());
    assert_eq!(stage.with_stdin(&confirm, &lines).text(), "Set a new password for bob.\n");

    assert_eq!(stage.with_stdin(&["sign-in", "--username", "bob", "--password-stdin"], NEW_PASSWORD).code, 0);
    stage.text(&["attributes", "set", "email=other@example.com"]);
    stage.text(&["attributes", "verify", "email"]);
    let verified = stage.with_stdin(&["attributes", "verify", "email", "-"], &stage.last_code());
    assert_eq!(verified.text(), "Verified email.\n");

    let secret = stage.text(&["mfa", "totp"]);
    let set_up = stage.with_stdin(&["mfa", "totp", "--code", "-"], &stage.app_code(secret.trim()));
    assert_eq!(set_up.text(), "SOFTWARE_TOKEN_MFA (preferred)\n");
}

#[test]
fn a_missing_code_error_mentions_standard_input() {
    let stage = Stage::new("code_hint");
    let asked = stage.run(&["confirm", "--username", "alice", "--json"]).error(5);
    assert!(asked["message"].as_str().unwrap().contains("standard input"), "{asked}");
    assert!(stage.text(&["password", "confirm", "--help"]).contains("standard input"));
    assert_eq!(stage.run(&["confirm", "-", "--username", "alice", "--json"]).error(2)["kind"], "Usage");
}

/// Returns how often the memory of a process contains a text.
#[cfg(target_os = "linux")]
fn count_in_memory(process: i32, text: &str) -> usize {
    use std::io::{Read, Seek, SeekFrom};
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let mut memory = fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let mut count = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (first, last) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let [first, last] = [first, last].map(|address| u64::from_str_radix(address, 16).unwrap());
        let mut region = Vec::new();
        memory.seek(SeekFrom::Start(first)).unwrap();
        // A region that cannot be read contains nothing of the program.
        let _ = memory.by_ref().take(last - first).read_to_end(&mut region);
        count += region.windows(text.len()).filter(|window| *window == text.as_bytes()).count();
    }
    count
}

#[cfg(target_os = "linux")]
#[test]
fn a_typed_password_does_not_stay_in_memory() {
    let user = json!({ "username": "alice", "password": PASSWORD, "status": "FORCE_CHANGE_PASSWORD" });
    let stage = Stage::with_changes("memory", json!({ "users": [user] }));
    let mut command = stage.command(&["sign-in", "--username", "alice"]);
    command.env("TERM", "xterm").stdin(std::process::Stdio::inherit());
    let mut terminal = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_string("New password: ").unwrap();
    let process = terminal.process.child_pid.as_raw();
    assert_eq!(count_in_memory(process, PASSWORD), 0);
    // The memory was really read.
    assert!(count_in_memory(process, "NEW_PASSWORD_REQUIRED") > 0);
    for typed in ["first-Typed-1", "other-Typed-2"] {
        terminal.send_line(typed).unwrap();
        terminal.exp_string("password: ").unwrap();
    }
    for text in ["first-Typed-1", "other-Typed-2"] {
        assert_eq!(count_in_memory(process, text), 0, "{text}");
    }
}
