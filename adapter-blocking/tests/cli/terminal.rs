//! Prompts at a terminal. The program runs in a pseudo-terminal.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use cognito_testkit::{Fault, FaultPlan};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use rexpect::process::{Signal, WaitStatus};
use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};
use rustix::termios::{LocalModes, tcgetattr};
use serde_json::json;

use crate::stage::{APP_SECRET, NEW_PASSWORD, PASSWORD, Stage, short_lived_tokens};

const TEMPORARY: &str = "Temporary-2";

fn at_terminal(stage: &Stage, arguments: &[&str]) -> PtySession {
    let mut command = stage.command(arguments);
    command.env("TERM", "xterm").stdin(Stdio::inherit());
    spawn_with_options(command, Options::new().timeout_ms(Some(20_000)).strip_ansi_escape_codes(true)).unwrap()
}

/// Runs a shell script in a pseudo-terminal. The script runs the program as `"$0" "$@"`.
fn in_shell(stage: &Stage, script: &str, arguments: &[&str]) -> PtySession {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_cognito")).args(arguments).env_clear().env("TERM", "xterm");
    for (name, value) in stage.command(&[]).get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    spawn_with_options(shell, Options::new().timeout_ms(Some(20_000))).unwrap()
}

/// Returns whether the terminal shows what the user types.
fn echoes(terminal: &PtySession) -> bool {
    tcgetattr(&terminal.process.pty).unwrap().local_modes.contains(LocalModes::ECHO)
}

/// Waits until the terminal hides what the user types, which happens a moment after the prompt appears.
fn wait_for_no_echo(terminal: &PtySession) {
    let mut moments = 0..1_000;
    while echoes(terminal) {
        assert!(moments.next().is_some(), "the terminal shows what is typed");
        sleep(Duration::from_millis(10));
    }
}

fn fatal_signal(terminal: &PtySession) -> Option<Signal> {
    match terminal.process.wait().unwrap() {
        WaitStatus::Signaled(_, signal, _) => Some(signal),
        _ => None,
    }
}

/// Creates a pool that requires an authenticator app, and a user with a temporary password.
fn stage_of_new_user(test: &str) -> Stage {
    let user = json!({ "username": "alice", "password": TEMPORARY, "status": "FORCE_CHANGE_PASSWORD" });
    let factors = ["SOFTWARE_TOKEN_MFA"];
    Stage::with_changes(test, json!({ "mfa_configuration": "ON", "mfa_factors": factors, "users": [user] }))
}

/// Reads the key for the authenticator app, which the program prints after the QR code.
fn read_app_key(terminal: &mut PtySession) -> String {
    terminal.exp_string("or enter this key: ").unwrap();
    terminal.read_line().unwrap().trim().to_owned()
}

#[test]
fn a_new_user_chooses_a_password_and_sets_up_an_app() {
    let stage = stage_of_new_user("terminal_new_user");
    let mut terminal = at_terminal(&stage, &["sign-in"]);
    terminal.exp_string("User name: ").unwrap();
    terminal.send_line("alice").unwrap();
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(TEMPORARY).unwrap();

    terminal.exp_string("New password: ").unwrap();
    terminal.send_line(NEW_PASSWORD).unwrap();
    terminal.exp_string("Repeat password: ").unwrap();
    terminal.send_line(NEW_PASSWORD).unwrap();

    let before_key = terminal.exp_string("Scan the QR code with an authenticator app").unwrap();
    let secret = read_app_key(&mut terminal);
    let uri = format!("otpauth://totp/{0}:alice?secret={secret}&issuer={0}", stage.user_pool_id);
    let code = QrCode::new(uri).unwrap();
    let picture = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    // `rexpect` reads each byte as a character.
    let picture: String = picture.replace('\n', "\r\n").bytes().map(char::from).collect();
    assert!(before_key.contains(&picture), "{before_key}\n{picture}");

    // After a wrong code, the program prompts again.
    terminal.exp_string("Code that the app shows: ").unwrap();
    terminal.send_line("000000").unwrap();
    terminal.exp_string("EnableSoftwareTokenMFAException").unwrap();
    assert_eq!(read_app_key(&mut terminal), secret);
    terminal.exp_string("Code that the app shows: ").unwrap();
    terminal.send_line(&stage.app_code(&secret)).unwrap();
    terminal.exp_string("Signed in as alice.").unwrap();
    let rest = terminal.exp_eof().unwrap();

    for typed in [TEMPORARY, NEW_PASSWORD] {
        assert!(!before_key.contains(typed) && !rest.contains(typed));
    }
    assert!(stage.text(&["token"]).starts_with("ey"));
    assert_eq!(stage.json(&["mfa", "status"])["preferred"], "SOFTWARE_TOKEN_MFA");
}

