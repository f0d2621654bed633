//! Tokens of the simulated service: claims, lifetimes, refresh and revocation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_integration_tests::support::scene::{
    INCORRECT, PASSWORD, Refusal, START, Scene, Tokens, alice, attribute, email_pool, open_client,
};
use cognito_testkit::{ClientConfig, ExplicitAuthFlow, PoolConfig, Validity};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

const ACCESS_INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid Access Token");
const ACCESS_EXPIRED: (&str, &str) = ("NotAuthorizedException", "Access Token has expired");
const ACCESS_REVOKED: (&str, &str) = ("NotAuthorizedException", "Access Token has been revoked");
const REFRESH_INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid Refresh Token.");
const REFRESH_EXPIRED: (&str, &str) = ("NotAuthorizedException", "Refresh Token has expired");
const REFRESH_REVOKED: (&str, &str) = ("NotAuthorizedException", "Refresh Token has been revoked");

#[track_caller]
fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn claims(token: &str) -> Value {
    part(token, 1)
}

#[track_caller]
fn names(claims: &Value) -> Vec<&str> {
    claims.as_object().unwrap().keys().map(String::as_str).collect()
}

fn change_password(scene: &mut Scene, access: &str, previous: &str, proposed: &str) -> Result<Value, Refusal> {
    let body = json!({ "AccessToken": access, "PreviousPassword": previous, "ProposedPassword": proposed });
    scene.call("ChangePassword", body)
}

fn revoke(scene: &mut Scene, token: &str) -> Result<Value, Refusal> {
    scene.call("RevokeToken", json!({ "Token": token, "ClientId": scene.client.id }))
}

#[test]
fn an_id_token_identifies_the_user() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    let id = claims(&tokens.id);
    let expected = [
        "aud",
        "auth_time",
        "cognito:username",
        "email",
        "email_verified",
        "event_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "origin_jti",
        "sub",
        "token_use",
    ];
    assert_eq!(names(&id), expected);
    assert_eq!(id["iss"], "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_TestPool1");
    assert_eq!((&id["aud"], &id["token_use"]), (&json!(scene.client.id), &json!("id")));
    assert_eq!((&id["cognito:username"], &id["email_verified"]), (&json!("Alice"), &json!(true)));
    assert_eq!((&id["auth_time"], &id["iat"], &id["exp"]), (&json!(START), &json!(START), &json!(START + 3600)));
}

#[test]
fn an_access_token_contains_scope_and_client() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    let access = claims(&tokens.access);
    let expected = [
        "auth_time",
        "client_id",
        "event_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "origin_jti",
        "scope",
        "sub",
        "token_use",
        "username",
    ];
    assert_eq!(names(&access), expected);
    assert_eq!((&access["scope"], &access["token_use"]), (&json!("aws.cognito.signin.user.admin"), &json!("access")));
    assert_eq!((&access["username"], &access["client_id"]), (&json!("Alice"), &json!(scene.client.id)));
    let id = claims(&tokens.id);
    assert_eq!((&access["sub"], &access["origin_jti"]), (&id["sub"], &id["origin_jti"]));
    assert_ne!(access["jti"], id["jti"]);
}

#[test]
fn tokens_verify_with_the_pools_key_set() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    let key_set: Value = serde_json::from_str(&scene.simulator.jwks(&scene.pool_id).unwrap()).unwrap();
    let key = &key_set["keys"][0];
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    for token in [&tokens.access, &tokens.id] {
        assert_eq!((&part(token, 0)["kid"], &part(token, 0)["alg"]), (&key["kid"], &key["alg"]));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
    }
    assert_eq!(scene.simulator.jwks("us-east-1_Unknown"), None);
}

#[test]
fn get_user_lists_the_attributes() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    let user = scene.get_user(&tokens.access).unwrap();
    assert_eq!(user["Username"], "Alice");
    assert_eq!(attribute(&user["UserAttributes"], "email"), Some("alice@example.com"));
    assert_eq!(attribute(&user["UserAttributes"], "sub"), claims(&tokens.id)["sub"].as_str());
}

