//! Registration, listing and deletion of passkeys.

use cognito_integration_tests::support::scene::{
    Answer, PASSWORD, START, Scene, Tokens, alice, email_pool, open_client, with_access_token,
};
use cognito_testkit::{PoolConfig, WebAuthnConfig};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

#[track_caller]
fn scene_with(web_authn: Option<WebAuthnConfig>) -> (Scene, String) {
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], web_authn, ..email_pool() }, open_client());
    let token = Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap()).access;
    (scene, token)
}

fn scene() -> (Scene, String) {
    let relying_party_id = Some("example.com".to_owned());
    scene_with(Some(WebAuthnConfig { relying_party_id, ..WebAuthnConfig::default() }))
}

fn start(scene: &mut Scene, token: &str) -> Value {
    scene.ok("StartWebAuthnRegistration", with_access_token(token, json!({})))["CredentialCreationOptions"].clone()
}

/// Returns the credential that a browser on the origin `origin` creates from the options.
fn credential(id: &str, options: &Value, origin: &str) -> Value {
    let client_data = json!({ "type": "webauthn.create", "challenge": options["challenge"], "origin": origin });
    json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": BASE64URL_NOPAD.encode(client_data.to_string().as_bytes()),
            "attestationObject": BASE64URL_NOPAD.encode(b"the simulator does not read this"),
            "transports": ["internal", "hybrid"],
        },
    })
}

fn complete(scene: &mut Scene, token: &str, credential: Value) -> Answer {
    scene.call("CompleteWebAuthnRegistration", with_access_token(token, json!({ "Credential": credential })))
}

fn register(scene: &mut Scene, token: &str, id: &str) -> Answer {
    let options = start(scene, token);
    complete(scene, token, credential(id, &options, "https://example.com"))
}

#[track_caller]
fn list(scene: &mut Scene, token: &str) -> Vec<Value> {
    let answer = scene.ok("ListWebAuthnCredentials", with_access_token(token, json!({})));
    answer["Credentials"].as_array().unwrap().clone()
}

#[track_caller]
fn name(answer: Answer) -> String {
    answer.unwrap_err().name
}

#[test]
fn a_passkey_can_be_registered_listed_and_deleted() {
    let (mut scene, token) = scene();
    let options = start(&mut scene, &token);
    assert_eq!(options["rp"], json!({ "id": "example.com", "name": "example.com" }));
    assert_eq!((&options["user"]["name"], &options["excludeCredentials"]), (&json!("Alice"), &json!([])));
    assert_eq!(options["authenticatorSelection"]["userVerification"], "preferred");
    complete(&mut scene, &token, credential("Y3JlZC0x", &options, "https://login.example.com:8443")).unwrap();
    let expected = json!([{
        "CredentialId": "Y3JlZC0x",
        "FriendlyCredentialName": "Passkey 1",
        "RelyingPartyId": "example.com",
        "AuthenticatorAttachment": "platform",
        "AuthenticatorTransports": ["internal", "hybrid"],
        "CreatedAt": START,
    }]);
    assert_eq!(json!(list(&mut scene, &token)), expected);
    let factors = scene.ok("GetUserAuthFactors", with_access_token(&token, json!({})));
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(["PASSWORD", "WEB_AUTHN"]));

    let known = json!([{ "type": "public-key", "id": "Y3JlZC0x", "transports": ["internal", "hybrid"] }]);
    assert_eq!(start(&mut scene, &token)["excludeCredentials"], known);

    let body = with_access_token(&token, json!({ "CredentialId": "Y3JlZC0x" }));
    scene.ok("DeleteWebAuthnCredential", body.clone());
    assert!(list(&mut scene, &token).is_empty());
    assert_eq!(scene.refused("DeleteWebAuthnCredential", body).name, "ResourceNotFoundException");
}

#[test]
fn a_pool_needs_passkeys_and_a_relying_party() {
    let (mut scene, token) = scene_with(None);
    let start = with_access_token(&token, json!({}));
    assert_eq!(scene.refused("StartWebAuthnRegistration", start).name, "WebAuthnNotEnabledException");
    assert_eq!(name(complete(&mut scene, &token, json!({}))), "WebAuthnNotEnabledException");
    let (mut scene, token) = scene_with(Some(WebAuthnConfig::default()));
    let start = with_access_token(&token, json!({}));
    assert_eq!(scene.refused("StartWebAuthnRegistration", start).name, "WebAuthnConfigurationMissingException");
}

