//! The commands for sign-up, passwords, tokens, sign-out and deletion.

use core::time::Duration;

use cognito_testkit::{Fault, FaultPlan, Purpose};
use serde_json::json;

use crate::stage::{NEW_PASSWORD, PASSWORD, Stage, short_lived_tokens};

const SIGN_UP: [&str; 5] = ["sign-up", "--username", "bob", "--attribute", "email=bob@example.com"];

#[test]
fn a_user_signs_up_confirms_and_signs_in() {
    let stage = Stage::new("sign_up");
    let signed_up = stage.with_env(&SIGN_UP, &[("COGNITO_PASSWORD", PASSWORD)]);
    let expected = "Signed bob up. A code was sent to b***@e***. Confirm it with `cognito confirm`.\n";
    assert_eq!(signed_up.text(), expected);

    let resent = stage.json(&["resend", "--username", "bob"]);
    let delivery = json!({ "destination": "b***@e***", "medium": "EMAIL", "attribute": "email" });
    assert_eq!(resent, json!({ "username": "bob", "delivery": delivery }));

    let confirmed = stage.json(&["confirm", &stage.last_code(), "--username", "bob"]);
    assert_eq!(confirmed, json!({ "username": "bob", "confirmed": true }));

    let signed_in = stage.with_stdin(&["sign-in", "--username", "bob", "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(signed_in.text(), "Signed in as bob.\n");
}

#[test]
fn a_sign_up_is_reported_as_json() {
    let stage = Stage::new("sign_up_json");
    let arguments: Vec<&str> = SIGN_UP.into_iter().chain(["--json", "--password-stdin"]).collect();
    let mut signed_up = stage.with_stdin(&arguments, PASSWORD).json();
    let sub = signed_up["sub"].take();
    assert_eq!(sub.as_str().map(str::len), Some(36));
    let delivery = json!({ "destination": "b***@e***", "medium": "EMAIL", "attribute": "email" });
    assert_eq!(signed_up, json!({ "username": "bob", "sub": null, "confirmed": false, "delivery": delivery }));
}

#[test]
fn a_sign_in_is_reported_as_json_without_a_token() {
    let stage = Stage::new("sign_in_json");
    for flow in ["srp", "password"] {
        let arguments = ["sign-in", "--username", "alice", "--flow", flow, "--json"];
        let mut signed_in = stage.with_env(&arguments, &[("COGNITO_PASSWORD", PASSWORD)]).json();
        let expires_at = signed_in["expires_at"].take();
        assert!(expires_at.as_str().is_some_and(|time| time.len() == 20 && time.ends_with('Z')), "{expires_at}");
        assert!(signed_in["sub"].take().is_string());
        assert_eq!(signed_in, json!({ "username": "alice", "sub": null, "expires_at": null, "device": null }));
    }
}

#[test]
fn the_token_command_prints_only_the_token() {
    let stage = Stage::signed_in("token");
    let access = stage.text(&["token"]);
    assert_eq!((access.lines().count(), access.matches('.').count(), access.ends_with('\n')), (1, 2, true));
    assert_eq!(stage.text(&["token", "--access"]), access);
    assert_ne!(stage.text(&["token", "--id"]), access);

    let mut report = stage.json(&["token", "--id"]);
    assert_eq!(format!("{}\n", report["token"].take().as_str().unwrap()), stage.text(&["token", "--id"]));
    assert!(report["expires_at"].take().is_string());
    assert_eq!(report, json!({ "username": "alice", "token_use": "id", "token": null, "expires_at": null }));
}

#[test]
fn an_expired_token_is_refreshed() {
    let stage = Stage::with_changes("refresh", short_lived_tokens());
    stage.sign_in();
    let first = stage.text(&["token"]);
    assert_eq!(stage.text(&["token"]), first);
    // The tool reads the lifetime from the claims, and prints no token that expires too soon.
    let claims = stage.json(&["claims"]);
    let left = claims["exp"].as_u64().unwrap() - stage.server.now().as_unix_seconds();
    assert!((280..=300).contains(&left), "{left}");

    // The test cannot advance the clock of this machine, so the service reports that the token has expired.
    stage.server.advance(Duration::from_secs(400));
    assert_eq!(stage.json(&["whoami"])["username"], "alice");
    let second = stage.text(&["token"]);
    assert_ne!(second, first);
    // The refresh rotated the refresh token. The first one is invalid, so the new one must have been stored.
    stage.server.advance(Duration::from_secs(400));
    assert_eq!(stage.json(&["whoami"])["username"], "alice");
}

#[test]
fn a_failed_command_still_warns_of_a_session_that_is_lost() {
    let stage = Stage::with_changes("lost_session", short_lived_tokens());
    stage.sign_in();
    stage.server.advance(Duration::from_secs(400));
    stage.block_store();
    let refused = stage.run(&["attributes", "set", "sub=1"]);
    assert_eq!((refused.code, &*refused.stdout), (3, ""), "{}", refused.stderr);
    let (warning, error) = refused.stderr.split_once('\n').unwrap();
    assert!(warning.starts_with("cognito: warning: the session could not be saved and may be lost: "), "{warning}");
    assert!(error.starts_with("cognito: NotAuthorizedException: "), "{error}");
}

#[test]
fn whoami_shows_the_user_name_and_the_attributes() {
    let stage = Stage::signed_in("whoami");
    let text = stage.text(&["whoami"]);
    assert!(text.starts_with("alice\n") && text.contains("\n  email: alice@example.com\n"), "{text}");
    let mut json = stage.json(&["whoami"]);
    assert_eq!(json["attributes"].take()["email_verified"], "true");
    assert_eq!(json, json!({ "username": "alice", "attributes": null, "preferred_mfa": null, "mfa": [] }));
}

#[test]
fn claims_come_from_the_requested_token() {
    let stage = Stage::signed_in("claims");
    let (access, id) = (stage.json(&["claims"]), stage.json(&["claims", "--id"]));
    assert_eq!((&access["token_use"], &access["username"]), (&json!("access"), &json!("alice")));
    assert_eq!((&id["token_use"], &id["email"]), (&json!("id"), &json!("alice@example.com")));
}

#[test]
fn a_password_can_be_changed() {
    let stage = Stage::signed_in("change_password");
    let lines = format!("{PASSWORD}\n{NEW_PASSWORD}\n");
    let changed = stage.with_stdin(&["password", "change", "--password-stdin", "--json"], &lines);
    assert_eq!(changed.json(), json!({ "username": "alice" }));
    let second_change = [("COGNITO_PASSWORD", NEW_PASSWORD), ("COGNITO_NEW_PASSWORD", "Third-password-3")];
    assert_eq!(stage.with_env(&["password", "change"], &second_change).text(), "Changed the password of alice.\n");
    let signed_in =
        stage.with_env(&["sign-in"], &[("COGNITO_USERNAME", "alice"), ("COGNITO_PASSWORD", "Third-password-3")]);
    assert_eq!(signed_in.text(), "Signed in as alice.\n");
}

#[test]
fn a_forgotten_password_is_reset_with_a_code() {
    let stage = Stage::new("forgot_password");
    let forgot = stage.text(&["password", "forgot", "--username", "alice"]);
    assert_eq!(forgot, "A code was sent to a***@e***.\n");
    let message = stage.server.messages().pop().unwrap();
    assert_eq!(message.purpose, Purpose::ForgotPassword);
    let confirm = ["password", "confirm", &*message.code, "--username", "alice"];
    let confirmed = stage.with_env(&confirm, &[("COGNITO_NEW_PASSWORD", NEW_PASSWORD)]);
    assert_eq!(confirmed.text(), "Set a new password for alice.\n");
    let signed_in = stage.with_env(&["sign-in", "--username", "alice"], &[("COGNITO_PASSWORD", NEW_PASSWORD)]);
    assert_eq!(signed_in.text(), "Signed in as alice.\n");
}

#[test]
fn a_sign_out_revokes_and_removes_the_session() {
    for (name, arguments, global) in
        [("sign_out", &["sign-out"][..], false), ("global_sign_out", &["sign-out", "--global"], true)]
    {
        let stage = Stage::signed_in(name);
        assert_eq!(stage.json(arguments), json!({ "username": "alice", "revoked": true, "global": global }));
        assert_eq!(stage.run(&["token", "--json"]).error(5)["kind"], "NotSignedIn");
    }
}

#[test]
fn a_sign_out_without_the_service_fails_but_removes_the_session() {
    let stage = Stage::signed_in("lost_sign_out");
    stage.server.plan_fault(FaultPlan::next(Fault::LoseBefore).times(100));
    let error = stage.run(&["sign-out", "--json"]).error(4);
    assert_eq!(error["kind"], "NotReached");
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("signed out on this machine, but the tokens may still be valid: "), "{message}");
    assert_eq!(stage.run(&["token"]).code, 5);
    // A sign-out fails for a user who is not signed in.
    assert_eq!(stage.run(&["sign-out", "--username", "alice", "--json"]).error(5)["kind"], "NotSignedIn");
}

#[test]
fn a_store_failure_at_sign_out_reports_the_state_of_the_tokens() {
    for (test, faults, expected) in [
        ("kept_sign_out", 0, "the tokens are revoked, but the session is still in the store: "),
        ("undone_sign_out", 100, "the tokens may still be valid, and the session is still in the store: "),
    ] {
        let stage = Stage::signed_in(test);
        stage.block_store();
        if faults > 0 {
            stage.server.plan_fault(FaultPlan::next(Fault::LoseBefore).times(faults));
        }
        let error = stage.run(&["sign-out", "--json"]).error(6);
        assert_eq!(error["kind"], "Store");
        assert!(error["message"].as_str().unwrap().starts_with(expected), "{error}");
    }
}

#[test]
fn a_rejected_sign_out_reports_the_error_code() {
    let stage = Stage::signed_in("refused_sign_out");
    let mut throttled = FaultPlan::next(Fault::Throttle);
    throttled.times = 9;
    stage.server.plan_fault(throttled);
    let error = stage.run(&["sign-out", "--json"]).error(3);
    let expected = "signed out on this machine, but the tokens may still be valid: ";
    assert_eq!(error["code"], "TooManyRequestsException");
    assert!(error["message"].as_str().unwrap().starts_with(expected), "{error}");
}

#[test]
fn a_user_is_deleted_only_with_confirmation() {
    let stage = Stage::signed_in("delete_user");
    let unconfirmed = stage.run(&["delete-user", "--json"]).error(5);
    assert_eq!((&unconfirmed["kind"], &unconfirmed["answers"]), (&json!("AnswerNeeded"), &json!(["--yes"])));
    stage.json(&["credentials"]);
    let identities = |text: &str| text.matches(&stage.identity_pool_id.replace(':', "%3A")).count();
    let stored = || std::fs::read_to_string(stage.store()).unwrap();
    assert_eq!(identities(&stored()), 1, "{}", stored());
    assert_eq!(stage.json(&["delete-user", "--yes"]), json!({ "username": "alice", "deleted": true }));
    assert_eq!(identities(&stored()), 0);
    let deleted = stage.with_env(&["sign-in", "--username", "alice", "--json"], &[("COGNITO_PASSWORD", PASSWORD)]);
    assert_eq!(deleted.error(3)["code"], "UserNotFoundException");
}

#[test]
fn the_alias_of_a_sign_in_names_the_user_in_later_commands() {
    let user = json!({ "username": "alice@example.com", "password": PASSWORD });
    let stage = Stage::with_changes("alias", json!({ "username_attributes": ["email"], "users": [user] }));
    let by_email = [("COGNITO_USERNAME", "alice@example.com")];
    assert_eq!(stage.with_env(&["token"], &by_email).code, 5);
    let signed_in = stage.with_env(&["sign-in", "--json"], &[by_email[0], ("COGNITO_PASSWORD", PASSWORD)]).json();
    let canonical = signed_in["username"].as_str().unwrap();
    assert_ne!(canonical, "alice@example.com");
    let token = stage.text(&["token"]);
    assert_eq!(stage.with_env(&["token"], &by_email).text(), token);
    assert_eq!(stage.text(&["token", "--username", canonical]), token);
    assert_eq!(stage.run(&["token", "--username", "bob@example.com"]).code, 5);
}
