//! Each way to end has its code, and its error as JSON.

use std::fs;

use cognito_testkit::{Fault, FaultPlan};
use serde_json::json;

use crate::stage::{PASSWORD, Stage, ran};

const SIGN_IN: [&str; 4] = ["sign-in", "--username", "alice", "--json"];

#[test]
fn a_command_line_that_cannot_be_read_is_2() {
    let stage = Stage::new("usage");
    for arguments in [
        &["fly", "--json"][..],
        &["token", "--id", "--access", "--json"],
        &["credentials", "--json", "--duration-seconds", "x"],
    ] {
        assert_eq!(stage.run(arguments).error(2)["kind"], "Usage");
    }
    let told = stage.run(&["fly"]);
    assert_eq!((told.code, &*told.stdout), (2, ""));
    assert!(told.stderr.starts_with("error: "));
}

#[test]
fn input_that_cannot_be_sent_is_2() {
    let stage = Stage::new("invalid_input");
    let error = stage.run(&["resend", "--username", "bob", "--user-pool-id", "nonsense", "--json"]).error(2);
    let expected = json!({ "kind": "InvalidInput", "code": null, "status": null, "request_id": null,
        "message": "user pool id: has no underscore between region and name" });
    assert_eq!(error, expected);
    let plain_http = stage.run(&["resend", "--username", "bob", "--endpoint", "http://example.com", "--json"]).error(2);
    assert_eq!(plain_http["message"], "endpoint: must be https");
}

#[test]
fn a_refusal_of_the_service_is_3() {
    let stage = Stage::new("refused");
    let mut error = stage.with_env(&SIGN_IN, &[("COGNITO_PASSWORD", "Incorrect-horse-1")]).error(3);
    assert_eq!(error["request_id"].take().as_str().map(str::len), Some(36));
    let expected = json!({ "kind": "Refused", "code": "NotAuthorizedException", "status": 400, "request_id": null,
        "message": "Incorrect username or password." });
    assert_eq!(error, expected);
    let told = stage.with_env(&["sign-in", "--username", "alice"], &[("COGNITO_PASSWORD", "Incorrect-horse-1")]);
    assert_eq!((told.code, &*told.stdout), (3, ""));
    assert_eq!(told.stderr, "cognito: NotAuthorizedException: Incorrect username or password.\n");
}

#[test]
fn a_service_that_is_not_reached_and_one_that_is_another_are_4() {
    let stage = Stage::new("not_reached");
    let password = ("COGNITO_PASSWORD", PASSWORD);
    let nowhere = stage.with_env(&SIGN_IN, &[password, ("COGNITO_ENDPOINT", "http://127.0.0.1:1")]).error(4);
    assert_eq!((&nowhere["kind"], &nowhere["status"]), (&json!("NotReached"), &json!(null)));
    stage.server.plan_fault(FaultPlan::next(Fault::Page { status: 403 }));
    let page = stage.with_env(&SIGN_IN, &[password]).error(4);
    assert_eq!(page["kind"], "Malformed");
    assert!(page["status"].is_u64());
}

#[test]
fn whatever_the_terminal_would_be_asked_for_is_5_without_one() {
    let stage = Stage::new("asked");
    for (arguments, answer) in [
        (&["sign-in", "--json"][..], "USERNAME"),
        (&SIGN_IN, "PASSWORD"),
        (&["sign-up", "--username", "bob", "--json"], "PASSWORD"),
        (&["confirm", "--username", "bob", "--json"], "CODE"),
        (&["password", "confirm", "123456", "--username", "bob", "--json"], "NEW_PASSWORD"),
    ] {
        let error = stage.run(arguments).error(5);
        assert_eq!((&error["kind"], &error["answers"]), (&json!("AnswerNeeded"), &json!([answer])));
    }
    let nobody = stage.run(&["token"]);
    assert!(nobody.stderr.contains("cognito sign-in"), "{}", nobody.stderr);
}

#[test]
fn a_store_and_any_other_file_that_cannot_be_used_are_6() {
    let stage = Stage::new("files");
    let broken = stage.path("broken.json");
    fs::write(&broken, "nonsense").unwrap();
    assert_eq!(stage.run(&["token", "--store", &broken, "--json"]).error(6)["kind"], "Store");
    let nowhere = stage.path("no/such/folder.json");
    let unwritable = [&SIGN_IN[..], &["--store", &nowhere]].concat();
    assert_eq!(stage.with_env(&unwritable, &[("COGNITO_PASSWORD", PASSWORD)]).error(6)["kind"], "Store");
    let missing = stage.run(&["sign-in", "--resume", &nowhere, "--json"]).error(6);
    assert_eq!(missing["kind"], "File");
    let no_challenge = stage.run(&["sign-in", "--resume", &broken, "--json"]).error(6);
    assert!(no_challenge["message"].as_str().unwrap().ends_with("it is not a challenge"));
}

#[test]
fn a_store_or_a_challenge_file_that_cannot_be_written_is_found_out_before_the_first_request() {
    let stage = Stage::new("unwritable");
    let nowhere = stage.path("no/such/file.json");
    let blocked = stage.path("blocked.json");
    fs::create_dir(format!("{blocked}.new")).unwrap();
    fs::write(&blocked, json!({ "version": 1, "records": {} }).to_string()).unwrap();
    for option in [["--store", &nowhere], ["--store", &blocked], ["--challenge-file", &nowhere]] {
        let arguments = [&SIGN_IN[..3], &["--verbose"], &option].concat();
        let ran = stage.with_env(&arguments, &[("COGNITO_PASSWORD", PASSWORD)]);
        assert_eq!((ran.code, ran.stderr.contains("InitiateAuth")), (6, false), "{}", ran.stderr);
    }
    stage.sign_in();
}

#[test]
fn help_has_examples_and_the_exit_codes() {
    let stage = Stage::new("help");
    let help = stage.text(&["--help"]);
    assert!(help.contains("Examples:") && help.contains("Exit codes:") && help.contains("--user-pool-id"), "{help}");
    for command in ["sign-up", "sign-in", "credentials", "call"] {
        assert!(stage.text(&[command, "--help"]).contains("Examples:"), "{command}");
    }
    assert!(stage.text(&["--version"]).starts_with("cognito "));
}

#[test]
fn a_reader_who_has_read_enough_is_no_failure() {
    let stage = Stage::signed_in("read_enough");
    for arguments in [&["claims"][..], &["token", "--json"], &["completions", "bash"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ran = ran(&stage.command(arguments).stdout(writer).output().unwrap());
        assert_eq!((ran.code, &*ran.stderr), (0, ""), "{arguments:?}");
    }
}

#[test]
fn each_shell_gets_a_script_that_knows_the_commands() {
    let stage = Stage::new("completions");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stage.text(&["completions", shell]);
        assert!(script.contains("sign-up") && script.contains("challenge-file"), "{shell}");
        let json = stage.json(&["completions", shell]);
        assert_eq!(json["script"].as_str().map(str::trim_end), Some(script.trim_end()));
    }
}