#[test]
fn a_registration_challenge_can_be_answered_once_and_in_time() {
    let (mut scene, token) = scene();
    let missing = "WebAuthnChallengeNotFoundException";
    let never = json!({ "challenge": "bmV2ZXI" });
    assert_eq!(name(complete(&mut scene, &token, credential("aWQ", &never, "https://example.com"))), missing);
    let options = start(&mut scene, &token);
    complete(&mut scene, &token, credential("aWQ", &options, "https://example.com")).unwrap();
    assert_eq!(name(complete(&mut scene, &token, credential("aWQy", &options, "https://example.com"))), missing);
    let options = start(&mut scene, &token);
    scene.advance(60);
    assert_eq!(name(complete(&mut scene, &token, credential("aWQy", &options, "https://example.com"))), missing);
}

#[test]
fn the_origin_must_belong_to_the_relying_party() {
    let (mut scene, token) = scene();
    let origins = [
        "http://example.com",
        "https://example.com.evil.org",
        "https://notexample.com",
        "https://.example.com",
        "https://example.com:port",
        "android:apk-key-hash:abc",
        "",
    ];
    for origin in origins {
        let options = start(&mut scene, &token);
        let answer = complete(&mut scene, &token, credential("aWQ", &options, origin));
        assert_eq!(name(answer), "WebAuthnOriginNotAllowedException", "{origin}");
    }
    let relying_party_id = Some("localhost".to_owned());
    let (mut scene, token) = scene_with(Some(WebAuthnConfig { relying_party_id, ..WebAuthnConfig::default() }));
    let options = start(&mut scene, &token);
    complete(&mut scene, &token, credential("aWQ", &options, "http://localhost:3000")).unwrap();
}

#[test]
fn client_and_relying_party_must_stay_the_same() {
    let (mut scene, token) = scene();
    let options = start(&mut scene, &token);
    scene.switch_client(open_client());
    let other = Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap()).access;
    let answer = complete(&mut scene, &other, credential("aWQ", &options, "https://example.com"));
    assert_eq!(name(answer), "WebAuthnClientMismatchException");

    let options = start(&mut scene, &token);
    let body = json!({ "UserPoolId": scene.pool_id, "WebAuthnConfiguration": { "RelyingPartyId": "example.org" } });
    scene.ok("SetUserPoolMfaConfig", body);
    let answer = complete(&mut scene, &token, credential("aWQ", &options, "https://example.com"));
    assert_eq!(name(answer), "WebAuthnRelyingPartyMismatchException");
}

#[test]
fn an_invalid_registration_is_rejected() {
    let (mut scene, token) = scene();
    let options = start(&mut scene, &token);
    let valid = credential("aWQ", &options, "https://example.com");
    let mut wrong = vec![json!("text"), json!({}), json!({ "id": 1 })];
    for (pointer, value) in [
        ("/id", json!("")),
        ("/response/clientDataJSON", json!("!")),
        ("/response/clientDataJSON", json!("e30")),
        ("/response/attestationObject", json!("")),
    ] {
        let mut bad = valid.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        wrong.push(bad);
    }
    let data = json!({ "type": "webauthn.get", "challenge": options["challenge"], "origin": "https://example.com" });
    let mut get = valid.clone();
    get["response"]["clientDataJSON"] = json!(BASE64URL_NOPAD.encode(data.to_string().as_bytes()));
    wrong.push(get);
    for bad in wrong {
        assert_eq!(name(complete(&mut scene, &token, bad.clone())), "InvalidParameterException", "{bad}");
    }
    complete(&mut scene, &token, valid).unwrap();
    assert_eq!(name(register(&mut scene, &token, "aWQ")), "WebAuthnCredentialNotSupportedException");
}

#[test]
fn at_most_twenty_passkeys_are_stored_and_listed_in_pages() {
    let (mut scene, token) = scene();
    for number in 0..20 {
        let id = BASE64URL_NOPAD.encode(format!("credential {number}").as_bytes());
        register(&mut scene, &token, &id).unwrap();
    }
    let refusal = scene.refused("StartWebAuthnRegistration", with_access_token(&token, json!({})));
    assert_eq!(refusal.name, "LimitExceededException");
    let first = scene.ok("ListWebAuthnCredentials", with_access_token(&token, json!({ "MaxResults": 15 })));
    let rest = json!({ "MaxResults": 15, "NextToken": first["NextToken"] });
    let rest = scene.ok("ListWebAuthnCredentials", with_access_token(&token, rest));
    let length = |answer: &Value| answer["Credentials"].as_array().unwrap().len();
    assert_eq!((length(&first), length(&rest), rest.get("NextToken")), (15, 5, None));
    let many = with_access_token(&token, json!({ "MaxResults": 21 }));
    assert_eq!(scene.refused("ListWebAuthnCredentials", many).name, "InvalidParameterException");
}
