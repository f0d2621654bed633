//! The flow USER_SRP_AUTH: the challenge, the proof, and every way in which a proof can be invalid.

use cognito_integration_tests::support::scene::{
    INCORRECT, PASSWORD, Scene, TIMESTAMP, alice, email_pool, open_client,
};
use cognito_integration_tests::support::srp_client::SrpClient;
use cognito_testkit::{ClientConfig, ExplicitAuthFlow, PoolConfig, UserConfig, UserExistenceErrors, UserStatus};
use serde_json::{Value, json};

fn client() -> SrpClient {
    SrpClient::new(b"some secret exponent of a client")
}

/// Starts a sign-in of Alice, and returns the right answer to the challenge.
#[track_caller]
fn right_answer(scene: &mut Scene, timestamp: &str) -> Value {
    let challenge = scene.begin_srp("alice", &client()).unwrap();
    client().respond(&scene.pool_id, PASSWORD, &challenge["ChallengeParameters"], timestamp)
}

/// Returns an app client that hides whether a user exists.
fn hiding_client() -> ClientConfig {
    ClientConfig { prevent_user_existence_errors: UserExistenceErrors::Enabled, ..open_client() }
}

#[test]
fn the_right_password_gives_three_tokens() {
    let mut scene = Scene::with_alice();
    let answer = scene.srp_sign_in("alice", PASSWORD).unwrap();
    let result = &answer["AuthenticationResult"];
    assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
    for token in ["AccessToken", "IdToken", "RefreshToken"] {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_=.".contains(letter);
        assert!(result[token].as_str().unwrap().chars().all(allowed), "{token}");
    }
}

#[test]
fn a_wrong_password_is_rejected() {
    let mut scene = Scene::with_alice();
    assert_eq!(scene.srp_sign_in("alice", "Wrong-horse-1").unwrap_err(), INCORRECT);
}

#[test]
fn the_challenge_has_five_parameters_and_no_session() {
    let mut scene = Scene::with_alice();
    let challenge = scene.begin_srp("alice", &client()).unwrap();
    assert_eq!(challenge.get("Session"), None);
    let parameters = challenge["ChallengeParameters"].as_object().unwrap();
    let names: Vec<_> = parameters.keys().map(String::as_str).collect();
    assert_eq!(names, ["SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP"]);
}

#[test]
fn numbers_on_the_wire_have_no_leading_zeros() {
    let mut scene = Scene::with_alice();
    let mut odd = 0;
    for _ in 0..200 {
        let challenge = scene.begin_srp("alice", &client()).unwrap();
        let public = challenge["ChallengeParameters"]["SRP_B"].as_str().unwrap();
        assert!(!public.starts_with('0'));
        odd += public.len() % 2;
    }
    assert!(odd > 0, "one in 16 has an odd number of digits");
}

#[test]
fn an_exchange_is_spent_by_its_first_answer() {
    let mut scene = Scene::with_alice();
    let right = right_answer(&mut scene, TIMESTAMP);
    scene.verify(right.clone()).unwrap();
    assert_eq!(scene.verify(right).unwrap_err(), INCORRECT);

    let right = right_answer(&mut scene, TIMESTAMP);
    let mut wrong = right.clone();
    wrong["PASSWORD_CLAIM_SIGNATURE"] = json!("d3Jvbmc=");
    assert_eq!(scene.verify(wrong).unwrap_err(), INCORRECT);
    assert_eq!(scene.verify(right).unwrap_err(), INCORRECT);
}

#[test]
fn an_exchange_expires_after_15_seconds() {
    let mut scene = Scene::with_alice();
    let right = right_answer(&mut scene, TIMESTAMP);
    scene.advance(14);
    scene.verify(right).unwrap();
    let right = right_answer(&mut scene, TIMESTAMP);
    scene.advance(15);
    assert_eq!(scene.verify(right).unwrap_err(), INCORRECT);
}

#[test]
fn an_unknown_secret_block_is_rejected() {
    let mut scene = Scene::with_alice();
    let mut answer = right_answer(&mut scene, TIMESTAMP);
    answer["PASSWORD_CLAIM_SECRET_BLOCK"] = json!("AAAA");
    assert_eq!(scene.verify(answer).unwrap_err(), INCORRECT);
}

