//! The operation GetTokensFromRefreshToken, with and without rotation of refresh tokens.

use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, alice, email_pool, open_client};
use cognito_testkit::{ClientConfig, PoolConfig, RefreshTokenRotation};
use serde_json::json;

const REUSED: &str = "RefreshTokenReuseException";

fn rotating(rotation: RefreshTokenRotation) -> Scene {
    let client = ClientConfig { refresh_token_rotation: Some(rotation), ..open_client() };
    Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, client)
}

fn grace(retry_grace_period_seconds: u64) -> RefreshTokenRotation {
    RefreshTokenRotation { retry_grace_period_seconds, ..RefreshTokenRotation::default() }
}

#[track_caller]
fn sign_in(scene: &mut Scene) -> String {
    Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap()).refresh.unwrap()
}

#[test]
fn without_rotation_a_refresh_token_can_be_reused() {
    let mut scene = Scene::with_alice();
    let refresh = sign_in(&mut scene);
    for _ in 0..2 {
        let answer = scene.renew(&refresh).unwrap();
        let result = &answer["AuthenticationResult"];
        assert!(result.get("RefreshToken").is_none());
        assert_eq!((&result["TokenType"], &result["ExpiresIn"]), (&json!("Bearer"), &json!(3600)));
        assert!(scene.get_user(&Tokens::from_answer(&answer).access).is_ok());
    }
    assert!(scene.refresh(&refresh).is_ok());
}

#[test]
fn a_refresh_requires_the_client_secret() {
    let client = ClientConfig { generate_secret: true, ..open_client() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, client);
    let refresh = sign_in(&mut scene);
    assert!(scene.renew(&refresh).is_ok());
    let body = json!({ "ClientId": scene.client.id, "RefreshToken": refresh });
    assert_eq!(scene.refused("GetTokensFromRefreshToken", body.clone()).name, "NotAuthorizedException");
    let mut wrong = body;
    wrong["ClientSecret"] = json!("123456789012345678901234");
    assert_eq!(scene.refused("GetTokensFromRefreshToken", wrong).name, "NotAuthorizedException");
}

#[test]
fn each_kind_of_invalid_refresh_token_has_its_own_message() {
    let mut scene = Scene::with_alice();
    let refresh = sign_in(&mut scene);
    assert_eq!(scene.renew("a.b.c").unwrap_err(), ("NotAuthorizedException", "Invalid Refresh Token."));
    let other = sign_in(&mut scene);
    scene.ok("RevokeToken", json!({ "ClientId": scene.client.id, "Token": other }));
    assert_eq!(scene.renew(&other).unwrap_err(), ("NotAuthorizedException", "Refresh Token has been revoked"));
    scene.advance(30 * 86_400);
    assert_eq!(scene.renew(&refresh).unwrap_err(), ("NotAuthorizedException", "Refresh Token has expired"));
}

#[test]
fn rotation_replaces_the_refresh_token() {
    let mut scene = rotating(grace(0));
    let first = sign_in(&mut scene);
    let second = Tokens::from_answer(&scene.renew(&first).unwrap()).refresh.unwrap();
    assert_ne!(first, second);
    assert_eq!(scene.renew(&first).unwrap_err().name, REUSED);
    assert!(scene.renew(&second).is_ok(), "AWS documents no other effect of the reuse than the error");
}

#[test]
fn the_grace_period_starts_at_the_first_use_of_a_token() {
    let mut scene = rotating(grace(60));
    let first = sign_in(&mut scene);
    scene.renew(&first).unwrap();
    scene.advance(59);
    let answer = Tokens::from_answer(&scene.renew(&first).unwrap());
    assert!(scene.get_user(&answer.access).is_ok());
    scene.advance(1);
    assert_eq!(scene.renew(&first).unwrap_err().name, REUSED);
    assert!(scene.renew(&answer.refresh.unwrap()).is_ok());
}

#[test]
fn reuse_can_be_configured_to_end_the_sign_in() {
    let mut scene = rotating(RefreshTokenRotation { reuse_revokes_family: true, ..grace(0) });
    let first = sign_in(&mut scene);
    let tokens = Tokens::from_answer(&scene.renew(&first).unwrap());
    assert_eq!(scene.renew(&first).unwrap_err().name, REUSED);
    let revoked = ("NotAuthorizedException", "Refresh Token has been revoked");
    assert_eq!(scene.renew(&tokens.refresh.unwrap()).unwrap_err(), revoked);
    assert!(scene.get_user(&tokens.access).is_err());
}

#[test]
fn a_rotated_token_keeps_the_expiry_of_the_first_token() {
    let mut scene = rotating(grace(0));
    let first = sign_in(&mut scene);
    scene.advance(29 * 86_400);
    let second = Tokens::from_answer(&scene.renew(&first).unwrap()).refresh.unwrap();
    scene.advance(86_400);
    assert_eq!(scene.renew(&second).unwrap_err(), ("NotAuthorizedException", "Refresh Token has expired"));
}

#[test]
fn the_older_flow_is_rejected_under_rotation() {
    let mut scene = rotating(grace(0));
    let refresh = sign_in(&mut scene);
    let text = "REFRESH_TOKEN_AUTH flow not enabled for this client";
    assert_eq!(scene.refresh(&refresh).unwrap_err(), ("InvalidParameterException", text));
}

#[test]
fn revoking_one_token_of_a_rotated_chain_ends_the_chain() {
    let mut scene = rotating(grace(0));
    let first = sign_in(&mut scene);
    let tokens = Tokens::from_answer(&scene.renew(&first).unwrap());
    scene.ok("RevokeToken", json!({ "ClientId": scene.client.id, "Token": tokens.refresh }));
    let revoked = ("NotAuthorizedException", "Access Token has been revoked");
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), revoked);
}

#[test]
fn a_disabled_user_gets_no_new_tokens() {
    let mut scene = Scene::with_alice();
    let refresh = sign_in(&mut scene);
    scene.ok("AdminDisableUser", scene.user_request("alice"));
    assert_eq!(scene.renew(&refresh).unwrap_err(), ("NotAuthorizedException", "User is disabled."));
    scene.ok("AdminEnableUser", scene.user_request("alice"));
    assert!(scene.renew(&refresh).is_ok());
}
