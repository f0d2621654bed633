//! The flow CUSTOM_AUTH: rounds of questions, with or without SRP before them.

use cognito_integration_tests::support::challenges::{
    EXPIRED_SESSION, INVALID_SESSION, SPENT_SESSION, alice_with, challenge_name, factor_pool,
};
use cognito_integration_tests::support::devices::{NO_DEVICE, srp_client};
use cognito_integration_tests::support::scene::{
    Answer, INCORRECT, PASSWORD, START, Scene, TIMESTAMP, Tokens, open_client,
};
use cognito_testkit::{
    ClientConfig, Config, CustomAuthConfig, CustomRound, DeviceConfig, ExplicitAuthFlow, MfaConfiguration, MfaFactor,
    PoolConfig, UserExistenceErrors, UserStatus,
};
use serde_json::{Value, json};

fn round(question: &str, answer: &str) -> CustomRound {
    let parameters = [("question".to_owned(), question.to_owned())].into();
    let mut round = CustomRound::default();
    (round.parameters, round.answer) = (parameters, answer.to_owned());
    round
}

fn script() -> CustomAuthConfig {
    CustomAuthConfig { rounds: vec![round("1+1", "2"), round("2+2", "4")], ..CustomAuthConfig::default() }
}

fn pool(script: CustomAuthConfig) -> PoolConfig {
    let alice = alice_with(&[MfaFactor::Sms], None);
    PoolConfig { custom_auth: Some(script), ..factor_pool(MfaConfiguration::Optional, alice) }
}

fn client() -> ClientConfig {
    let mut client = open_client();
    client.explicit_auth_flows.push(ExplicitAuthFlow::AllowCustomAuth);
    client
}

fn scene() -> Scene {
    Scene::with_pool(pool(script()), client())
}

#[track_caller]
fn begin(scene: &mut Scene) -> Value {
    scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "alice" })).unwrap()
}

fn answer_round(scene: &mut Scene, challenge: &Value, answer: &str) -> Answer {
    scene.answer(challenge, json!({ "ANSWER": answer }))
}

/// Starts a custom sign-in with SRP. `parameter` is the name of the parameter that requests SRP.
#[track_caller]
fn begin_srp(scene: &mut Scene, parameter: &str, password: &str) -> Answer {
    let parameters = json!({ "USERNAME": "alice", parameter: "SRP_A", "SRP_A": srp_client().public_hex() });
    let challenge = scene.initiate("CUSTOM_AUTH", parameters)?;
    assert_eq!(challenge_name(&challenge), "PASSWORD_VERIFIER");
    let responses = srp_client().respond(&scene.pool_id, password, &challenge["ChallengeParameters"], TIMESTAMP);
    scene.verify(responses)
}

#[test]
fn the_right_answers_to_all_rounds_lead_to_tokens() {
    let mut scene = scene();
    let first = begin(&mut scene);
    assert_eq!(challenge_name(&first), "CUSTOM_CHALLENGE");
    assert_eq!(first["ChallengeParameters"], json!({ "question": "1+1", "USERNAME": "Alice" }));
    let second = answer_round(&mut scene, &first, "2").unwrap();
    assert_eq!(second["ChallengeParameters"]["question"], "2+2");
    assert_ne!(second["Session"], first["Session"]);
    Tokens::from_answer(&answer_round(&mut scene, &second, "4").unwrap());
    for challenge in [&first, &second] {
        assert_eq!(answer_round(&mut scene, challenge, "4").unwrap_err(), SPENT_SESSION);
    }
}