#[test]
fn an_exchange_belongs_to_its_client_and_its_user() {
    let mut scene = Scene::with_alice();
    let right = right_answer(&mut scene, TIMESTAMP);
    scene.switch_client(open_client());
    assert_eq!(scene.verify(right).unwrap_err(), INCORRECT);

    scene.add_user(UserConfig { username: "bob".to_owned(), ..UserConfig::default() });
    let mut answer = right_answer(&mut scene, TIMESTAMP);
    answer["USERNAME"] = json!("bob");
    assert_eq!(scene.verify(answer).unwrap_err(), INCORRECT);
}

#[test]
fn an_answer_must_use_the_user_name_not_an_alias() {
    let pool = PoolConfig { alias_attributes: vec!["email".to_owned()], users: vec![alice()], ..email_pool() };
    let mut scene = Scene::with_pool(pool, open_client());
    let mut answer = right_answer(&mut scene, TIMESTAMP);
    answer["USERNAME"] = json!("alice@example.com");
    assert_eq!(scene.verify(answer).unwrap_err(), INCORRECT);
}

#[test]
fn a_malformed_timestamp_is_an_invalid_parameter() {
    let mut scene = Scene::with_alice();
    let text = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.";
    for timestamp in ["", "now", "2023-11-14T22:13:20Z", "Tue Nov 14 22:13 UTC 2023", "Die Nov 14 22:13:20 UTC 2023"] {
        let answer = right_answer(&mut scene, timestamp);
        assert_eq!(scene.verify(answer).unwrap_err(), ("InvalidParameterException", text), "{timestamp}");
    }
}

#[test]
fn a_timestamp_spelled_in_another_way_is_a_wrong_password() {
    let mut scene = Scene::with_alice();
    let right = right_answer(&mut scene, "Wed Nov 1 00:00:00 UTC 2023");
    scene.verify(right).unwrap();
    for timestamp in ["Wed Nov 01 00:00:00 UTC 2023", "Thu Nov 1 00:00:00 UTC 2023"] {
        let answer = right_answer(&mut scene, timestamp);
        assert_eq!(scene.verify(answer).unwrap_err(), INCORRECT, "{timestamp}");
    }
}

#[test]
fn an_old_timestamp_is_rejected_if_configured() {
    let old = "Tue Nov 14 22:03:19 UTC 2023";
    let mut scene = Scene::with_alice();
    let answer = right_answer(&mut scene, old);
    scene.verify(answer).unwrap();

    let pool = PoolConfig { timestamp_tolerance_seconds: Some(600), users: vec![alice()], ..email_pool() };
    let mut scene = Scene::with_pool(pool, open_client());
    let answer = right_answer(&mut scene, old);
    assert_eq!(scene.verify(answer).unwrap_err(), INCORRECT);
    scene.srp_sign_in("alice", PASSWORD).unwrap();
}

#[test]
fn an_unsafe_public_value_is_rejected() {
    let mut scene = Scene::with_alice();
    let modulus = cognito_testkit::srp::modulus();
    let multiples = ["0".to_owned(), "000".to_owned(), modulus.to_str_radix(16), (modulus * 2_u8).to_str_radix(16)];
    for public in multiples.iter().map(String::as_str).chain(["", "xyz", "-1", "0x12", "1 2"]) {
        let refusal = scene.initiate("USER_SRP_AUTH", json!({ "USERNAME": "alice", "SRP_A": public })).unwrap_err();
        assert_eq!(refusal.name, "InvalidParameterException", "{public}");
    }
}

#[test]
fn missing_parameters_are_named() {
    let mut scene = Scene::with_alice();
    let refusal = scene.initiate("USER_SRP_AUTH", json!({ "SRP_A": "2" })).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter USERNAME"));
    let refusal = scene.initiate("USER_SRP_AUTH", json!({ "USERNAME": "alice" })).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter SRP_A"));
    for name in ["USERNAME", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP"] {
        let mut answer = right_answer(&mut scene, TIMESTAMP);
        answer.as_object_mut().unwrap().remove(name);
        let text = format!("Missing required parameter {name}");
        assert_eq!(scene.verify(answer).unwrap_err(), ("InvalidParameterException", text.as_str()));
    }
}

