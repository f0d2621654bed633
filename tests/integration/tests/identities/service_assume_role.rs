//! AssumeRoleWithWebIdentity: a form in, XML out, and credentials for an identity's token.

use cognito_integration_tests::support::identities::*;
use cognito_integration_tests::support::scene::{Refusal, Scene};
use serde_json::json;

const DENIED: (&str, &str) = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");

#[test]
fn a_users_token_is_good_for_the_users_role() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let logins = json!({ scene.provider(): scene.tokens().id });
    let identity = scene.get_id(&pool, logins.clone()).unwrap();
    let token = scene.open_id_token(&identity, logins).unwrap();
    let xml = scene.assume_role(USER_ROLE, &token, &[]).unwrap();
    let head = "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                <AssumeRoleWithWebIdentityResult>";
    assert!(xml.starts_with(head), "{xml}");
    let of = |name: &str| element(&xml, name).unwrap_or_else(|| panic!("no {name} in {xml}"));
    assert_eq!(of("SubjectFromWebIdentityToken"), identity);
    assert_eq!(of("Audience"), pool);
    assert_eq!(of("Provider"), "https://cognito-identity.amazonaws.com");
    assert_eq!(of("Arn"), "arn:aws:sts::123456789012:assumed-role/user/session");
    assert!(of("AssumedRoleId").starts_with("AROA") && of("AssumedRoleId").ends_with(":session"));
    assert_eq!(of("Expiration"), "2023-11-14T23:13:20Z");
    assert_eq!((of("SecretAccessKey").len(), of("SessionToken").len()), (40, 800));
    let owner = scene.simulator.credentials_owner(&of("AccessKeyId")).unwrap();
    assert_eq!((owner.identity_id, owner.role_arn.as_str()), (identity, USER_ROLE));
}

#[track_caller]
fn guest_token(scene: &mut Scene, pool: &str) -> String {
    let guest = scene.get_id(pool, json!({})).unwrap();
    scene.open_id_token(&guest, json!({})).unwrap()
}

#[test]
fn a_role_is_for_guests_or_for_those_who_have_logged_in() {
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
fn a_token_lasts_ten_minutes() {
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
fn credentials_last_as_long_as_is_asked() {
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
fn a_token_that_is_not_of_an_identity_is_refused() {
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
fn parameters_are_checked_and_a_refusal_quotes_them_safely() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let token = guest_token(&mut scene, &pool);
    let mut with = |name: &'static str, value: &str| -> Refusal {
        scene.assume_role(GUEST_ROLE, &token, &[(name, value)]).unwrap_err()
    };
    let refusal = with("RoleSessionName", "<a&b>\"\u{1}");
    assert_eq!(refusal.name, "ValidationError");
    assert!(refusal.message.contains("'&lt;a&amp;b&gt;&quot;\u{fffd}' at 'roleSessionName'"), "{refusal:?}");
    for (name, value) in [("RoleSessionName", "x"), ("RoleArn", "arn"), ("WebIdentityToken", "x"), ("ProviderId", "x")]
    {
        let refusal = with(name, value);
        assert_eq!(refusal.name, "ValidationError", "{refusal:?}");
    }
    for long in [("RoleSessionName", 65), ("RoleArn", 2049), ("WebIdentityToken", 20_001), ("Policy", 2049)] {
        assert_eq!(with(long.0, &"a".repeat(long.1)).name, "ValidationError", "{}", long.0);
    }
    assert_eq!(with("Policy", "not JSON").name, "MalformedPolicyDocument");
    assert_eq!(with("ProviderId", "www.amazon.com").name, "UnsupportedOperationException");
    let policy =
        [("Policy", "{\"Statement\":[]}"), ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess")];
    assert!(scene.assume_role(GUEST_ROLE, &token, &policy).is_ok());
}

#[test]
fn a_form_names_an_action_and_the_version() {
    let (mut scene, _) = identity_scene(open_identity_pool());
    let version = ("Version", "2011-06-15");
    let mut name = |parameters: &[(&str, &str)]| read_xml(&scene.query(parameters)).unwrap_err().name;
    assert_eq!(name(&[]), "MissingAction");
    assert_eq!(name(&[("Action", "GetSessionToken"), version]), "InvalidAction");
    assert_eq!(name(&[("Action", "GetId"), version]), "InvalidAction");
    assert_eq!(name(&[("Action", "AssumeRoleWithWebIdentity")]), "InvalidAction");
    assert_eq!(name(&[("Action", "AssumeRoleWithWebIdentity"), version]), "ValidationError");
}

/// Asks who has signed, with these credentials.
fn caller(scene: &mut Scene, access_key_id: &str, session_token: &str) -> Result<String, Refusal> {
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={access_key_id}/20231114/us-east-1/sts/aws4_request, Signature=0");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", &authorization),
        ("x-amz-security-token", session_token),
    ];
    let body = b"Action=GetCallerIdentity&Version=2011-06-15".to_vec();
    let request = cognito_core::Request::new("http://localhost/", headers.into_iter().collect(), body);
    read_xml(&scene.simulator.handle(scene.now, &request))
}

#[test]
fn credentials_say_whose_they_are_until_they_expire() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let guest = scene.get_id(&pool, json!({})).unwrap();
    let credentials = scene.credentials(&guest, json!({})).unwrap()["Credentials"].clone();
    let (key, token) = (text(&credentials["AccessKeyId"]), text(&credentials["SessionToken"]));
    let arn = "arn:aws:sts::123456789012:assumed-role/guest/CognitoIdentityCredentials";
    assert_eq!(element(&caller(&mut scene, &key, &token).unwrap(), "Arn").as_deref(), Some(arn));

    for (key, token) in [("ASIAUNKNOWN", token.as_str()), (&key, "another"), (&key, "")] {
        assert_eq!(caller(&mut scene, key, token).unwrap_err().name, "InvalidClientTokenId");
    }
    let unsigned = scene.query(&[("Action", "GetCallerIdentity"), ("Version", "2011-06-15"), ("Signer", "me")]);
    assert_eq!(unsigned.status(), 403);
    assert_eq!(read_xml(&unsigned).unwrap_err().name, "MissingAuthenticationToken");
    scene.now = scene.in_seconds(3600);
    assert_eq!(caller(&mut scene, &key, &token).unwrap_err().name, "ExpiredToken");
}