#[test]
fn a_wrong_answer_repeats_the_round_until_too_many_are_wrong() {
    let mut scene = scene();
    let first = begin(&mut scene);
    let again = answer_round(&mut scene, &first, "3").unwrap();
    assert_eq!(again["ChallengeParameters"], first["ChallengeParameters"]);
    assert_eq!(answer_round(&mut scene, &first, "2").unwrap_err(), SPENT_SESSION);
    let second = answer_round(&mut scene, &again, "2").unwrap();
    let again = answer_round(&mut scene, &second, "3").unwrap();
    assert_eq!(answer_round(&mut scene, &again, "3").unwrap_err(), INCORRECT, "the third wrong answer in total");
    assert_eq!(answer_round(&mut scene, &again, "4").unwrap_err(), SPENT_SESSION);

    let mut scene = Scene::with_pool(pool(CustomAuthConfig { attempts: 1, ..script() }), client());
    let first = begin(&mut scene);
    assert_eq!(answer_round(&mut scene, &first, "3").unwrap_err(), INCORRECT);
}

#[test]
fn an_answer_must_be_present_and_in_time() {
    let mut scene = scene();
    let first = begin(&mut scene);
    let refusal = scene.answer(&first, json!({})).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter ANSWER"));
    scene.advance(180);
    assert_eq!(answer_round(&mut scene, &first, "2").unwrap_err(), EXPIRED_SESSION);
}

#[test]
fn srp_comes_first_if_the_client_requests_it() {
    for parameter in ["CHALLENGE_NAME", "ChallengeName"] {
        let mut scene = scene();
        let first = begin_srp(&mut scene, parameter, PASSWORD).unwrap();
        assert_eq!(first["ChallengeParameters"]["question"], "1+1");
        let second = answer_round(&mut scene, &first, "2").unwrap();
        Tokens::from_answer(&answer_round(&mut scene, &second, "4").unwrap());
        assert_eq!(begin_srp(&mut scene, parameter, "Wrong-horse-1").unwrap_err(), INCORRECT);
    }
    let mut scene = scene();
    let parameters = json!({ "USERNAME": "alice", "CHALLENGE_NAME": "PASSWORD" });
    assert_eq!(scene.initiate("CUSTOM_AUTH", parameters).unwrap_err().name, "InvalidParameterException");
    let parameters = json!({ "USERNAME": "alice", "CHALLENGE_NAME": "SRP_A" });
    let refusal = scene.initiate("CUSTOM_AUTH", parameters).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "Missing required parameter SRP_A"));
}

#[test]
fn a_temporary_password_is_replaced_between_srp_and_rounds() {
    let mut alice = alice_with(&[], None);
    alice.status = UserStatus::ForceChangePassword;
    let mut scene = Scene::with_pool(PoolConfig { users: vec![alice], ..pool(script()) }, client());
    let challenge = begin_srp(&mut scene, "CHALLENGE_NAME", PASSWORD).unwrap();
    assert_eq!(challenge_name(&challenge), "NEW_PASSWORD_REQUIRED");
    let first = scene.answer(&challenge, json!({ "NEW_PASSWORD": "Correct-horse-2" })).unwrap();
    assert_eq!(first["ChallengeParameters"]["question"], "1+1");
}

#[test]
fn a_second_factor_follows_the_rounds_if_configured() {
    let mut scene = Scene::with_pool(pool(CustomAuthConfig { second_factor: true, ..script() }), client());
    let first = begin(&mut scene);
    let second = answer_round(&mut scene, &first, "2").unwrap();
    assert!(scene.simulator.messages().is_empty());
    let factor = answer_round(&mut scene, &second, "4").unwrap();
    assert_eq!(challenge_name(&factor), "SMS_MFA");
    let code = json!({ "SMS_MFA_CODE": scene.code() });
    Tokens::from_answer(&scene.answer(&factor, code).unwrap());
}

