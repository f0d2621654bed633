//! Identity pools: identities, their AWS credentials, and OpenID tokens.

use cognito_core::Timestamp;
use cognito_integration_tests::support::devices::claims;
use cognito_integration_tests::support::identities::*;
use cognito_integration_tests::support::scene::{PASSWORD, START, Scene, Tokens, alice};
use cognito_testkit::{Config, IdentityPoolConfig, PoolConfig, Roles, Simulator};
use serde_json::json;

const MISCONFIGURED: (&str, &str) = (
    "InvalidIdentityPoolConfigurationException",
    "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
);

#[test]
fn a_guest_gets_an_identity_and_guest_credentials() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let guest = scene.get_id(&pool, json!({})).unwrap();
    assert!(guest.starts_with("us-east-1:") && guest.len() == 46, "{guest}");
    let answer = scene.credentials(&guest, json!({})).unwrap();
    assert_eq!(answer["IdentityId"], json!(guest));
    let credentials = &answer["Credentials"];
    let key = text(&credentials["AccessKeyId"]);
    assert!(key.starts_with("ASIA") && key.len() == 20, "{key}");
    assert!(key.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit()), "{key}");
    assert_eq!(text(&credentials["SecretKey"]).len(), 40);
    assert!(text(&credentials["SessionToken"]).len() > 400);
    // Cognito writes the expiry as a number with a decimal point.
    let expires = scene.in_seconds(3600);
    assert!(credentials["Expiration"].is_f64());
    assert_eq!(credentials["Expiration"].as_f64(), Some(expires.as_unix_seconds() as f64));
    let owner = scene.simulator.credentials_owner(&key).unwrap();
    assert_eq!((owner.identity_id, owner.role_arn.as_str(), owner.expires), (guest, GUEST_ROLE, expires));
    assert_eq!(scene.simulator.credentials_owner("ASIAUNKNOWN"), None);
}

#[test]
fn every_guest_is_a_new_identity() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let guests = [json!({}), json!(null)].map(|logins| scene.get_id(&pool, logins).unwrap());
    assert_ne!(guests[0], guests[1]);
}

#[test]
fn a_pool_without_guest_access_requires_a_login() {
    let closed = IdentityPoolConfig { allow_unauthenticated_identities: false, ..open_identity_pool() };
    let (mut scene, pool) = identity_scene(closed);
    let refusal = scene.get_id(&pool, json!({})).unwrap_err();
    assert_eq!(refusal, not_authorized("Unauthenticated access is not supported for this identity pool."));
    let logins = json!({ scene.provider(): scene.tokens().id });
    assert!(scene.get_id(&pool, logins).is_ok());
}

#[test]
fn a_user_has_the_same_identity_at_every_sign_in() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let first = json!({ scene.provider(): scene.tokens().id });
    scene.advance(60);
    let second = json!({ scene.provider(): scene.tokens().id });
    assert_ne!(first, second);
    let identity = scene.get_id(&pool, first).unwrap();
    assert_eq!(scene.get_id(&pool, second.clone()).unwrap(), identity);
    assert_eq!(scene.owner(&identity, second).unwrap(), (identity, USER_ROLE.to_owned()));
}

#[test]
fn each_user_has_one_identity_per_pool() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let other_pool = scene.add_identity_pool(open_identity_pool());
    let ann = json!({ GOOGLE: google(&scene, "ann") });
    let ben = json!({ GOOGLE: google(&scene, "ben") });
    let identity = scene.get_id(&pool, ann.clone()).unwrap();
    assert_ne!(scene.get_id(&pool, ben).unwrap(), identity);
    assert_ne!(scene.get_id(&other_pool, ann).unwrap(), identity);
}

#[test]
fn unknown_pools_and_identities_are_not_found() {
    let (mut scene, _) = identity_scene(open_identity_pool());
    let id = "us-east-1:00000000-0000-4000-8000-000000000000";
    let no_pool = format!("IdentityPool '{id}' not found.");
    assert_eq!(scene.get_id(id, json!({})).unwrap_err(), ("ResourceNotFoundException", no_pool.as_str()));
    let no_identity = format!("Identity '{id}' not found.");
    let not_found = ("ResourceNotFoundException", no_identity.as_str());
    assert_eq!(scene.credentials(id, json!({})).unwrap_err(), not_found);
    assert_eq!(scene.open_id_token(id, json!({})).unwrap_err(), not_found);
    let body = json!({ "IdentityId": id, "Logins": {}, "LoginsToRemove": [] });
    assert_eq!(scene.call_identity_pools("UnlinkIdentity", body).unwrap_err(), not_found);
}

#[test]
fn a_deleted_identity_is_gone() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let logins = json!({ GOOGLE: google(&scene, "ann") });
    let identity = scene.get_id(&pool, logins.clone()).unwrap();
    assert!(scene.simulator.delete_identity(&identity));
    assert!(!scene.simulator.delete_identity(&identity));
    assert_eq!(scene.credentials(&identity, logins.clone()).unwrap_err().name, "ResourceNotFoundException");
    assert_ne!(scene.get_id(&pool, logins).unwrap(), identity);
}

