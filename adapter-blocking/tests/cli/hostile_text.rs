//! Text of the service and of the store that would control the terminal, or would look like other text.

use rexpect::session::PtySession;
use serde_json::{Value, json};

use crate::script::{Script, tokens};
use crate::stage::{PASSWORD, run_result};

/// Clears the screen by C0 and by C1, and reverses the text.
const HOSTILE: &str = "x\u{1b}[2J\u{9b}2J\u{202e}y";

/// Reads the rest of the output, and returns it with all the output that was read before.
fn all_output(mut terminal: PtySession, before: String) -> String {
    before + &terminal.exp_eof().unwrap()
}

/// Asserts that the terminal got the hostile text only with escapes.
#[track_caller]
fn assert_escaped(shown: &str) {
    assert!(shown.contains(r"x\u{1b}[2J\u{9b}2J\u{202e}y"), "{shown:?}");
    // `rexpect` reads each byte as a character.
    for raw in ["x\u{1b}", "\u{c2}\u{9b}", "\u{e2}\u{80}\u{ae}"] {
        assert!(!shown.contains(raw), "{raw:?}: {shown:?}");
    }
}

#[test]
fn an_unknown_challenge_name_is_shown_with_escapes() {
    let script = Script::with_challenge("hostile_challenge", HOSTILE, json!({}));
    assert_escaped(&all_output(script.sign_in_at_terminal(), String::new()));
    assert_escaped(&script.run(&["sign-in", "--username", "alice", "--flow", "password"]).stderr);
}

#[test]
fn factors_to_choose_are_shown_with_escapes() {
    for (name, parameter) in [("SELECT_MFA_TYPE", "MFAS_CAN_CHOOSE"), ("MFA_SETUP", "MFAS_CAN_SETUP")] {
        let list = json!(["SMS_MFA", HOSTILE]).to_string();
        let script = Script::with_challenge("hostile_choices", name, json!({ parameter: list }));
        let mut terminal = script.sign_in_at_terminal();
        let shown = terminal.exp_string("Second factor").unwrap();
        let shown = shown + &terminal.exp_string("> SMS_MFA").unwrap();
        // The entry below the first one.
        let shown = shown + &terminal.exp_string("y\r\n").unwrap();
        assert_escaped(&shown);
        terminal.send_control('c').unwrap();
    }
}

#[test]
fn questions_of_the_service_are_shown_with_escapes() {
    let attributes = json!({ "requiredAttributes": json!([HOSTILE]).to_string() });
    for (name, parameters) in [
        ("SMS_MFA", json!({ "CODE_DELIVERY_DESTINATION": HOSTILE })),
        ("SOFTWARE_TOKEN_MFA", json!({ "FRIENDLY_DEVICE_NAME": HOSTILE })),
        ("CUSTOM_CHALLENGE", json!({ "question": HOSTILE })),
        ("CUSTOM_CHALLENGE", json!({ HOSTILE: "value" })),
        ("NEW_PASSWORD_REQUIRED", attributes),
    ] {
        let script = Script::with_challenge("hostile_questions", name, parameters);
        let mut command = script.command(&["sign-in", "--username", "alice", "--flow", "password"]);
        command.env("COGNITO_NEW_PASSWORD", PASSWORD).env("TERM", "xterm").stdin(std::process::Stdio::inherit());
        let options = rexpect::reader::Options::new().timeout_ms(Some(20_000));
        let mut terminal = rexpect::session::spawn_with_options(command, options).unwrap();
        let shown = terminal.exp_string("}y").unwrap() + "}y";
        assert_escaped(&shown);
        terminal.send_control('c').unwrap();
    }
}

#[test]
fn a_stored_user_name_is_shown_with_escapes() {
    let script = Script::new("hostile_name", |_, request| {
        let mut response = tokens();
        // The name in the claims of the access token, which is not signed.
        let name = request["AuthParameters"]["USERNAME"].clone();
        let claims = data_encoding::BASE64URL_NOPAD.encode(json!({ "username": name }).to_string().as_bytes());
        response["AuthenticationResult"]["AccessToken"] = json!(format!("e30.{claims}.e30"));
        (200, response)
    });
    let signed_in = script.run(&["sign-in", "--username", HOSTILE, "--flow", "password"]);
    assert_eq!(signed_in.code, 0, "{}", signed_in.stderr);
    let mut terminal = script.at_terminal(&["sign-in", "--flow", "password"]);
    let before = terminal.exp_string("User name").unwrap() + &terminal.exp_string("y]: ").unwrap() + "y]: ";
    assert_escaped(&before);
    terminal.send_line("").unwrap();
    assert_escaped(&all_output(terminal, before));
    // The default is the name itself, not the name with escapes.
    let names: Vec<Value> =
        script.requests("InitiateAuth").iter().map(|request| request["AuthParameters"]["USERNAME"].clone()).collect();
    assert_eq!(names, [json!(HOSTILE), json!(HOSTILE)]);
}

#[test]
fn errors_and_warnings_are_shown_with_escapes() {
    let error = json!({ "__type": "UserLambdaValidationException", "message": HOSTILE });
    let script = Script::new("hostile_error", move |_, _| (400, error.clone()));
    let shown = script.run(&["sign-in", "--username", "alice", "--flow", "password"]).stderr;
    assert_escaped(&shown);
    assert_escaped(&all_output(script.sign_in_at_terminal(), String::new()));

    let json = script.sign_in(&[]);
    assert!(json.stderr.contains(r"x\u001b[2J\u009b2J\u202ey"), "{}", json.stderr);
    assert_eq!(json.error(3)["message"], HOSTILE);

    let usage = script.run(&["sign-in", "--profile", HOSTILE]);
    assert_escaped(&usage.stderr);
    assert_escaped(&script.run(&["sign-in", HOSTILE]).stderr);
    let mut help = script.command(&["sign-in", "--help"]);
    assert_escaped(&run_result(&help.env("COGNITO_PROFILE", HOSTILE).output().unwrap()).text());
}

#[test]
fn each_attribute_value_is_one_line() {
    let value = "Al\nemail_verified=true\r\u{85}\u{2028}e\u{301}\u{200d}z\u{202e}";
    let script = Script::new("hostile_attributes", move |operation, _| match operation {
        "GetUser" => {
            let attributes = json!([{ "Name": "nickname", "Value": value }, { "Name": "a\nb", "Value": "c" }]);
            (200, json!({ "Username": "alice\nbob", "UserAttributes": attributes }))
        }
        _ => (200, tokens()),
    });
    assert_eq!(script.sign_in(&[]).code, 0);
    // A program that reads the lines gets all other characters unchanged.
    let line = "Al\\nemail_verified=true\\r\\u{85}\\u{2028}e\u{301}\u{200d}z\u{202e}";
    assert_eq!(script.run(&["attributes", "get"]).text(), format!("nickname={line}\na\\nb=c\n"));
    assert_eq!(script.run(&["attributes", "get", "nickname"]).text(), format!("{line}\n"));
    assert_eq!(script.run(&["whoami"]).text(), format!("alice\\nbob\n  nickname: {line}\n  a\\nb: c\n"));

    let json = script.run(&["attributes", "get", "--json"]);
    assert!(json.stdout.contains(r"\r\u0085\u2028e") && json.stdout.contains(r"\u200dz\u202e"), "{}", json.stdout);
    assert_eq!(json.json()["attributes"]["nickname"], value);

    let shown = all_output(script.at_terminal(&["attributes", "get", "nickname"]), String::new());
    assert!(shown.contains(r"\u{200d}z\u{202e}"), "{shown:?}");
}
