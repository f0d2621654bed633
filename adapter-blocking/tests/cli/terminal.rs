//! Questions at a terminal: the program in a pseudo-terminal.

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

use crate::stage::{NEW_PASSWORD, PASSWORD, Stage, short_lived_tokens};

const TEMPORARY: &str = "Temporary-2";

fn at_terminal(stage: &Stage, arguments: &[&str]) -> PtySession {
    let mut command = stage.command(arguments);
    command.env("TERM", "xterm").stdin(Stdio::inherit());
    spawn_with_options(command, Options::new().timeout_ms(Some(20_000)).strip_ansi_escape_codes(true)).unwrap()
}

/// What a shell does with the program, which is `"$0" "$@"`.
fn in_shell(stage: &Stage, script: &str, arguments: &[&str]) -> PtySession {
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(script).arg(env!("CARGO_BIN_EXE_cognito")).args(arguments).env_clear().env("TERM", "xterm");
    for (name, value) in stage.command(&[]).get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    spawn_with_options(shell, Options::new().timeout_ms(Some(20_000))).unwrap()
}

/// Whether the terminal shows what is typed.
fn echoes(terminal: &PtySession) -> bool {
    tcgetattr(&terminal.process.pty).unwrap().local_modes.contains(LocalModes::ECHO)
}

/// The question is there a moment before the echo is off.
fn wait_for_no_echo(terminal: &PtySession) {
    let mut moments = 0..1_000;
    while echoes(terminal) {
        assert!(moments.next().is_some(), "the terminal shows what is typed");
        sleep(Duration::from_millis(10));
    }
}

fn died_by(terminal: &PtySession) -> Option<Signal> {
    match terminal.process.wait().unwrap() {
        WaitStatus::Signaled(_, signal, _) => Some(signal),
        _ => None,
    }
}

/// A user whose password is a temporary one, in a pool where everybody has an authenticator app.
fn stage_of_new_user(test: &str) -> Stage {
    let user = json!({ "username": "alice", "password": TEMPORARY, "status": "FORCE_CHANGE_PASSWORD" });
    let factors = ["SOFTWARE_TOKEN_MFA"];
    Stage::with_changes(test, json!({ "mfa_configuration": "ON", "mfa_factors": factors, "users": [user] }))
}

/// What is typed into the app: after the QR code, on the line that has it.
fn key(terminal: &mut PtySession) -> String {
    terminal.exp_string("type this key into it: ").unwrap();
    terminal.read_line().unwrap().trim().to_owned()
}

#[test]
fn a_new_user_chooses_a_password_sets_up_an_authenticator_app_and_has_a_token() {
    let stage = stage_of_new_user("terminal_new_user");
    let mut terminal = at_terminal(&stage, &["sign-in"]);
    terminal.exp_string("User name: ").unwrap();
    terminal.send_line("alice").unwrap();
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(TEMPORARY).unwrap();

    terminal.exp_string("New password: ").unwrap();
    terminal.send_line(NEW_PASSWORD).unwrap();
    terminal.exp_string("Once more: ").unwrap();
    terminal.send_line(NEW_PASSWORD).unwrap();

    let before_key = terminal.exp_string("Scan this with an authenticator app").unwrap();
    let secret = key(&mut terminal);
    let uri = format!("otpauth://totp/{0}:alice?secret={secret}&issuer={0}", stage.user_pool_id);
    let code = QrCode::new(uri).unwrap();
    let picture = code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    // Each byte is read as a character.
    let picture: String = picture.replace('\n', "\r\n").bytes().map(char::from).collect();
    assert!(before_key.contains(&picture), "{before_key}\n{picture}");

    // A wrong code is asked for again.
    terminal.exp_string("Code that the app shows: ").unwrap();
    terminal.send_line("000000").unwrap();
    terminal.exp_string("EnableSoftwareTokenMFAException").unwrap();
    assert_eq!(key(&mut terminal), secret);
    terminal.exp_string("Code that the app shows: ").unwrap();
    terminal.send_line(&stage.app(&secret)).unwrap();
    terminal.exp_string("Signed in as alice.").unwrap();
    let rest = terminal.exp_eof().unwrap();

    for typed in [TEMPORARY, NEW_PASSWORD] {
        assert!(!before_key.contains(typed) && !rest.contains(typed));
    }
    assert!(stage.text(&["token"]).starts_with("ey"));
    assert_eq!(stage.json(&["mfa", "status"])["preferred"], "SOFTWARE_TOKEN_MFA");
}