#[test]
fn a_pool_without_roles_is_reported_as_misconfigured() {
    let roleless = IdentityPoolConfig { roles: Roles::default(), ..open_identity_pool() };
    let (mut scene, pool) = identity_scene(roleless);
    let guest = scene.get_id(&pool, json!({})).unwrap();
    assert_eq!(scene.credentials(&guest, json!({})).unwrap_err(), MISCONFIGURED);
    let logins = json!({ GOOGLE: google(&scene, "ann") });
    assert_eq!(scene.credentials(&guest, logins.clone()).unwrap_err(), MISCONFIGURED);
    // A rejected request links no login.
    assert_ne!(scene.get_id(&pool, logins).unwrap(), guest);
}

#[test]
fn credentials_are_valid_for_the_configured_duration() {
    let (mut scene, pool) = identity_scene(IdentityPoolConfig { credentials_seconds: 900, ..open_identity_pool() });
    let guest = scene.get_id(&pool, json!({})).unwrap();
    let answer = scene.credentials(&guest, json!({})).unwrap();
    let expected = scene.in_seconds(900).as_unix_seconds() as f64;
    assert_eq!(answer["Credentials"]["Expiration"].as_f64(), Some(expected));
    // Each call creates new credentials.
    assert_ne!(scene.credentials(&guest, json!({})).unwrap()["Credentials"], answer["Credentials"]);
}

#[test]
fn an_openid_token_names_the_identity_and_its_logins() {
    let (mut scene, pool) = identity_scene(open_identity_pool());
    let guest = scene.get_id(&pool, json!({})).unwrap();
    let token = claims(&scene.open_id_token(&guest, json!({})).unwrap());
    let expected = json!({
        "iss": "https://cognito-identity.amazonaws.com", "aud": pool, "sub": guest, "amr": ["unauthenticated"],
        "iat": scene.now.as_unix_seconds(), "exp": scene.now.as_unix_seconds() + 600,
    });
    assert_eq!(token, expected);
    let logins = json!({ GOOGLE: google(&scene, "ann") });
    let token = claims(&scene.open_id_token(&guest, logins).unwrap());
    assert_eq!((&token["sub"], &token["amr"]), (&json!(guest), &json!(["authenticated", GOOGLE])));
}

#[test]
fn an_openid_token_needs_the_basic_flow() {
    let enhanced = IdentityPoolConfig { allow_classic_flow: false, ..open_identity_pool() };
    let (mut scene, pool) = identity_scene(enhanced);
    let guest = scene.get_id(&pool, json!({})).unwrap();
    let text = "Basic (classic) flow is not enabled, please use enhanced flow.";
    assert_eq!(scene.open_id_token(&guest, json!({})).unwrap_err(), ("InvalidParameterException", text));
}

#[test]
fn the_standard_configuration_has_an_identity_pool() {
    let now = Timestamp::from_unix_seconds(START);
    let simulator = Simulator::from_config([7; 32], now, Config::standard()).unwrap();
    let pools = simulator.identity_pools();
    assert_eq!(pools.len(), 1);
    let client = simulator.pools()[0].clients[0].clone();
    let mut scene = Scene { pool_id: simulator.pools()[0].id.clone(), client, now, simulator };
    scene.add_user(alice());
    let logins = json!({ scene.provider(): scene.tokens().id });
    let identity = scene.get_id(&pools[0].id, logins.clone()).unwrap();
    let role = "arn:aws:iam::123456789012:role/authenticated".to_owned();
    assert_eq!(scene.owner(&identity, logins).unwrap(), (identity, role));
    let token = Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap()).id;
    assert!(scene.get_id(&pools[0].id, json!({ scene.provider(): token })).is_ok());
}

#[test]
fn an_invalid_configuration_is_rejected() {
    let create = |pools: Vec<PoolConfig>, identity_pools| {
        let config = Config { pools, identity_pools, ..Config::default() };
        Simulator::from_config([7; 32], Timestamp::from_unix_seconds(0), config).map(|_| ()).unwrap_err().to_string()
    };
    let named = |id: &str| IdentityPoolConfig { id: Some(id.to_owned()), ..IdentityPoolConfig::default() };
    let trusting = |user_pool: &str| IdentityPoolConfig {
        user_pools: vec![user_pool.to_owned()],
        ..IdentityPoolConfig::default()
    };
    assert!(create(vec![], vec![named("us-east-1_Pool")]).contains("regular expression pattern"));
    assert!(create(vec![], vec![named("us-east-1:0a"), named("us-east-1:0a")]).contains("already"));
    assert_eq!(
        create(vec![], vec![trusting("customers")]),
        "user_pools: no user pool has the id or the name \"customers\""
    );
    let twice = vec![PoolConfig::default(), PoolConfig::default()];
    assert_eq!(
        create(twice, vec![trusting("pool")]),
        "user_pools: several user pools have the name \"pool\", so use an id"
    );
    let roles = Roles { authenticated: Some("role".to_owned()), unauthenticated: None };
    assert!(create(vec![], vec![IdentityPoolConfig { roles, ..IdentityPoolConfig::default() }]).contains("length"));
}