#[test]
fn an_access_token_is_valid_for_one_hour() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    scene.advance(3599);
    scene.get_user(&tokens.access).unwrap();
    scene.advance(1);
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), ACCESS_EXPIRED);
}

#[test]
fn only_an_issued_access_token_is_accepted() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    let refresh = tokens.refresh.unwrap();
    let forged = format!("{}A", tokens.access);
    for token in ["a.b.c", &forged, &tokens.id, &refresh] {
        assert_eq!(scene.get_user(token).unwrap_err(), ACCESS_INVALID);
    }
    let text = "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: \
                Member must satisfy regular expression pattern: [A-Za-z0-9-_=.]+";
    assert_eq!(scene.get_user("a b").unwrap_err(), ("InvalidParameterException", text));
}

#[test]
fn a_refresh_returns_new_tokens_of_the_same_sign_in() {
    let mut scene = Scene::with_alice();
    let first = scene.tokens();
    scene.advance(1000);
    let answer = scene.refresh(first.refresh.as_deref().unwrap()).unwrap();
    let second = Tokens::from_answer(&answer);
    assert_eq!(second.refresh, None);
    let (old, new) = (claims(&first.access), claims(&second.access));
    assert_eq!((&new["origin_jti"], &new["auth_time"]), (&old["origin_jti"], &old["auth_time"]));
    assert_eq!((&new["iat"], &new["exp"]), (&json!(START + 1000), &json!(START + 4600)));
    assert_ne!(new["jti"], old["jti"]);
    scene.get_user(&first.access).unwrap();
    scene.get_user(&second.access).unwrap();
    scene.initiate("REFRESH_TOKEN", json!({ "REFRESH_TOKEN": first.refresh })).unwrap();
}

#[test]
fn a_refresh_token_is_valid_for_30_days_from_the_sign_in() {
    let mut scene = Scene::with_alice();
    let token = scene.tokens().refresh.unwrap();
    scene.advance(30 * 86_400 - 1);
    scene.refresh(&token).unwrap();
    scene.advance(1);
    assert_eq!(scene.refresh(&token).unwrap_err(), REFRESH_EXPIRED);
}

#[test]
fn token_lifetimes_come_from_the_app_client() {
    let client = ClientConfig {
        access_token_validity: Validity::minutes(5),
        id_token_validity: Validity::hours(2),
        refresh_token_validity: Validity::days(1),
        ..open_client()
    };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, client);
    let answer = scene.srp_sign_in("alice", PASSWORD).unwrap();
    let tokens = Tokens::from_answer(&answer);
    assert_eq!(answer["AuthenticationResult"]["ExpiresIn"], 300);
    assert_eq!(claims(&tokens.access)["exp"], START + 300);
    assert_eq!(claims(&tokens.id)["exp"], START + 7200);
    scene.advance(86_400);
    assert_eq!(scene.refresh(&tokens.refresh.unwrap()).unwrap_err(), REFRESH_EXPIRED);
}

#[test]
fn a_refresh_token_is_valid_only_for_its_app_client() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    assert_eq!(scene.refresh("garbled").unwrap_err(), REFRESH_INVALID);
    assert_eq!(scene.refresh(&tokens.access).unwrap_err(), REFRESH_INVALID);
    scene.switch_client(open_client());
    assert_eq!(scene.refresh(&tokens.refresh.unwrap()).unwrap_err(), REFRESH_INVALID);
    let refusal = scene.initiate("REFRESH_TOKEN_AUTH", json!({})).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter REFRESH_TOKEN"));
}

