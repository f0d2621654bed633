//! The exit code and the JSON error of each kind of failure.

use std::fs;

use cognito_testkit::{Fault, FaultPlan};
use serde_json::json;

use crate::stage::{PASSWORD, Stage, run_result};

const SIGN_IN: [&str; 4] = ["sign-in", "--username", "alice", "--json"];

#[test]
fn an_invalid_command_line_exits_with_2() {
    let stage = Stage::new("usage");
    for arguments in [
        &["fly", "--json"][..],
        &["token", "--id", "--access", "--json"],
        &["credentials", "--json", "--duration-seconds", "x"],
    ] {
        assert_eq!(stage.run(arguments).error(2)["kind"], "Usage");
    }
    // The output of `call` is always JSON.
    for arguments in [
        &["call"][..],
        &["call", "--json"],
        &["call", "GetUser", "--fly"],
        &["call", "--username", "alice"],
        &["--verbose", "call", "GetUser", "--json={}", "--fly"],
        &["call", "Fly"],
    ] {
        assert_eq!(stage.run(arguments).error(2)["kind"], "Usage", "{arguments:?}");
    }
    assert!(stage.run(&["token", "--username", "call", "--fly"]).stderr.starts_with("error: "));
    let as_text = stage.run(&["fly"]);
    assert_eq!((as_text.code, &*as_text.stdout), (2, ""));
    assert!(as_text.stderr.starts_with("error: "));
}

#[test]
fn an_invalid_input_exits_with_2() {
    let stage = Stage::new("invalid_input");
    let error = stage.run(&["resend", "--username", "bob", "--user-pool-id", "nonsense", "--json"]).error(2);
    let expected = json!({ "kind": "InvalidInput", "code": null, "status": null, "request_id": null,
        "message": "user pool id: has no underscore between region and name" });
    assert_eq!(error, expected);
    let plain_http = stage.run(&["resend", "--username", "bob", "--endpoint", "http://example.com", "--json"]).error(2);
    let expected = "endpoint: must use https, except on this machine: pass --allow-http if the network is safe";
    assert_eq!(plain_http["message"], expected);
}

#[test]
fn a_rejected_request_exits_with_3() {
    let stage = Stage::new("refused");
    let mut error = stage.with_env(&SIGN_IN, &[("COGNITO_PASSWORD", "Incorrect-horse-1")]).error(3);
    assert_eq!(error["request_id"].take().as_str().map(str::len), Some(36));
    let expected = json!({ "kind": "Refused", "code": "NotAuthorizedException", "status": 400, "request_id": null,
        "message": "Incorrect username or password." });
    assert_eq!(error, expected);
    let as_text = stage.with_env(&["sign-in", "--username", "alice"], &[("COGNITO_PASSWORD", "Incorrect-horse-1")]);
    assert_eq!((as_text.code, &*as_text.stdout), (3, ""));
    assert_eq!(as_text.stderr, "cognito: NotAuthorizedException: Incorrect username or password.\n");
}

#[test]
fn an_unreachable_service_or_a_malformed_answer_exits_with_4() {
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
fn without_a_terminal_a_missing_answer_exits_with_5() {
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
    let signed_out = stage.run(&["token"]);
    assert!(signed_out.stderr.contains("cognito sign-in"), "{}", signed_out.stderr);
}

#[test]
fn an_unusable_store_or_file_exits_with_6() {
    let stage = Stage::new("files");
    let broken = stage.path("broken.json");
    fs::write(&broken, "nonsense").unwrap();
    assert_eq!(stage.run(&["token", "--store", &broken, "--json"]).error(6)["kind"], "Store");
    let nowhere = stage.path("no/such/folder.json");
    let unwritable = [&SIGN_IN[..], &["--store", &nowhere]].concat();
    assert_eq!(stage.with_env(&unwritable, &[("COGNITO_PASSWORD", PASSWORD)]).error(6)["kind"], "Store");
    let missing = stage.run(&["sign-in", "--resume", &nowhere, "--json"]).error(6);
    assert_eq!(missing["kind"], "File");
    let not_a_challenge = stage.run(&["sign-in", "--resume", &broken, "--json"]).error(6);
    assert!(not_a_challenge["message"].as_str().unwrap().ends_with("not a challenge file"));
}

#[test]
fn files_are_checked_for_writing_before_the_first_request() {
    let stage = Stage::new("unwritable");
    let nowhere = stage.path("no/such/file.json");
    let blocked = stage.path("blocked.json");
    fs::create_dir(format!("{blocked}.lock")).unwrap();
    fs::write(&blocked, json!({ "version": 1, "records": {} }).to_string()).unwrap();
    for option in [["--store", &nowhere], ["--store", &blocked], ["--challenge-file", &nowhere]] {
        let arguments = [&SIGN_IN[..3], &["--verbose"], &option].concat();
        let result = stage.with_env(&arguments, &[("COGNITO_PASSWORD", PASSWORD)]);
        assert_eq!((result.code, result.stderr.contains("InitiateAuth")), (6, false), "{}", result.stderr);
    }
    stage.sign_in();
}

#[test]
fn help_contains_examples_and_exit_codes() {
    let stage = Stage::new("help");
    let help = stage.text(&["--help"]);
    assert!(help.contains("Examples:") && help.contains("Exit codes:") && help.contains("--user-pool-id"), "{help}");
    for command in ["sign-up", "sign-in", "credentials", "call"] {
        assert!(stage.text(&[command, "--help"]).contains("Examples:"), "{command}");
    }
    assert!(stage.text(&["--version"]).starts_with("cognito "));
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let stage = Stage::signed_in("read_enough");
    for arguments in [&["claims"][..], &["token", "--json"], &["completions", "bash"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let result = run_result(&stage.command(arguments).stdout(writer).output().unwrap());
        assert_eq!((result.code, &*result.stderr), (0, ""), "{arguments:?}");
    }
}

#[test]
fn completions_of_each_shell_contain_commands_and_options() {
    let stage = Stage::new("completions");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stage.text(&["completions", shell]);
        assert!(script.contains("sign-up") && script.contains("challenge-file"), "{shell}");
        let json = stage.json(&["completions", shell]);
        assert_eq!(json["script"].as_str().map(str::trim_end), Some(script.trim_end()));
    }
}
