//! Challenges that the simulated service never sends: without members, with lists of another form, or without
//! an end.

use serde_json::{Value, json};

use crate::script::Script;

/// Returns the responses to challenges that the program sent.
fn responses(script: &Script) -> Vec<Value> {
    script.requests("RespondToAuthChallenge").iter().map(|request| request["ChallengeResponses"].clone()).collect()
}

#[test]
fn a_code_without_a_destination_is_asked_by_its_challenge() {
    for (name, question) in [
        ("SMS_MFA", "Code from the text message (SMS): "),
        ("SMS_OTP", "Code from the text message (SMS): "),
        ("EMAIL_OTP", "Code from the e-mail: "),
        ("SOFTWARE_TOKEN_MFA", "Code from your authenticator app: "),
    ] {
        // Only an authenticator app has a name.
        let parameters = if name == "EMAIL_OTP" { json!({ "FRIENDLY_DEVICE_NAME": "phone" }) } else { json!({}) };
        let script = Script::with_challenge("no_destination", name, parameters);
        let mut terminal = script.sign_in_at_terminal();
        terminal.exp_string(question).unwrap();
        terminal.send_line("123456").unwrap();
        terminal.exp_string("Signed in as alice.").unwrap();
    }
}

#[test]
fn a_factor_that_needs_an_administrator_is_not_set_up() {
    for (list, message) in [
        (r#"["SMS_MFA"]"#, "an administrator must add to the user first (SMS_MFA)"),
        ("['SMS_MFA']", "an administrator must add to the user first (SMS_MFA)"),
        (r#"["TELEPATHY"]"#, "does not know how to set up the factor (TELEPATHY)"),
    ] {
        let script = Script::with_challenge("administrator", "MFA_SETUP", json!({ "MFAS_CAN_SETUP": list }));
        let error = script.sign_in(&["--challenge-file", &script.path("challenge.json")]).error(2);
        assert!(error["message"].as_str().unwrap().contains(message), "{error}");
        let mut terminal = script.sign_in_at_terminal();
        let shown = terminal.exp_eof().unwrap();
        assert!(shown.contains(message) && !shown.contains("QR"), "{shown}");
        assert_eq!(script.requests("AssociateSoftwareToken"), [] as [Value; 0]);
        assert_eq!(responses(&script), [] as [Value; 0]);
    }
}

#[test]
fn only_the_picked_factor_is_set_up() {
    let two = json!({ "MFAS_CAN_SETUP": r#"["SMS_MFA","SOFTWARE_TOKEN_MFA"]"# });
    let script = Script::with_challenge("picked", "MFA_SETUP", two);
    let error = script.sign_in(&["--answer", "MFA_SETUP=SMS_MFA"]).error(2);
    assert!(error["message"].as_str().unwrap().contains("administrator"), "{error}");
    assert_eq!(script.sign_in(&[]).error(5)["answers"], json!(["MFA_SETUP"]));
    assert_eq!(script.sign_in(&["--answer", "MFA_SETUP=EMAIL_OTP"]).error(2)["kind"], "Usage");
    let mut terminal = script.sign_in_at_terminal();
    terminal.exp_string("> SMS_MFA").unwrap();
    terminal.send_line("").unwrap();
    terminal.exp_string("an administrator must add").unwrap();
    terminal.exp_eof().unwrap();
    assert_eq!(script.requests("AssociateSoftwareToken"), [] as [Value; 0]);

    let mut terminal = script.sign_in_at_terminal();
    terminal.exp_string("> SMS_MFA").unwrap();
    // The key "down" selects the second entry.
    terminal.send("\u{1b}[B").unwrap();
    terminal.send_line("").unwrap();
    terminal.exp_string("or enter this key: JBSWY3DPEHPK3PXP").unwrap();
}

#[test]
fn a_setup_list_of_another_server_is_read() {
    let moto = json!({ "MFAS_CAN_SETUP": "['SOFTWARE_TOKEN_MFA']" });
    let script = Script::with_challenge("moto_setup", "MFA_SETUP", moto);
    let error = script.sign_in(&["--challenge-file", &script.path("challenge.json")]).error(5);
    assert_eq!(error["answers"], json!(["SOFTWARE_TOKEN_MFA_CODE"]));
    script.sign_in_at_terminal().exp_string("or enter this key: JBSWY3DPEHPK3PXP").unwrap();
}

#[test]
fn without_a_setup_list_the_user_chooses() {
    for parameters in [json!({}), json!({ "MFAS_CAN_SETUP": "" }), json!({ "MFAS_CAN_SETUP": "[]" })] {
        let script = Script::with_challenge("no_setup_list", "MFA_SETUP", parameters);
        let asked = script.sign_in(&[]).error(5);
        assert_eq!(asked["answers"], json!(["MFA_SETUP"]));
        let message = asked["message"].as_str().unwrap();
        assert!(message.contains("SOFTWARE_TOKEN_MFA or EMAIL_OTP"), "{message}");
        let given = script.sign_in(&["--answer", "MFA_SETUP=EMAIL_OTP", "--answer", "EMAIL=a@example.com"]);
        assert_eq!(given.code, 0, "{}", given.stderr);
        assert_eq!(responses(&script), [json!({ "USERNAME": "alice", "EMAIL": "a@example.com" })]);
        let mut terminal = script.sign_in_at_terminal();
        terminal.exp_string("> SOFTWARE_TOKEN_MFA").unwrap();
        terminal.send_line("").unwrap();
        terminal.exp_string("or enter this key: JBSWY3DPEHPK3PXP").unwrap();
    }
}

#[test]
fn without_a_list_of_choices_the_user_chooses() {
    for parameters in [json!({}), json!({ "MFAS_CAN_CHOOSE": "" }), json!({ "MFAS_CAN_CHOOSE": "<none>" })] {
        let script = Script::with_challenge("no_choices", "SELECT_MFA_TYPE", parameters);
        assert_eq!(script.sign_in(&[]).error(5)["answers"], json!(["ANSWER"]));
        assert_eq!(script.sign_in(&["--answer", "ANSWER=TELEPATHY"]).code, 0);
        let mut terminal = script.sign_in_at_terminal();
        terminal.exp_string("> SMS_MFA").unwrap();
        terminal.send_line("").unwrap();
        terminal.exp_string("Signed in as alice.").unwrap();
        let answers: Vec<Value> = responses(&script).iter().map(|responses| responses["ANSWER"].clone()).collect();
        assert_eq!(answers, ["TELEPATHY", "SMS_MFA"]);
    }
    let moto = json!({ "MFAS_CAN_CHOOSE": "['SMS_MFA', 'SOFTWARE_TOKEN_MFA']" });
    let script = Script::with_challenge("moto_choices", "SELECT_MFA_TYPE", moto);
    assert_eq!(script.sign_in(&["--answer", "ANSWER=EMAIL_OTP"]).code, 2);
    assert_eq!(script.sign_in(&["--answer", "ANSWER=SOFTWARE_TOKEN_MFA"]).code, 0);
}

#[test]
fn details_of_a_code_that_say_nothing_are_no_code() {
    let script = Script::new("no_details", |operation, _| match operation {
        "SignUp" => (200, json!({ "UserConfirmed": true, "UserSub": "s", "CodeDeliveryDetails": {} })),
        "ForgotPassword" => (200, json!({ "CodeDeliveryDetails": { "DeliveryMedium": "SMS" } })),
        "UpdateUserAttributes" => (200, json!({ "CodeDeliveryDetailsList": [{}] })),
        "InitiateAuth" | "GetTokensFromRefreshToken" => (200, crate::script::tokens()),
        _ => (200, json!({ "CodeDeliveryDetails": { "Destination": "", "AttributeName": null } })),
    });
    assert_eq!(script.sign_in(&[]).code, 0);
    let unknown = "Cognito accepted the request, but does not say whether it sent a code.\n";
    for (arguments, text) in [
        (&["sign-up", "--username", "alice"][..], "Signed alice up. The user can sign in now.\n"),
        (&["resend", "--username", "alice"], unknown),
        (&["password", "forgot", "--username", "alice"], "A code was sent by SMS.\n"),
        (&["attributes", "set", "a=b"], "Set the attributes.\n"),
        (&["attributes", "verify", "email"], unknown),
    ] {
        assert_eq!(script.run(arguments).text(), text);
    }
    assert_eq!(script.run(&["resend", "--username", "alice", "--json"]).json()["delivery"], Value::Null);
    assert_eq!(script.run(&["attributes", "set", "a=b", "--json"]).json()["deliveries"], json!([]));
}

/// Regression: the program answered the only choice forever.
#[test]
fn a_question_that_repeats_ends_the_sign_in() {
    let parameters = json!({ "MFAS_CAN_CHOOSE": r#"["SOFTWARE_TOKEN_MFA"]"# });
    let challenge = json!({ "ChallengeName": "SELECT_MFA_TYPE", "Session": "s", "ChallengeParameters": parameters });
    let script = Script::new("repeated_question", move |_, _| (200, challenge.clone()));
    let error = script.sign_in(&[]).error(4);
    assert_eq!(error["kind"], "Malformed");
    assert_eq!(responses(&script).len(), 1);
    let shown = script.sign_in_at_terminal().exp_eof().unwrap();
    assert!(shown.contains("the service repeats a question"), "{shown}");
}

#[test]
fn pages_that_repeat_end_the_list() {
    let script = Script::new("repeated_pages", |operation, request| {
        let key = if operation == "ListDevices" { "PaginationToken" } else { "NextToken" };
        match operation {
            "ListDevices" | "ListUserSessions" => {
                let next = if request[key] == "A" { "B" } else { "A" };
                (200, json!({ "Devices": [], "Sessions": [], key: next }))
            }
            _ => (200, crate::script::tokens()),
        }
    });
    assert_eq!(script.sign_in(&[]).code, 0);
    for command in ["devices", "sessions"] {
        assert_eq!(script.run(&[command, "list", "--json"]).error(4)["kind"], "Malformed");
    }
}