#[test]
fn a_rejected_password_from_the_environment_is_tried_once() {
    let stage = stage_of_new_user("terminal_new_password");
    let mut command = stage.command(&["sign-in", "--username", "alice"]);
    command.env("COGNITO_PASSWORD", TEMPORARY).env("COGNITO_NEW_PASSWORD", "short").stdin(Stdio::inherit());
    let mut terminal = spawn_with_options(command, Options::new().timeout_ms(Some(20_000))).unwrap();
    terminal.exp_string("InvalidPasswordException").unwrap();
    terminal.exp_string("New password: ").unwrap();
}

#[test]
fn attributes_are_kept_after_a_rejected_new_password() {
    let user = json!({ "username": "alice", "password": TEMPORARY, "status": "FORCE_CHANGE_PASSWORD" });
    let changes = json!({ "required_attributes": ["given_name"], "users": [user] });
    let stage = Stage::with_changes("terminal_attributes", changes);
    let begin = ["sign-in", "--username", "alice", "--answer", "userAttributes.name=Alice A."];
    let mut command = stage.command(&begin);
    command.env("COGNITO_PASSWORD", TEMPORARY).env("COGNITO_NEW_PASSWORD", "short").stdin(Stdio::inherit());
    let mut terminal = spawn_with_options(command, Options::new().timeout_ms(Some(20_000))).unwrap();
    terminal.exp_string("given_name: ").unwrap();
    terminal.send_line("Alice").unwrap();
    terminal.exp_string("InvalidPasswordException").unwrap();
    for question in ["New password: ", "Repeat password: "] {
        terminal.exp_string(question).unwrap();
        terminal.send_line(NEW_PASSWORD).unwrap();
    }
    // The program does not prompt for the attribute again.
    terminal.exp_string("Signed in as alice.").unwrap();
    let attributes = &stage.json(&["whoami"])["attributes"];
    assert_eq!((&attributes["name"], &attributes["given_name"]), (&json!("Alice A."), &json!("Alice")));
}

#[test]
fn the_user_who_signed_in_last_is_the_default() {
    let stage = Stage::signed_in("terminal_last_user");
    let mut terminal = at_terminal(&stage, &["sign-in"]);
    terminal.exp_string("User name [alice]: ").unwrap();
    terminal.send_line("").unwrap();
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_string("Signed in as alice.").unwrap();
}

#[test]
fn spaces_around_a_typed_name_or_code_are_removed() {
    let stage = Stage::with_two_factors("terminal_spaces", "alice");
    let mut terminal = at_terminal(&stage, &["sign-in", "--answer", "ANSWER=SOFTWARE_TOKEN_MFA"]);
    terminal.exp_string("User name: ").unwrap();
    terminal.send_line("   ").unwrap();
    terminal.exp_string("User name: ").unwrap();
    terminal.send_line("  alice ").unwrap();
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_string("Code from your authenticator app: ").unwrap();
    let code = stage.app_code(APP_SECRET);
    let (first, last) = code.split_at(3);
    terminal.send_line(&format!(" {first} {last} ")).unwrap();
    terminal.exp_string("Signed in as alice.").unwrap();
    terminal.exp_eof().unwrap();
    let mut terminal = at_terminal(&stage, &["attributes", "verify", "email"]);
    terminal.exp_string("Code: ").unwrap();
    terminal.send_line(&format!(" {} ", stage.last_code())).unwrap();
    terminal.exp_string("Verified email.").unwrap();
}

