//! The secret hash in requests of app clients with a secret.

use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, alice, email_pool, open_client};
use cognito_testkit::{ClientConfig, PoolConfig, secret_hash};
use serde_json::json;

fn scene() -> Scene {
    let pool = PoolConfig { alias_attributes: vec!["email".to_owned()], users: vec![alice()], ..email_pool() };
    let client = ClientConfig { id: Some("backend".to_owned()), secret: Some("hush".to_owned()), ..open_client() };
    Scene::with_pool(pool, client)
}

const MISSING: (&str, &str) =
    ("NotAuthorizedException", "Client backend is configured with secret but SECRET_HASH was not received");
const WRONG: (&str, &str) = ("NotAuthorizedException", "Unable to verify secret hash for client backend");

#[test]
fn the_secret_hash_matches_the_documented_formula() {
    // printf %s alicebackend | openssl dgst -sha256 -hmac hush -binary | base64
    assert_eq!(secret_hash("hush", "alice", "backend"), "5HRekC42hyuw3kc7UdxE4z2CIqC2Jf9BJ4KqxMURB18=");
}

#[test]
fn a_right_hash_signs_in_with_user_name_or_alias() {
    let mut scene = scene();
    scene.srp_sign_in("alice", PASSWORD).unwrap();
    scene.srp_sign_in("alice@example.com", PASSWORD).unwrap();
    scene.password_sign_in("alice", PASSWORD).unwrap();
}

#[test]
fn a_missing_and_a_wrong_hash_have_different_errors() {
    let mut scene = scene();
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let mut body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "backend", "AuthParameters": parameters });
    assert_eq!(scene.refused("InitiateAuth", body.clone()), MISSING);
    body["AuthParameters"]["SECRET_HASH"] = json!("wrong");
    assert_eq!(scene.refused("InitiateAuth", body), WRONG);
    let sign_up = json!({ "ClientId": "backend", "Username": "bob", "Password": PASSWORD });
    assert_eq!(scene.refused("SignUp", sign_up), MISSING);
    let resend = json!({ "ClientId": "backend", "Username": "bob", "SecretHash": "wrong" });
    assert_eq!(scene.refused("ResendConfirmationCode", resend), WRONG);
    let confirm = json!({ "ClientId": "backend", "Username": "bob", "ConfirmationCode": "1" });
    assert_eq!(scene.refused("ConfirmSignUp", confirm), MISSING);
}

#[test]
fn a_client_without_a_secret_must_not_send_a_hash() {
    let mut scene = Scene::with_alice();
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "SECRET_HASH": "some" });
    let refusal = scene.initiate("USER_PASSWORD_AUTH", parameters).unwrap_err();
    let text = format!("App client {} is not configured for secret but secret hash was received", scene.client.id);
    assert_eq!(refusal, ("InvalidParameterException", text.as_str()));
}

#[test]
fn a_refresh_is_hashed_with_the_canonical_user_name() {
    let mut scene = scene();
    let token = Tokens::from_answer(&scene.srp_sign_in("alice@example.com", PASSWORD).unwrap()).refresh.unwrap();
    let mut refresh = |username: &str| {
        let hash = secret_hash("hush", username, "backend");
        scene.initiate("REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": token, "SECRET_HASH": hash }))
    };
    refresh("Alice").unwrap();
    assert_eq!(refresh("alice@example.com").unwrap_err(), WRONG);
    assert_eq!(scene.refresh(&token).unwrap_err(), MISSING);
}

#[test]
fn a_revocation_needs_the_client_secret_itself() {
    let mut scene = scene();
    let tokens = scene.tokens();
    let mut body = json!({ "ClientId": "backend", "Token": tokens.refresh });
    assert_eq!(scene.refused("RevokeToken", body.clone()).name, "UnauthorizedException");
    body["ClientSecret"] = json!("hush");
    scene.ok("RevokeToken", body);
}
