//! Sign-ins as a user sees them, and what ends them.

use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, alice, bearing, open_client};
use serde_json::{Value, json};

const REVOKED: (&str, &str) = ("NotAuthorizedException", "Access Token has been revoked");

#[track_caller]
fn sign_in(scene: &mut Scene) -> Tokens {
    Tokens::of(&scene.password_sign_in("alice", PASSWORD).unwrap())
}

#[track_caller]
fn sessions(scene: &mut Scene, token: &str) -> Vec<Value> {
    let answer = scene.ok("ListUserSessions", bearing(token, json!({})));
    answer["Sessions"].as_array().unwrap().clone()
}

#[test]
fn every_sign_in_is_a_session_and_one_of_them_is_the_callers() {
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
fn another_session_can_be_revoked_and_the_callers_cannot() {
    let mut scene = Scene::with_alice();
    let first = sign_in(&mut scene);
    let second = sign_in(&mut scene);
    let list = sessions(&mut scene, &first.access);
    let id = |current: bool| {
        list.iter().find(|session| session["IsCurrentSession"] == current).unwrap()["SessionId"].clone()
    };
    let (own, other) = (id(true), id(false));
    let revoke = |id: &Value| bearing(&first.access, json!({ "SessionId": id, "RevokeAssociatedSessions": "LINKED" }));
    assert_eq!(scene.refused("RevokeUserSession", revoke(&own)).name, "InvalidParameterException");
    scene.ok("RevokeUserSession", revoke(&other));
    assert_eq!(scene.get_user(&second.access).unwrap_err(), REVOKED);
    assert!(scene.renew(&second.refresh.unwrap()).is_err());
    assert_eq!(sessions(&mut scene, &first.access).len(), 1);
    assert_eq!(scene.refused("RevokeUserSession", revoke(&other)).name, "ResourceNotFoundException");
}

#[test]
fn a_session_id_has_its_form() {
    let mut scene = Scene::with_alice();
    let token = sign_in(&mut scene).access;
    let body = bearing(&token, json!({ "SessionId": "tkn" }));
    assert_eq!(scene.refused("RevokeUserSession", body).name, "InvalidParameterException");
    let body = bearing(&token, json!({ "NextToken": "nonsense" }));
    assert_eq!(scene.refused("ListUserSessions", body).name, "InvalidParameterException");
}

#[test]
fn long_lists_come_in_pages() {
    let mut scene = Scene::with_alice();
    let token = (0..126).map(|_| sign_in(&mut scene).access).last().unwrap();
    let answer = scene.ok("ListUserSessions", bearing(&token, json!({})));
    assert_eq!(answer["Sessions"].as_array().unwrap().len(), 125);
    let next = bearing(&token, json!({ "NextToken": answer["NextToken"] }));
    let answer = scene.ok("ListUserSessions", next);
    assert_eq!(answer["Sessions"].as_array().unwrap().len(), 1);
    assert!(answer.get("NextToken").is_none());
}

#[test]
fn a_session_that_has_ended_is_not_listed() {
    let mut scene = Scene::with_alice();
    sign_in(&mut scene);
    scene.advance(30 * 86_400);
    let token = sign_in(&mut scene).access;
    assert_eq!(sessions(&mut scene, &token).len(), 1);
}

#[test]
fn an_administrators_sign_out_reaches_every_token() {
    let mut scene = Scene::with_alice();
    let tokens = [sign_in(&mut scene), sign_in(&mut scene)];
    scene.ok("AdminUserGlobalSignOut", scene.of_user("alice"));
    for tokens in tokens {
        assert_eq!(scene.get_user(&tokens.access).unwrap_err(), REVOKED);
        let revoked = ("NotAuthorizedException", "Refresh Token has been revoked");
        assert_eq!(scene.renew(&tokens.refresh.unwrap()).unwrap_err(), revoked);
    }
}

#[test]
fn a_disabled_users_access_tokens_stay_revoked_when_the_user_is_enabled_again() {
    let mut scene = Scene::with_alice();
    let tokens = sign_in(&mut scene);
    scene.ok("AdminDisableUser", scene.of_user("alice"));
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), ("NotAuthorizedException", "User is disabled."));
    scene.ok("AdminEnableUser", scene.of_user("alice"));
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), REVOKED);
    assert!(scene.refresh(&tokens.refresh.unwrap()).is_ok());
}

#[test]
fn a_deleted_users_tokens_find_nobody() {
    let mut scene = Scene::with_alice();
    let tokens = sign_in(&mut scene);
    let response = scene.send("DeleteUser", bearing(&tokens.access, json!({})).to_string().as_bytes());
    assert_eq!((response.status(), response.body()), (200, &b""[..]));
    let gone = ("UserNotFoundException", "User does not exist.");
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), gone);
    let invalid = ("NotAuthorizedException", "Invalid Refresh Token.");
    assert_eq!(scene.renew(&tokens.refresh.unwrap()).unwrap_err(), invalid);
    assert_eq!(scene.password_sign_in("alice", PASSWORD).unwrap_err(), gone);
    // Somebody new of the same name is somebody else.
    scene.add_user(alice());
    assert_eq!(scene.get_user(&tokens.access).unwrap_err(), gone);
}
