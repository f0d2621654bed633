//! The commands for attributes, second factors and sessions of a signed-in user.

use serde_json::json;

use crate::stage::Stage;

fn stage_with_factors(test: &str) -> Stage {
    let factors = ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"];
    let stage = Stage::with_changes(test, json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": factors }));
    stage.sign_in();
    stage
}

#[test]
fn attributes_are_set_read_and_deleted() {
    let stage = Stage::signed_in("attributes");
    assert_eq!(stage.text(&["attributes", "set", "name=Alice", "nickname=Al=l"]), "Set the attributes.\n");
    assert_eq!(stage.text(&["attributes", "get", "nickname"]), "Al=l\n");
    assert!(stage.text(&["attributes", "get"]).contains("name=Alice\n"));
    let some = stage.json(&["attributes", "get", "name", "nickname"]);
    assert_eq!(some, json!({ "attributes": { "name": "Alice", "nickname": "Al=l" } }));
    assert_eq!(stage.json(&["attributes", "delete", "nickname"]), json!({ "deleted": ["nickname"] }));
    assert!(stage.json(&["attributes", "get"])["attributes"].get("nickname").is_none());
}

#[test]
fn an_e_mail_address_is_verified_with_a_code() {
    let stage = Stage::signed_in("verify");
    let delivery = json!({ "destination": "o***@e***", "medium": "EMAIL", "attribute": "email" });
    let set = stage.json(&["attributes", "set", "email=other@example.com"]);
    assert_eq!(set, json!({ "deliveries": [delivery] }));
    let sent = stage.json(&["attributes", "verify", "email"]);
    assert_eq!(sent, json!({ "attribute": "email", "verified": false, "delivery": delivery }));
    let verified = stage.json(&["attributes", "verify", "email", &stage.last_code()]);
    assert_eq!(verified, json!({ "attribute": "email", "verified": true }));
}

#[test]
fn an_authenticator_app_is_set_up_in_two_runs() {
    let stage = stage_with_factors("totp");
    assert_eq!(stage.text(&["mfa", "status"]), "No second factor is enabled.\n");
    let setup = stage.json(&["mfa", "totp"]);
    let secret = setup["secret_code"].as_str().unwrap();
    let uri = format!("otpauth://totp/{0}:alice?secret={secret}&issuer={0}", stage.user_pool_id);
    assert_eq!(setup["otpauth_uri"], json!(uri));
    assert_eq!(
        stage.run(&["mfa", "totp", "--code", "000000", "--json"]).error(3)["code"],
        "EnableSoftwareTokenMFAException"
    );
    let on = stage.json(&["mfa", "totp", "--code", &stage.app_code(secret), "--name", "phone"]);
    let preferred = json!({ "preferred": "SOFTWARE_TOKEN_MFA", "enabled": ["SOFTWARE_TOKEN_MFA"] });
    assert_eq!(on, preferred);
    assert_eq!(stage.text(&["mfa", "status"]), "SOFTWARE_TOKEN_MFA (preferred)\n");
}

#[test]
fn changing_a_second_factor_keeps_the_others() {
    let stage = stage_with_factors("prefer");
    let secret = stage.text(&["mfa", "totp"]);
    stage.text(&["mfa", "totp", "--code", &stage.app_code(secret.trim())]);
    let with_email = stage.json(&["mfa", "prefer", "email", "--state", "on"]);
    let both = json!({ "preferred": "SOFTWARE_TOKEN_MFA", "enabled": ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"] });
    assert_eq!(with_email["preferred"], both["preferred"]);
    assert_eq!(with_email["enabled"].as_array().unwrap().len(), 2);
    assert_eq!(stage.json(&["mfa", "prefer", "email"])["preferred"], "EMAIL_OTP");
    let off = stage.json(&["mfa", "prefer", "totp", "--state", "off"]);
    assert_eq!(off, json!({ "preferred": "EMAIL_OTP", "enabled": ["EMAIL_OTP"] }));
}

#[test]
fn an_attribute_that_the_user_does_not_have_is_an_error() {
    let stage = Stage::signed_in("no_attribute");
    assert_eq!(stage.text(&["attributes", "get", "email"]), "alice@example.com\n");
    for names in [&["no_such"][..], &["email", "no_such"]] {
        let error = stage.run(&[&["attributes", "get", "--json"], names].concat()).error(2);
        assert_eq!(error["message"], "the user has no attribute no_such");
    }
}

#[test]
fn passkeys_without_another_factor_are_refused_by_the_tool() {
    let stage = Stage::signed_in("passkey_alone");
    let error = stage.run(&["mfa", "prefer", "passkey", "--json"]).error(2);
    assert!(error["message"].as_str().unwrap().contains("need another second factor"), "{error}");
}

#[test]
fn sessions_are_listed_and_revoked() {
    let stage = Stage::signed_in("sessions");
    let store = stage.path("elsewhere.json");
    let elsewhere = ["sign-in", "--username", "alice", "--store", &store];
    assert_eq!(stage.with_env(&elsewhere, &[("COGNITO_PASSWORD", crate::stage::PASSWORD)]).code, 0);

    let sessions = stage.json(&["sessions", "list"]);
    let sessions = sessions["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| session["is_current"] != json!(true)).unwrap();
    let id = other["session_id"].as_str().unwrap();
    assert!(stage.text(&["sessions", "list"]).contains("(current)"));
    assert_eq!(stage.json(&["sessions", "revoke", id]), json!({ "session_id": id, "revoked": true }));
    assert_eq!(stage.json(&["sessions", "list"])["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(stage.run(&["whoami", "--store", &store]).code, 3);
}
