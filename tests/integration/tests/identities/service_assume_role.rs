//! The operation AssumeRoleWithWebIdentity: it exchanges the OpenID token of an identity for AWS credentials.

use cognito_integration_tests::support::identities::*;
use cognito_integration_tests::support::scene::{Refusal, Scene};
use serde_json::json;

const DENIED: (&str, &str) = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");

#[test]
fn a_users_token_can_assume_the_users_role() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let logins = json!({ scene.provider(): scene.tokens().id });
    let identity = scene.get_id(&pool, logins.clone()).unwrap();
    let token = scene.open_id_token(&identity, logins).unwrap();
    let xml = scene.assume_role(USER_ROLE, &token, &[]).unwrap();
    let head = "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                <AssumeRoleWithWebIdentityResult>";
    assert!(xml.starts_with(head), "{xml}");
    let content = |name: &str| element(&xml, name).unwrap_or_else(|| panic!("no {name} in {xml}"));
    assert_eq!(content("SubjectFromWebIdentityToken"), identity);
    assert_eq!(content("Audience"), pool);
    assert_eq!(content("Provider"), "https://cognito-identity.amazonaws.com");
    assert_eq!(content("Arn"), "arn:aws:sts::123456789012:assumed-role/user/session");
    assert!(content("AssumedRoleId").starts_with("AROA") && content("AssumedRoleId").ends_with(":session"));
    assert_eq!(content("Expiration"), "2023-11-14T23:13:20Z");
    assert_eq!((content("SecretAccessKey").len(), content("SessionToken").len()), (40, 800));
    let owner = scene.simulator.credentials_owner(&content("AccessKeyId")).unwrap();
    assert_eq!((owner.identity_id, owner.role_arn.as_str()), (identity, USER_ROLE));
}

#[track_caller]
fn guest_token(scene: &mut Scene, pool: &str) -> String {
    let guest = scene.get_id(pool, json!({})).unwrap();
    scene.open_id_token(&guest, json!({})).unwrap()
}

#[test]
fn guests_and_users_can_assume_only_their_own_role() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let guest = guest_token(&mut scene, &pool);
    assert!(scene.assume_role(GUEST_ROLE, &guest, &[]).is_ok());
    assert_eq!(scene.assume_role(USER_ROLE, &guest, &[]).unwrap_err(), DENIED);
    let logins = json!({ GOOGLE: google(&scene, "ann") });
    let ann = scene.get_id(&pool, logins.clone()).unwrap();
    let token = scene.open_id_token(&ann, logins).unwrap();
    assert!(scene.assume_role(USER_ROLE, &token, &[]).is_ok());
    assert_eq!(scene.assume_role(GUEST_ROLE, &token, &[]).unwrap_err(), DENIED);
    assert_eq!(scene.assume_role("arn:aws:iam::123456789012:role/other", &token, &[]).unwrap_err(), DENIED);
    let parameters = [
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", USER_ROLE),
        ("RoleSessionName", "session"),
        ("WebIdentityToken", &guest),
    ];
    assert_eq!(scene.query(&parameters).status(), 403);
}

#[test]
fn an_openid_token_is_valid_for_ten_minutes() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let token = guest_token(&mut scene, &pool);
    scene.advance(599);
    assert!(scene.assume_role(GUEST_ROLE, &token, &[]).is_ok());
    scene.advance(1);
    let (now, text) = (scene.now.as_unix_seconds(), "must be before the expiration date/time");
    let text = format!("Token expired: current date/time {now} {text} {now}");
    assert_eq!(scene.assume_role(GUEST_ROLE, &token, &[]).unwrap_err(), ("ExpiredTokenException", text.as_str()));
}

#[test]
fn credentials_are_valid_for_the_requested_duration() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let token = guest_token(&mut scene, &pool);
    for (seconds, expires) in [("900", "2023-11-14T22:28:20Z"), ("43200", "2023-11-15T10:13:20Z")] {
        let xml = scene.assume_role(GUEST_ROLE, &token, &[("DurationSeconds", seconds)]).unwrap();
        assert_eq!(element(&xml, "Expiration").as_deref(), Some(expires));
    }
    for seconds in ["899", "43201", "-1", "3600.0", "an hour", ""] {
        let refusal = scene.assume_role(GUEST_ROLE, &token, &[("DurationSeconds", seconds)]).unwrap_err();
        assert_eq!(refusal.name, "ValidationError", "{seconds}");
        assert!(refusal.message.contains("durationSeconds"), "{refusal:?}");
    }
}

