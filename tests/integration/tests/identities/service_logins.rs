//! Logins of identities: which tokens are valid, and how logins are linked to identities.

use cognito_integration_tests::support::identities::*;
use cognito_integration_tests::support::scene::{PASSWORD, Refusal, Scene, Tokens, open_client, read};
use cognito_testkit::{ClientConfig, CognitoIdentityProvider, IdentityPoolConfig, login_token};
use serde_json::{Value, json};

const CONFLICT: &str = "ResourceConflictException";

/// Calls GetId with one login, which must be rejected, and returns the error.
#[track_caller]
fn login_error(scene: &mut Scene, pool: &str, provider: &str, token: &str) -> Refusal {
    scene.get_id(pool, json!({ provider: token })).unwrap_err()
}

#[test]
fn a_login_must_be_an_id_token_of_the_named_user_pool() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (provider, tokens) = (scene.provider(), scene.tokens());
    let issuer = not_authorized("Invalid login token. Issuer doesn't match providerName");
    let other = "cognito-idp.us-east-1.amazonaws.com/us-east-1_OtherPool";
    assert_eq!(login_error(&mut scene, &pool, other, &tokens.id), issuer);
    let google_token = google(&scene, "ann");
    assert_eq!(login_error(&mut scene, &pool, &provider, &google_token), issuer);
    let audience = not_authorized("Invalid login token. Missing a required claim: aud");
    assert_eq!(login_error(&mut scene, &pool, &provider, &tokens.access), audience);
    let not_a_token = not_authorized("Invalid login token. Not a valid OpenId Connect identity token.");
    for text in ["x", "a.b.c", "e30.e30", "e30.W10.e30", tokens.refresh.as_deref().unwrap()] {
        assert_eq!(login_error(&mut scene, &pool, &provider, text), not_a_token, "{text}");
    }
    let (signed, _) = tokens.id.rsplit_once('.').unwrap();
    let (_, signature) = tokens.access.rsplit_once('.').unwrap();
    let unverified = not_authorized("Invalid login token. Couldn't verify signed token.");
    assert_eq!(login_error(&mut scene, &pool, &provider, &format!("{signed}.{signature}")), unverified);
}

#[test]
fn the_error_for_an_expired_token_contains_both_times() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (provider, token) = (scene.provider(), scene.tokens().id);
    scene.advance(3599);
    assert!(scene.get_id(&pool, json!({ &provider: token })).is_ok());
    let expires = scene.now.as_unix_seconds() + 1;
    scene.advance(100);
    let text = format!("Invalid login token. Token expired: {} >= {expires}", scene.now.as_unix_seconds());
    assert_eq!(login_error(&mut scene, &pool, &provider, &token), not_authorized(&text));
}

#[test]
fn a_token_needs_an_audience_a_subject_and_an_expiry() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (expires, issuer) = (scene.in_seconds(60), format!("https://{OPEN_ID}"));
    for claim in ["aud", "sub", "exp"] {
        let token = login_token(&issuer, "app", "ann", expires, [(claim, json!(null))]);
        let text = format!("Invalid login token. Missing a required claim: {claim}");
        assert_eq!(login_error(&mut scene, &pool, OPEN_ID, &token), not_authorized(&text));
    }
    let for_several = login_token(&issuer, "app", "ann", expires, [("aud", json!(["app", "other"]))]);
    assert!(scene.get_id(&pool, json!({ OPEN_ID: for_several })).is_ok());
}

#[test]
fn only_the_listed_app_clients_are_trusted() {
    let mut scene = Scene::with_alice();
    let provider = CognitoIdentityProvider {
        provider_name: scene.provider(),
        client_id: scene.client.id.clone(),
        server_side_token_check: false,
    };
    let config = IdentityPoolConfig {
        user_pools: Vec::new(),
        cognito_identity_providers: vec![provider],
        ..open_identity_pool()
    };
    let pool = scene.add_identity_pool(config);
    let whole_pool = scene.add_identity_pool(open_identity_pool());
    let name = scene.provider();
    let trusted = json!({ &name: scene.tokens().id });
    assert!(scene.get_id(&pool, trusted).is_ok());
    scene.switch_client(ClientConfig { name: "other".to_owned(), ..open_client() });
    let other = scene.tokens().id;
    assert_eq!(login_error(&mut scene, &pool, &name, &other), UNSUPPORTED);
    // A pool that trusts the whole user pool also trusts an app client that was created later.
    assert!(scene.get_id(&whole_pool, json!({ &name: other })).is_ok());
}