#[test]
fn the_terminal_shows_requests_but_not_the_typed_password() {
    let stage = Stage::new("terminal_hidden");
    // Without a delay, the request may end before the program shows it.
    stage.server.plan_fault(FaultPlan::next(Fault::Delay { millis: 500 }));
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice"]);
    let shown = terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    let shown = shown + &terminal.exp_string("Signed in as alice.").unwrap();
    assert!(shown.contains("InitiateAuth") && !shown.contains(PASSWORD), "{shown}");
}

#[test]
fn a_signal_at_a_hidden_prompt_restores_the_echo() {
    let stage = Stage::new("terminal_signal");
    for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP] {
        // A new pseudo-terminal has the echo turned off.
        let script = "stty echo && exec \"$0\" \"$@\"";
        let mut terminal = in_shell(&stage, script, &["sign-in", "--username", "alice"]);
        terminal.exp_string("Password: ").unwrap();
        wait_for_no_echo(&terminal);
        match signal {
            Signal::SIGINT => terminal.send_control('c').unwrap(),
            Signal::SIGQUIT => terminal.send_control('\\').unwrap(),
            _ => terminal.process.signal(signal).unwrap(),
        }
        assert_eq!((fatal_signal(&terminal), echoes(&terminal)), (Some(signal), true));
    }
}

#[test]
fn a_program_stopped_in_the_background_can_be_terminated() {
    let stage = Stage::new("terminal_background");
    let script = "set -m; \"$0\" \"$@\" & sleep 1; kill -TERM $!; kill -CONT $!; sleep 1; jobs";
    let mut terminal = in_shell(&stage, script, &["sign-in", "--username", "alice"]);
    let shown = terminal.exp_string("Terminated").unwrap();
    assert!(!shown.contains("Password"), "{shown}");
}

#[test]
fn a_typed_password_that_is_not_utf_8_is_invalid_input() {
    let stage = Stage::new("terminal_encoding");
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice"]);
    terminal.exp_string("Password: ").unwrap();
    terminal.writer.write_all(b"hunter2\xff\n").unwrap();
    let shown = terminal.exp_eof().unwrap();
    assert!(shown.contains("the input is not UTF-8") && !shown.contains("hunter2"), "{shown}");
    assert!(matches!(terminal.process.wait().unwrap(), WaitStatus::Exited(_, 2)));
}

#[test]
fn an_interrupt_at_a_prompt_restores_the_cursor() {
    let sign_in = ["sign-in", "--username", "alice"];
    let input = (Stage::new("terminal_name_signal"), &sign_in[..1], "User name");
    let list = (Stage::with_two_factors("terminal_list_signal", "alice"), &sign_in[..], "EMAIL_OTP");
    let confirmation = (Stage::signed_in("terminal_yes_signal"), &["delete-user"][..], "permanently?");
    for (stage, arguments, question) in [input, list, confirmation] {
        let mut terminal = in_shell(&stage, "exec \"$0\" \"$@\"", arguments);
        if question == "EMAIL_OTP" {
            terminal.exp_string("Password: ").unwrap();
            terminal.send_line(PASSWORD).unwrap();
        }
        terminal.exp_string(question).unwrap();
        terminal.send_control('c').unwrap();
        let shown = terminal.exp_eof().unwrap();
        assert_eq!(fatal_signal(&terminal), Some(Signal::SIGINT), "{shown}");
        assert!(shown.ends_with("\u{1b}[?25h"), "{shown:?}");
    }
}