#[test]
fn a_token_that_was_not_issued_to_an_identity_is_rejected() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let token = guest_token(&mut scene, &pool);
    let id_token = scene.tokens().id;
    let (signed, _) = token.rsplit_once('.').unwrap();
    let (_, foreign) = id_token.rsplit_once('.').unwrap();
    for wrong in ["not-a-token", "a.b.c", id_token.as_str(), &format!("{signed}.{foreign}"), &format!("{signed}.")] {
        let refusal = scene.assume_role(GUEST_ROLE, wrong, &[]).unwrap_err();
        assert_eq!(refusal.name, "InvalidIdentityToken", "{wrong}");
    }
}

#[test]
fn parameters_are_validated_and_errors_escape_them() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let token = guest_token(&mut scene, &pool);
    let mut error_for = |name: &'static str, value: &str| -> Refusal {
        scene.assume_role(GUEST_ROLE, &token, &[(name, value)]).unwrap_err()
    };
    let refusal = error_for("RoleSessionName", "<a&b>\"\u{1}");
    assert_eq!(refusal.name, "ValidationError");
    assert!(refusal.message.contains("'&lt;a&amp;b&gt;&quot;\u{fffd}' at 'roleSessionName'"), "{refusal:?}");
    for (name, value) in [("RoleSessionName", "x"), ("RoleArn", "arn"), ("WebIdentityToken", "x"), ("ProviderId", "x")]
    {
        let refusal = error_for(name, value);
        assert_eq!(refusal.name, "ValidationError", "{refusal:?}");
    }
    for long in [("RoleSessionName", 65), ("RoleArn", 2049), ("WebIdentityToken", 20_001), ("Policy", 2049)] {
        assert_eq!(error_for(long.0, &"a".repeat(long.1)).name, "ValidationError", "{}", long.0);
    }
    assert_eq!(error_for("Policy", "not JSON").name, "MalformedPolicyDocument");
    assert_eq!(error_for("ProviderId", "www.amazon.com").name, "UnsupportedOperationException");
    let policy =
        [("Policy", "{\"Statement\":[]}"), ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess")];
    assert!(scene.assume_role(GUEST_ROLE, &token, &policy).is_ok());
}

#[test]
fn a_form_must_name_a_known_action_and_the_version() {
    let (mut scene, _) = identity_scene(open_identity_pool());
    let version = ("Version", "2011-06-15");
    let mut error_name = |parameters: &[(&str, &str)]| read_xml(&scene.query(parameters)).unwrap_err().name;
    assert_eq!(error_name(&[]), "MissingAction");
    assert_eq!(error_name(&[("Action", "GetSessionToken"), version]), "InvalidAction");
    assert_eq!(error_name(&[("Action", "GetId"), version]), "InvalidAction");
    assert_eq!(error_name(&[("Action", "AssumeRoleWithWebIdentity")]), "InvalidAction");
    assert_eq!(error_name(&[("Action", "AssumeRoleWithWebIdentity"), version]), "ValidationError");
}

/// Calls GetCallerIdentity with these credentials.
fn caller_identity(scene: &mut Scene, access_key_id: &str, session_token: &str) -> Result<String, Refusal> {
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={access_key_id}/20231114/us-east-1/sts/aws4_request, Signature=0");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", &authorization),
        ("x-amz-security-token", session_token),
    ];
    let body = b"Action=GetCallerIdentity&Version=2011-06-15".to_vec();
    let request = cognito_core::Request::post("http://localhost/", headers.into_iter().collect(), body);
    read_xml(&scene.simulator.handle(scene.now, &request))
}

#[test]
fn caller_identity_works_until_the_credentials_expire() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let guest = scene.get_id(&pool, json!({})).unwrap();
    let credentials = scene.credentials(&guest, json!({})).unwrap()["Credentials"].clone();
    let (key, token) = (text(&credentials["AccessKeyId"]), text(&credentials["SessionToken"]));
    let arn = "arn:aws:sts::123456789012:assumed-role/guest/CognitoIdentityCredentials";
    assert_eq!(element(&caller_identity(&mut scene, &key, &token).unwrap(), "Arn").as_deref(), Some(arn));

    for (key, token) in [("ASIAUNKNOWN", token.as_str()), (&key, "another"), (&key, "")] {
        assert_eq!(caller_identity(&mut scene, key, token).unwrap_err().name, "InvalidClientTokenId");
    }
    let unsigned = scene.query(&[("Action", "GetCallerIdentity"), ("Version", "2011-06-15"), ("Signer", "me")]);
    assert_eq!(unsigned.status(), 403);
    assert_eq!(read_xml(&unsigned).unwrap_err().name, "MissingAuthenticationToken");
    scene.now = scene.in_seconds(3600);
    assert_eq!(caller_identity(&mut scene, &key, &token).unwrap_err().name, "ExpiredToken");
}