#[test]
fn a_password_of_the_environment_that_is_refused_is_not_tried_for_ever() {
    let stage = stage_of_new_user("terminal_new_password");
    let mut command = stage.command(&["sign-in", "--username", "alice"]);
    command.env("COGNITO_PASSWORD", TEMPORARY).env("COGNITO_NEW_PASSWORD", "short").stdin(Stdio::inherit());
    let mut terminal = spawn_with_options(command, Options::new().timeout_ms(Some(20_000))).unwrap();
    terminal.exp_string("InvalidPasswordException").unwrap();
    terminal.exp_string("New password: ").unwrap();
}

#[test]
fn attributes_outlast_a_new_password_that_is_refused() {
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
    for question in ["New password: ", "Once more: "] {
        terminal.exp_string(question).unwrap();
        terminal.send_line(NEW_PASSWORD).unwrap();
    }
    // What was typed is not asked for again.
    terminal.exp_string("Signed in as alice.").unwrap();
    let attributes = &stage.json(&["whoami"])["attributes"];
    assert_eq!((&attributes["name"], &attributes["given_name"]), (&json!("Alice A."), &json!("Alice")));
}

#[test]
fn the_user_who_signed_in_last_is_suggested() {
    let stage = Stage::signed_in("terminal_last_user");
    let mut terminal = at_terminal(&stage, &["sign-in"]);
    terminal.exp_string("User name [alice]: ").unwrap();
    terminal.send_line("").unwrap();
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_string("Signed in as alice.").unwrap();
}

#[test]
fn nothing_that_is_typed_for_a_secret_is_shown_and_requests_are() {
    let stage = Stage::new("terminal_hidden");
    // A request that is answered at once may be over before it is shown.
    stage.server.plan_fault(FaultPlan::next(Fault::Delay { millis: 500 }));
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice"]);
    let shown = terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    let shown = shown + &terminal.exp_string("Signed in as alice.").unwrap();
    assert!(shown.contains("InitiateAuth") && !shown.contains(PASSWORD), "{shown}");
}

#[test]
fn a_signal_at_a_hidden_prompt_ends_the_program_and_the_terminal_shows_again_what_is_typed() {
    let stage = Stage::new("terminal_signal");
    for signal in [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGHUP] {
        // The pseudo-terminal begins without echo.
        let script = "stty echo && exec \"$0\" \"$@\"";
        let mut terminal = in_shell(&stage, script, &["sign-in", "--username", "alice"]);
        terminal.exp_string("Password: ").unwrap();
        wait_for_no_echo(&terminal);
        match signal {
            Signal::SIGINT => terminal.send_control('c').unwrap(),
            Signal::SIGQUIT => terminal.send_control('\\').unwrap(),
            _ => terminal.process.signal(signal).unwrap(),
        }
        assert_eq!((died_by(&terminal), echoes(&terminal)), (Some(signal), true));
    }
}

#[test]
fn a_program_that_asks_in_the_background_is_stopped_and_can_be_ended() {
    let stage = Stage::new("terminal_background");
    let script = "set -m; \"$0\" \"$@\" & sleep 1; kill -TERM $!; kill -CONT $!; sleep 1; jobs";
    let mut terminal = in_shell(&stage, script, &["sign-in", "--username", "alice"]);
    let shown = terminal.exp_string("Terminated").unwrap();
    assert!(!shown.contains("Password"), "{shown}");
}

#[test]
fn a_password_that_is_typed_in_another_encoding_is_input_that_cannot_be_sent() {
    let stage = Stage::new("terminal_encoding");
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice"]);
    terminal.exp_string("Password: ").unwrap();
    terminal.writer.write_all(b"hunter2\xff\n").unwrap();
    let told = terminal.exp_eof().unwrap();
    assert!(told.contains("the input is not UTF-8") && !told.contains("hunter2"), "{told}");
    assert!(matches!(terminal.process.wait().unwrap(), WaitStatus::Exited(_, 2)));
}