#[test]
fn an_unknown_user_always_gets_the_same_challenge() {
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, hiding_client());
    let mut challenge = |name: &str| scene.begin_srp(name, &client()).unwrap()["ChallengeParameters"].clone();
    let (first, second, other) = (challenge("nobody"), challenge("Nobody"), challenge("somebody"));
    assert_eq!((&first["SALT"], &first["USERNAME"]), (&second["SALT"], &second["USERNAME"]));
    assert_ne!((&first["SALT"], &first["USERNAME"]), (&other["SALT"], &other["USERNAME"]));
    assert_eq!(first["USERNAME"], first["USER_ID_FOR_SRP"]);
    assert_eq!(first["USERNAME"].as_str().unwrap().len(), 36);
}

#[test]
fn clients_accept_negative_made_up_salts() {
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, hiding_client());
    let mut negative = 0;
    for number in 0..20 {
        let name = format!("nobody{number}");
        let challenge = scene.begin_srp(&name, &client()).unwrap();
        negative += usize::from(challenge["ChallengeParameters"]["SALT"].as_str().unwrap().starts_with('-'));
        assert_eq!(scene.srp_sign_in(&name, PASSWORD).unwrap_err(), INCORRECT);
    }
    assert!((4..=16).contains(&negative), "{negative}");
}

#[test]
fn a_legacy_client_reports_unknown_users() {
    let mut scene = Scene::with_alice();
    let unknown = ("UserNotFoundException", "User does not exist.");
    assert_eq!(scene.begin_srp("nobody", &client()).unwrap_err(), unknown);
    assert_eq!(scene.password_sign_in("nobody", PASSWORD).unwrap_err(), unknown);
    scene.switch_client(hiding_client());
    assert_eq!(scene.password_sign_in("nobody", PASSWORD).unwrap_err(), INCORRECT);
}

#[test]
fn a_disabled_user_is_reported_only_after_the_proof() {
    let mut scene = Scene::with_pool(
        PoolConfig { users: vec![UserConfig { enabled: false, ..alice() }], ..email_pool() },
        hiding_client(),
    );
    let disabled = ("NotAuthorizedException", "User is disabled.");
    assert_eq!(scene.srp_sign_in("alice", PASSWORD).unwrap_err(), disabled);
    assert_eq!(scene.password_sign_in("alice", PASSWORD).unwrap_err(), disabled);
    assert_eq!(scene.srp_sign_in("alice", "Wrong-horse-1").unwrap_err(), INCORRECT);
}

#[test]
fn a_reset_password_is_reported_after_the_proof() {
    let user = UserConfig { status: UserStatus::ResetRequired, ..alice() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![user], ..email_pool() }, open_client());
    let refusal = scene.srp_sign_in("alice", PASSWORD).unwrap_err();
    assert_eq!(refusal, ("PasswordResetRequiredException", "Password reset required for the user"));
}

#[test]
fn a_client_can_use_only_its_enabled_flows() {
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, ClientConfig::default());
    scene.srp_sign_in("alice", PASSWORD).unwrap();
    let refusal = scene.password_sign_in("alice", PASSWORD).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"));

    let flows = vec![ExplicitAuthFlow::AllowUserPasswordAuth];
    scene.switch_client(ClientConfig { explicit_auth_flows: flows, ..ClientConfig::default() });
    scene.password_sign_in("alice", PASSWORD).unwrap();
    let refusal = scene.begin_srp("alice", &client()).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "USER_SRP_AUTH is not enabled for the client."));
    let refusal = scene.refresh("anything").unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled for this client"));
}

#[test]
fn unsupported_flows_are_rejected() {
    let flows = vec![ExplicitAuthFlow::AllowUserAuth];
    let client = ClientConfig { explicit_auth_flows: flows, ..ClientConfig::default() };
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, client);
    let refusal = scene.initiate("USER_AUTH", json!({ "USERNAME": "alice" })).unwrap_err();
    assert_eq!(refusal.name, "UnsupportedOperationException");
    let refusal = scene.initiate("ADMIN_NO_SRP_AUTH", json!({})).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Initiate Auth method not supported."));
}

#[test]
fn the_password_flow_accepts_the_same_password() {
    let mut scene = Scene::with_alice();
    scene.password_sign_in("ALICE", PASSWORD).unwrap();
    assert_eq!(scene.password_sign_in("alice", "Wrong-horse-1").unwrap_err(), INCORRECT);
    let refusal = scene.initiate("USER_PASSWORD_AUTH", json!({ "USERNAME": "alice" })).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter PASSWORD"));
}