#[test]
fn a_second_factor_is_picked_from_a_list() {
    let stage = Stage::with_two_factors("terminal_select", "alice");
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice"]);
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_string("Second factor").unwrap();
    terminal.exp_string("EMAIL_OTP").unwrap();
    // The key "down" selects the second entry.
    terminal.send("\u{1b}[B").unwrap();
    terminal.send_line("").unwrap();
    terminal.exp_string("Code sent to a***@e***: ").unwrap();
    terminal.send_line(&stage.last_code()).unwrap();
    terminal.exp_string("Signed in as alice.").unwrap();
}

#[test]
fn an_authenticator_app_is_set_up_after_sign_in() {
    let factors = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"] });
    let stage = Stage::with_changes("terminal_totp", factors);
    stage.sign_in();
    let mut terminal = at_terminal(&stage, &["mfa", "totp"]);
    let secret = read_app_key(&mut terminal);
    terminal.exp_string("Code that the app shows: ").unwrap();
    terminal.send_line(&stage.app_code(&secret)).unwrap();
    terminal.exp_string("SOFTWARE_TOKEN_MFA (preferred)").unwrap();
}

#[test]
fn password_stdin_at_a_terminal_hides_the_password() {
    let stage = Stage::new("terminal_password_stdin");
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice", "--password-stdin"]);
    let shown = terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    let shown = shown + &terminal.exp_string("Signed in as alice.").unwrap();
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[test]
fn a_session_that_cannot_be_saved_is_revoked() {
    let stage = Stage::new("terminal_unsaved");
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice", "--verbose"]);
    terminal.exp_string("Password: ").unwrap();
    // The program has already checked that the store is writable.
    let lock = stage.store().with_file_name("sessions.json.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_string("RevokeToken, attempt 1: status 200").unwrap();
    terminal.exp_string("the sign-in is undone: its tokens are revoked").unwrap();
    terminal.exp_eof().unwrap();
    fs::remove_dir(&lock).unwrap();
    assert_eq!(stage.run(&["token"]).code, 5);
}

#[test]
fn a_refreshed_session_is_saved_even_if_the_command_fails() {
    let factors = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"] });
    let mut changes = short_lived_tokens();
    changes.as_object_mut().unwrap().extend(factors.as_object().unwrap().clone());
    let stage = Stage::with_changes("terminal_saved", changes);
    stage.sign_in();
    stage.server.advance(Duration::from_secs(400));
    let obstacle = stage.block_store();
    let mut terminal = at_terminal(&stage, &["mfa", "totp"]);
    terminal.exp_string("Code that the app shows: ").unwrap();
    fs::remove_dir(obstacle).unwrap();
    stage.server.plan_fault(FaultPlan::next(Fault::Page { status: 403 }));
    terminal.send_line("000000").unwrap();
    let shown = terminal.exp_eof().unwrap();
    assert!(shown.contains("403") && !shown.contains("warning"), "{shown}");
    // The first refresh token is invalid now, so the command needs the stored session.
    stage.server.advance(Duration::from_secs(400));
    assert_eq!(stage.text(&["whoami"]).lines().next(), Some("alice"));
}

#[test]
fn a_user_is_deleted_after_yes_but_not_after_no() {
    let stage = Stage::signed_in("terminal_delete");
    for (answer, result) in [("n", "The user was not deleted."), ("y", "Deleted alice.")] {
        let mut terminal = at_terminal(&stage, &["delete-user"]);
        terminal.exp_string("Delete the user alice permanently?").unwrap();
        terminal.send_line(answer).unwrap();
        terminal.exp_string(result).unwrap();
        terminal.exp_eof().unwrap();
    }
    assert_eq!(stage.run(&["token"]).code, 5);
}

#[test]
fn standard_output_does_not_contain_prompts() {
    let stage = Stage::new("terminal_redirected");
    let out = stage.path("out.txt");
    let script = format!("exec \"$0\" \"$@\" > '{out}'");
    let mut terminal = in_shell(&stage, &script, &["sign-in", "--username", "alice", "--json"]);
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_eof().unwrap();
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(report["username"], "alice");
}