#[test]
fn an_interrupt_at_a_question_ends_the_program_and_the_cursor_is_shown_again() {
    let asked = ["sign-in", "--username", "alice"];
    let of_name = (Stage::new("terminal_name_signal"), &asked[..1], "User name");
    let of_list = (Stage::with_two_factors("terminal_list_signal", "alice"), &asked[..], "EMAIL_OTP");
    let of_yes = (Stage::signed_in("terminal_yes_signal"), &["delete-user"][..], "for good?");
    for (stage, arguments, question) in [of_name, of_list, of_yes] {
        let mut terminal = in_shell(&stage, "exec \"$0\" \"$@\"", arguments);
        if question == "EMAIL_OTP" {
            terminal.exp_string("Password: ").unwrap();
            terminal.send_line(PASSWORD).unwrap();
        }
        terminal.exp_string(question).unwrap();
        terminal.send_control('c').unwrap();
        let shown = terminal.exp_eof().unwrap();
        assert_eq!(died_by(&terminal), Some(Signal::SIGINT), "{shown}");
        assert!(shown.ends_with("\u{1b}[?25h"), "{shown:?}");
    }
}

#[test]
fn a_factor_is_picked_from_a_list() {
    let stage = Stage::with_two_factors("terminal_select", "alice");
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice"]);
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_string("Second factor").unwrap();
    terminal.exp_string("EMAIL_OTP").unwrap();
    // Down to the second.
    terminal.send("\u{1b}[B").unwrap();
    terminal.send_line("").unwrap();
    terminal.exp_string("Code sent to a***@e***: ").unwrap();
    terminal.send_line(&stage.code()).unwrap();
    terminal.exp_string("Signed in as alice.").unwrap();
}

#[test]
fn an_authenticator_app_is_set_up_later() {
    let factors = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"] });
    let stage = Stage::with_changes("terminal_totp", factors);
    stage.sign_in();
    let mut terminal = at_terminal(&stage, &["mfa", "totp"]);
    let secret = key(&mut terminal);
    terminal.exp_string("Code that the app shows: ").unwrap();
    terminal.send_line(&stage.app(&secret)).unwrap();
    terminal.exp_string("SOFTWARE_TOKEN_MFA (preferred)").unwrap();
}

#[test]
fn a_password_that_is_typed_for_the_standard_input_is_not_shown() {
    let stage = Stage::new("terminal_password_stdin");
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice", "--password-stdin"]);
    let shown = terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    let shown = shown + &terminal.exp_string("Signed in as alice.").unwrap();
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[test]
fn a_session_that_cannot_be_saved_after_all_is_revoked() {
    let stage = Stage::new("terminal_unsaved");
    let mut terminal = at_terminal(&stage, &["sign-in", "--username", "alice", "--verbose"]);
    terminal.exp_string("Password: ").unwrap();
    // The store has been found good.
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
fn a_refreshed_session_is_saved_although_the_command_fails() {
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
    let told = terminal.exp_eof().unwrap();
    assert!(told.contains("403") && !told.contains("warning"), "{told}");
    // The first refresh token is good for nothing any more.
    stage.server.advance(Duration::from_secs(400));
    assert_eq!(stage.text(&["whoami"]).lines().next(), Some("alice"));
}

#[test]
fn a_user_is_deleted_after_a_yes_and_not_after_a_no() {
    let stage = Stage::signed_in("terminal_delete");
    for (answer, told) in [("n", "Nothing was done."), ("y", "Deleted alice.")] {
        let mut terminal = at_terminal(&stage, &["delete-user"]);
        terminal.exp_string("Delete alice for good?").unwrap();
        terminal.send_line(answer).unwrap();
        terminal.exp_string(told).unwrap();
        terminal.exp_eof().unwrap();
    }
    assert_eq!(stage.run(&["token"]).code, 5);
}

#[test]
fn what_is_printed_for_a_script_is_not_mixed_with_the_questions() {
    let stage = Stage::new("terminal_redirected");
    let out = stage.path("out.txt");
    let script = format!("exec \"$0\" \"$@\" > '{out}'");
    let mut terminal = in_shell(&stage, &script, &["sign-in", "--username", "alice", "--json"]);
    terminal.exp_string("Password: ").unwrap();
    terminal.send_line(PASSWORD).unwrap();
    terminal.exp_eof().unwrap();
    let told: serde_json::Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(told["username"], "alice");
}