#[test]
fn a_pool_rejects_unlisted_login_providers() {
    let mut scene = Scene::with_alice();
    let supported = [(GOOGLE, GOOGLE_APP)].map(owned).into();
    let google_only = IdentityPoolConfig { supported_login_providers: supported, ..IdentityPoolConfig::default() };
    let pool = scene.add_identity_pool(google_only);
    let (name, token) = (scene.provider(), scene.tokens().id);
    for (provider, token) in [(name.as_str(), token.as_str()), (FACEBOOK, "opaque-bob"), (SAML, "assertion")] {
        assert_eq!(login_error(&mut scene, &pool, provider, token), UNSUPPORTED, "{provider}");
    }
    let other_app = login_token("https://accounts.google.com", "other-app", "ann", scene.in_seconds(60), []);
    assert_eq!(login_error(&mut scene, &pool, GOOGLE, &other_app), UNSUPPORTED);
    // A pool without any login provider answers with another message.
    let pool = scene.add_identity_pool(IdentityPoolConfig::default());
    assert_eq!(login_error(&mut scene, &pool, &name, &token), NO_MATCH);
}

#[test]
fn every_kind_of_login_provider_works() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let expires = scene.in_seconds(60);
    let open_id = login_token(&format!("https://{OPEN_ID}"), "any-app", "ann", expires, []);
    let logins = [
        (scene.provider(), scene.tokens().id),
        (GOOGLE.to_owned(), google(&scene, "ann")),
        (OPEN_ID.to_owned(), open_id),
        (FACEBOOK.to_owned(), "opaque-bob".to_owned()),
        (SAML.to_owned(), "assertion".to_owned()),
    ];
    for (provider, token) in logins {
        let logins = json!({ &provider: token });
        let identity = scene.get_id(&pool, logins.clone()).unwrap();
        assert_eq!(scene.get_id(&pool, logins.clone()).unwrap(), identity, "{provider}");
        assert_eq!(scene.owner(&identity, logins).unwrap().1, USER_ROLE, "{provider}");
    }
    assert_eq!(login_error(&mut scene, &pool, FACEBOOK, "forged").name, "NotAuthorizedException");
}

/// Creates an identity pool that checks with the user pool whether a user is still signed in.
fn checking_pool(scene: &mut Scene) -> String {
    let provider = CognitoIdentityProvider {
        provider_name: scene.provider(),
        client_id: scene.client.id.clone(),
        server_side_token_check: true,
    };
    scene.add_identity_pool(IdentityPoolConfig { cognito_identity_providers: vec![provider], ..open_identity_pool() })
}

#[test]
fn a_token_check_rejects_inactive_users() {
    let inactive = not_authorized("Token is inactive");
    let endings = ["AdminUserGlobalSignOut", "AdminDisableUser", "AdminDeleteUser"];
    for ending in endings {
        let mut scene = Scene::with_alice();
        let (checking, trusting) = (checking_pool(&mut scene), scene.add_identity_pool(open_identity_pool()));
        let logins = json!({ scene.provider(): scene.tokens().id });
        let identity = scene.get_id(&checking, logins.clone()).unwrap();
        scene.ok(ending, scene.user_request("alice"));
        assert_eq!(scene.credentials(&identity, logins.clone()).unwrap_err(), inactive, "{ending}");
        // Without the check, a token is valid until it expires.
        assert!(scene.get_id(&trusting, logins).is_ok(), "{ending}");
    }
}