#[test]
fn a_revocation_ends_one_sign_in_and_can_be_repeated() {
    let mut scene = Scene::with_alice();
    let (ended, other) = (scene.tokens(), scene.tokens());
    let token = ended.refresh.unwrap();
    let refreshed = Tokens::from_answer(&scene.refresh(&token).unwrap());
    assert_eq!(revoke(&mut scene, &token).unwrap(), json!({}));
    revoke(&mut scene, &token).unwrap();
    assert_eq!(scene.get_user(&ended.access).unwrap_err(), ACCESS_REVOKED);
    assert_eq!(scene.get_user(&refreshed.access).unwrap_err(), ACCESS_REVOKED);
    assert_eq!(scene.refresh(&token).unwrap_err(), REFRESH_REVOKED);
    scene.get_user(&other.access).unwrap();
    scene.refresh(&other.refresh.unwrap()).unwrap();
}

#[test]
fn a_revocation_needs_a_refresh_token_of_the_same_client() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    assert_eq!(revoke(&mut scene, &tokens.access).unwrap_err().name, "UnsupportedTokenTypeException");
    assert_eq!(revoke(&mut scene, &tokens.id).unwrap_err().name, "UnsupportedTokenTypeException");
    revoke(&mut scene, "a-token-that-nobody-handed-out").unwrap();
    scene.switch_client(open_client());
    let token = tokens.refresh.unwrap();
    assert_eq!(revoke(&mut scene, &token).unwrap_err().name, "UnauthorizedException");
    scene.get_user(&tokens.access).unwrap();
}

#[test]
fn without_revocation_tokens_have_no_origin_jti() {
    let client = ClientConfig { enable_token_revocation: false, ..open_client() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, client);
    let tokens = scene.tokens();
    assert_eq!(claims(&tokens.access).get("origin_jti"), None);
    assert_eq!(claims(&tokens.id).get("origin_jti"), None);
    let refusal = revoke(&mut scene, &tokens.refresh.unwrap()).unwrap_err();
    assert_eq!(refusal.name, "UnsupportedOperationException");
}

#[test]
fn a_global_sign_out_ends_all_sign_ins_of_the_user() {
    let mut scene = Scene::with_alice();
    let (first, second) = (scene.tokens(), scene.tokens());
    scene.ok("GlobalSignOut", json!({ "AccessToken": first.access }));
    for tokens in [&first, &second] {
        assert_eq!(scene.get_user(&tokens.access).unwrap_err(), ACCESS_REVOKED);
        assert_eq!(scene.refresh(tokens.refresh.as_deref().unwrap()).unwrap_err(), REFRESH_REVOKED);
    }
    assert_eq!(scene.refused("GlobalSignOut", json!({ "AccessToken": first.access })), ACCESS_REVOKED);
    let again = scene.tokens();
    scene.get_user(&again.access).unwrap();
}

#[test]
fn a_password_change_replaces_the_old_password() {
    let mut scene = Scene::with_alice();
    let tokens = scene.tokens();
    let new = "Correct-horse-2";
    assert_eq!(change_password(&mut scene, &tokens.access, "Wrong-horse-1", new).unwrap_err(), INCORRECT);
    let weak = change_password(&mut scene, &tokens.access, PASSWORD, "weak").unwrap_err();
    assert_eq!(weak.name, "InvalidPasswordException");
    assert_eq!(change_password(&mut scene, "a.b.c", PASSWORD, new).unwrap_err(), ACCESS_INVALID);
    change_password(&mut scene, &tokens.access, PASSWORD, new).unwrap();
    assert_eq!(scene.srp_sign_in("alice", PASSWORD).unwrap_err(), INCORRECT);
    scene.srp_sign_in("alice", new).unwrap();
    scene.get_user(&tokens.access).unwrap();
}

#[test]
fn a_client_without_a_refresh_flow_cannot_refresh() {
    let flows = vec![ExplicitAuthFlow::AllowUserSrpAuth];
    let client = ClientConfig { explicit_auth_flows: flows, ..ClientConfig::default() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, client);
    let token = scene.tokens().refresh.unwrap();
    let refusal = scene.refresh(&token).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled for this client"));
}
