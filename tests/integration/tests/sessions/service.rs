//! The sessions that a user can list and revoke, and the operations that end sessions.

use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, alice, open_client, with_access_token};
use serde_json::{Value, json};

const REVOKED: (&str, &str) = ("NotAuthorizedException", "Access Token has been revoked");

#[track_caller]
fn sign_in(scene: &mut Scene) -> Tokens {
    Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap())
}

#[track_caller]
fn sessions(scene: &mut Scene, token: &str) -> Vec<Value> {
    let answer = scene.ok("ListUserSessions", with_access_token(token, json!({})));
    answer["Sessions"].as_array().unwrap().clone()
}

#[test]
fn every_sign_in_is_listed_as_a_session() {
    let mut scene = Scene::with_alice();
    let first = sign_in(&mut scene);
    scene.advance(100);
    let before = scene.switch_client(open_client());
    let second = sign_in(&mut scene);
    let client = core::mem::replace(&mut scene.client, before);
    let list = sessions(&mut scene, &second.access);
    assert_eq!(list.len(), 2);
    let [older, newer] = [&list[0], &list[1]];
    assert_eq!((&older["IsCurrentSession"], &newer["IsCurrentSession"]), (&json!(false), &json!(true)));
    assert_eq!((&older["SessionType"], &older["DeviceType"]), (&json!("TOKEN"), &json!("unknown")));
    assert_eq!((&older["ClientId"], &newer["ClientId"]), (&json!(scene.client.id), &json!(client.id)));
    assert_eq!(newer["CreateDate"], older["CreateDate"].as_u64().unwrap() + 100);
    assert!(newer["SessionId"].as_str().unwrap().starts_with("tkn"));

    scene.advance(50);
    scene.renew(&first.refresh.unwrap()).unwrap();
    let older = sessions(&mut scene, &second.access)[0].clone();
    assert_eq!(older["LastActiveDate"], older["CreateDate"].as_u64().unwrap() + 150);
}

#[test]
fn a_caller_can_revoke_any_session_but_the_current_one() {
    let mut scene = Scene::with_alice();
    let first = sign_in(&mut scene);
    let second = sign_in(&mut scene);
    let list = sessions(&mut scene, &first.access);
    let id = |current: bool| {
        list.iter().find(|session| session["IsCurrentSession"] == current).unwrap()["SessionId"].clone()
    };
    let (own, other) = (id(true), id(false));
    let revoke =
        |id: &Value| with_access_token(&first.access, json!({ "SessionId": id, "RevokeAssociatedSessions": "LINKED" }));
    assert_eq!(scene.refused("RevokeUserSession", revoke(&own)).name, "InvalidParameterException");
    scene.ok("RevokeUserSession", revoke(&other));
    assert_eq!(scene.get_user(&second.access).unwrap_err(), REVOKED);
    assert!(scene.renew(&second.refresh.unwrap()).is_err());
    assert_eq!(sessions(&mut scene, &first.access).len(), 1);
    assert_eq!(scene.refused("RevokeUserSession", revoke(&other)).name, "ResourceNotFoundException");
}

#[test]
fn malformed_session_ids_and_page_tokens_are_rejected() {
    let mut scene = Scene::with_alice();
    let token = sign_in(&mut scene).access;
    let body = with_access_token(&token, json!({ "SessionId": "tkn" }));
    assert_eq!(scene.refused("RevokeUserSession", body).name, "InvalidParameterException");
    let body = with_access_token(&token, json!({ "NextToken": "nonsense" }));
    assert_eq!(scene.refused("ListUserSessions", body).name, "InvalidParameterException");
}

#[test]
fn more_than_125_sessions_are_listed_in_pages() {
    let mut scene = Scene::with_alice();
    let token = (0..126).map(|_| sign_in(&mut scene).access).last().unwrap();
    let answer = scene.ok("ListUserSessions", with_access_token(&token, json!({})));
    assert_eq!(answer["Sessions"].as_array().unwrap().len(), 125);
    let next = with_access_token(&token, json!({ "NextToken": answer["NextToken"] }));
    let answer = scene.ok("ListUserSessions", next);
    assert_eq!(answer["Sessions"].as_array().unwrap().len(), 1);
    assert!(answer.get("NextToken").is_none());
}

#[test]
fn an_expired_session_is_not_listed() {
    let mut scene = Scene::with_alice();
    sign_in(&mut scene);
    scene.advance(30 * 86_400);
    let token = sign_in(&mut scene).access;
    assert_eq!(sessions(&mut scene, &token).len(), 1);
}

#[test]
fn an_administrators_sign_out_revokes_every_token() {
    let mut scene = Scene::with_alice();
    let tokens = [sign_in(&mut scene), sign_in(&mut scene)];
    scene.ok("AdminUserGlobalSignOut", scene.user_request("alice"));
    for tokens in tokens {
        assert_eq!(scene.get_user(&tokens.access).unwrap_err(), REVOKED);
        let revoked = ("NotAuthorizedException", "Refresh Token has been revoked");
        assert_eq!(scene.renew(&tokens.refresh.unwrap()).unwrap_err(), revoked);
    }
}

#[test]
fn access_tokens_stay_revoked_after_re_enabling_a_user() {
    let mut scene = Scene::with_alice();
    let tokens = sign_in(&mut scene);
    scene.ok("AdminDisableUser", scene.user_request("alice"));
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), ("NotAuthorizedException", "User is disabled."));
    scene.ok("AdminEnableUser", scene.user_request("alice"));
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), REVOKED);
    assert!(scene.refresh(&tokens.refresh.unwrap()).is_ok());
}

#[test]
fn tokens_of_a_deleted_user_are_invalid() {
    let mut scene = Scene::with_alice();
    let tokens = sign_in(&mut scene);
    let response = scene.send("DeleteUser", with_access_token(&tokens.access, json!({})).to_string().as_bytes());
    assert_eq!((response.status(), response.body()), (200, &b""[..]));
    let gone = ("UserNotFoundException", "User does not exist.");
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), gone);
    let invalid = ("NotAuthorizedException", "Invalid Refresh Token.");
    assert_eq!(scene.renew(&tokens.refresh.unwrap()).unwrap_err(), invalid);
    assert_eq!(scene.password_sign_in("alice", PASSWORD).unwrap_err(), gone);
    // A new user with the same name is a different user.
    scene.add_user(alice());
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), gone);
}