#[test]
fn a_client_that_hides_users_challenges_unknown_users() {
    let hiding = ClientConfig { prevent_user_existence_errors: UserExistenceErrors::Enabled, ..client() };
    let mut scene = Scene::with_pool(pool(script()), hiding);
    let nobody = json!({ "USERNAME": "nobody" });
    let first = scene.initiate("CUSTOM_AUTH", nobody.clone()).unwrap();
    let parameters = first["ChallengeParameters"].clone();
    assert_eq!(parameters["question"], "1+1");
    assert_eq!(scene.initiate("CUSTOM_AUTH", nobody.clone()).unwrap()["ChallengeParameters"], parameters);
    let second = scene.answer(&first, json!({ "USERNAME": "nobody", "ANSWER": "2" })).unwrap();
    let name = second["ChallengeParameters"]["USERNAME"].clone();
    let refusal = scene.answer(&second, json!({ "USERNAME": name, "ANSWER": "4" })).unwrap_err();
    assert_eq!(refusal, INCORRECT);
    let alice = scene.answer(&first, json!({ "USERNAME": "alice", "ANSWER": "2" })).unwrap_err();
    assert_eq!(alice, INVALID_SESSION);

    let mut scene = self::scene();
    let refusal = scene.initiate("CUSTOM_AUTH", nobody).unwrap_err();
    assert_eq!(refusal, ("UserNotFoundException", "User does not exist."));
}

#[test]
fn a_disabled_user_is_rejected_after_the_last_round() {
    let mut scene = scene();
    scene.ok("AdminDisableUser", scene.user_request("alice"));
    let first = begin(&mut scene);
    let second = answer_round(&mut scene, &first, "2").unwrap();
    let refusal = answer_round(&mut scene, &second, "4").unwrap_err();
    assert_eq!(refusal, ("NotAuthorizedException", "User is disabled."));
}

#[test]
fn a_device_signs_in_after_the_rounds() {
    let pool = PoolConfig { device_configuration: Some(DeviceConfig::default()), ..pool(script()) };
    let mut scene = Scene::with_pool(pool, client());
    let first = begin(&mut scene);
    let second = answer_round(&mut scene, &first, "2").unwrap();
    let signed_in = answer_round(&mut scene, &second, "4").unwrap();
    let (device, _) = scene.confirm_device(&signed_in, "phone");

    let unknown = json!({ "USERNAME": "alice", "DEVICE_KEY": "us-east-1_0-0" });
    assert_eq!(scene.initiate("CUSTOM_AUTH", unknown).unwrap_err(), NO_DEVICE);
    let first = begin(&mut scene);
    let refusal = scene.answer(&first, json!({ "ANSWER": "2", "DEVICE_KEY": "us-east-1_0-0" })).unwrap_err();
    assert_eq!(refusal, NO_DEVICE);
    let second = scene.answer(&first, json!({ "ANSWER": "2", "DEVICE_KEY": device.key })).unwrap();
    assert_eq!(challenge_name(&answer_round(&mut scene, &second, "4").unwrap()), "DEVICE_SRP_AUTH");
}

#[test]
fn custom_sign_in_must_be_enabled_in_pool_and_client() {
    let mut scene = Scene::with_pool(PoolConfig { custom_auth: None, ..pool(script()) }, client());
    let refusal = scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "alice" })).unwrap_err();
    let text = "Custom auth lambda trigger is not configured for the user pool.";
    assert_eq!(refusal, ("InvalidParameterException", text));
    let mut scene = Scene::with_pool(pool(script()), open_client());
    let refusal = scene.initiate("CUSTOM_AUTH", json!({ "USERNAME": "alice" })).unwrap_err();
    assert_eq!(refusal, ("InvalidParameterException", "CUSTOM_AUTH flow not enabled for this client"));
}

#[test]
fn a_script_in_a_configuration_needs_at_least_one_round() {
    let text = r#"{ "pools": [{ "custom_auth": {
        "rounds": [{ "parameters": { "question": "1+1" }, "answer": "2" }], "attempts": 3, "second_factor": false
    } }] }"#;
    let config = Config::from_json(text).unwrap();
    assert_eq!(config.pools[0].custom_auth.as_ref().unwrap().rounds[0].answer, "2");
    let pool = PoolConfig { custom_auth: Some(CustomAuthConfig::default()), ..PoolConfig::default() };
    let now = cognito_core::Timestamp::from_unix_seconds(START);
    let mut simulator = cognito_testkit::Simulator::new([7; 32]);
    assert!(simulator.create_pool(now, pool).is_err());
}