#[test]
fn a_token_check_rejects_a_token_the_pool_never_issued() {
    let mut scene = Scene::with_alice();
    let pool = checking_pool(&mut scene);
    let issuer = format!("https://{}", scene.provider());
    let made_up = login_token(&issuer, &scene.client.id, "nobody", scene.in_seconds(60), []);
    let name = scene.provider();
    assert_eq!(login_error(&mut scene, &pool, &name, &made_up), not_authorized("Token is inactive"));
}

/// Returns the logins of Ann at Google, of Bob at Facebook, and of both together.
fn ann_and_bob(scene: &Scene) -> (Value, Value, Value) {
    let ann = google(scene, "ann");
    (json!({ GOOGLE: ann }), json!({ FACEBOOK: "opaque-bob" }), json!({ GOOGLE: ann, FACEBOOK: "opaque-bob" }))
}

#[test]
fn logins_of_one_request_are_linked() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (ann, bob, both) = ann_and_bob(&scene);
    let identity = scene.get_id(&pool, both).unwrap();
    assert_eq!(scene.get_id(&pool, ann.clone()).unwrap(), identity);
    assert_eq!(scene.get_id(&pool, bob.clone()).unwrap(), identity);
    assert!(scene.credentials(&identity, ann).is_ok());
    assert!(scene.credentials(&identity, bob).is_ok());
}

#[test]
fn a_new_login_joins_the_identity_of_a_known_login() {
    for operation in ["GetId", "GetCredentialsForIdentity", "GetOpenIdToken"] {
        let (mut scene, pool) = identity_scene(open_identity_pool());
        let (ann, bob, both) = ann_and_bob(&scene);
        let identity = scene.get_id(&pool, ann).unwrap();
        let body = json!({ "IdentityPoolId": pool, "IdentityId": identity, "Logins": both });
        assert_eq!(scene.call_identity_pools(operation, body).unwrap()["IdentityId"], json!(identity));
        assert_eq!(scene.get_id(&pool, bob).unwrap(), identity, "{operation}");
    }
}

#[test]
fn logins_of_two_identities_are_a_conflict() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (ann, bob, both) = ann_and_bob(&scene);
    let anns = scene.get_id(&pool, ann).unwrap();
    let bobs = scene.get_id(&pool, bob).unwrap();
    let guest = scene.get_id(&pool, json!({})).unwrap();
    assert_eq!(scene.get_id(&pool, both.clone()).unwrap_err().name, CONFLICT);
    for identity in [anns, bobs, guest] {
        assert_eq!(scene.credentials(&identity, both.clone()).unwrap_err().name, CONFLICT);
        assert_eq!(scene.open_id_token(&identity, both.clone()).unwrap_err().name, CONFLICT);
    }
}

#[test]
fn an_identity_has_one_login_per_provider() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (ann, _, both) = ann_and_bob(&scene);
    scene.get_id(&pool, both).unwrap();
    let with_another = json!({ GOOGLE: google(&scene, "another"), FACEBOOK: "opaque-bob" });
    assert_eq!(scene.get_id(&pool, with_another).unwrap_err().name, CONFLICT);
    assert!(scene.get_id(&pool, ann).is_ok());
}

#[test]
fn an_identity_with_logins_requires_one_of_them() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (ann, bob, _) = ann_and_bob(&scene);
    let identity = scene.get_id(&pool, ann.clone()).unwrap();
    let text = format!("Access to Identity '{identity}' is forbidden.");
    let forbidden = not_authorized(&text);
    assert_eq!(scene.credentials(&identity, json!({})).unwrap_err(), forbidden);
    assert_eq!(scene.open_id_token(&identity, json!({})).unwrap_err(), forbidden);
    // Bob's login has no identity at first, and then belongs to another identity.
    assert_eq!(scene.credentials(&identity, bob.clone()).unwrap_err(), NO_MATCH);
    scene.get_id(&pool, bob.clone()).unwrap();
    assert_eq!(scene.credentials(&identity, bob.clone()).unwrap_err(), NO_MATCH);
    assert_eq!(scene.open_id_token(&identity, bob).unwrap_err(), NO_MATCH);
    assert!(scene.credentials(&identity, ann).is_ok());
}

#[test]
fn a_guest_keeps_the_identity_after_a_login() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let guest = scene.get_id(&pool, json!({})).unwrap();
    assert_eq!(scene.owner(&guest, json!({})).unwrap().1, GUEST_ROLE);
    let logins = json!({ scene.provider(): scene.tokens().id });
    assert_eq!(scene.owner(&guest, logins.clone()).unwrap(), (guest.clone(), USER_ROLE.to_owned()));
    assert_eq!(scene.get_id(&pool, logins).unwrap(), guest);
    assert!(scene.credentials(&guest, json!({})).unwrap_err().message.ends_with("is forbidden."));
}

#[test]
fn a_known_login_replaces_the_guest_identity() {
    for flow in [Scene::credentials, |scene: &mut Scene, id: &str, logins| {
        scene.call_identity_pools("GetOpenIdToken", json!({ "IdentityId": id, "Logins": logins }))
    }] {
        let (mut scene, pool) = identity_scene(open_identity_pool());
        let logins = json!({ scene.provider(): scene.tokens().id });
        let known = scene.get_id(&pool, logins.clone()).unwrap();
        let guest = scene.get_id(&pool, json!({})).unwrap();
        assert_eq!(flow(&mut scene, &guest, logins.clone()).unwrap()["IdentityId"], json!(known));
        for logins in [json!({}), logins] {
            assert_eq!(scene.credentials(&guest, logins).unwrap_err().name, "ResourceNotFoundException");
        }
    }
}

#[test]
fn deleting_the_user_leaves_the_identity() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let tokens = Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap());
    let logins = json!({ scene.provider(): tokens.id });
    let identity = scene.get_id(&pool, logins.clone()).unwrap();
    scene.ok("DeleteUser", json!({ "AccessToken": tokens.access }));
    assert!(scene.credentials(&identity, logins).is_ok());
}

#[track_caller]
fn unlink(scene: &mut Scene, identity: &str, logins: &Value, remove: &[&str]) -> Result<(), Refusal> {
    let body = json!({ "IdentityId": identity, "Logins": logins, "LoginsToRemove": remove });
    let response = scene.send_to_identity_pools("UnlinkIdentity", body.to_string().as_bytes());
    read(&response).map(|_| assert!(response.body().is_empty()))
}

#[test]
fn an_unlinked_login_gets_a_new_identity() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (ann, bob, both) = ann_and_bob(&scene);
    let identity = scene.get_id(&pool, both.clone()).unwrap();
    unlink(&mut scene, &identity, &both, &[FACEBOOK]).unwrap();
    assert_eq!(scene.credentials(&identity, bob.clone()).unwrap_err(), NO_MATCH);
    assert!(scene.credentials(&identity, ann).is_ok());
    assert_ne!(scene.get_id(&pool, bob).unwrap(), identity);
}

#[test]
fn unlinking_the_last_login_deletes_the_identity() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (ann, ..) = ann_and_bob(&scene);
    let identity = scene.get_id(&pool, ann.clone()).unwrap();
    unlink(&mut scene, &identity, &ann, &[GOOGLE]).unwrap();
    for logins in [json!({}), ann.clone()] {
        assert_eq!(scene.credentials(&identity, logins).unwrap_err().name, "ResourceNotFoundException");
    }
    assert_ne!(scene.get_id(&pool, ann).unwrap(), identity);
}

#[test]
fn unlinking_requires_the_identitys_own_logins() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let (ann, bob, both) = ann_and_bob(&scene);
    let identity = scene.get_id(&pool, ann.clone()).unwrap();
    for (logins, remove) in [(&bob, GOOGLE), (&both, GOOGLE), (&json!({}), GOOGLE), (&ann, FACEBOOK)] {
        assert_eq!(unlink(&mut scene, &identity, logins, &[remove]).unwrap_err(), NO_MATCH, "{logins}");
    }
    let forged = json!({ GOOGLE: "forged" });
    assert!(unlink(&mut scene, &identity, &forged, &[GOOGLE]).unwrap_err().message.contains("Not a valid"));
    unlink(&mut scene, &identity, &ann, &[]).unwrap();
    assert!(scene.credentials(&identity, ann).is_ok());
}
