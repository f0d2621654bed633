//! Input of any kind to the user pools: the simulator always answers.

use cognito_integration_tests::support::api_model;
use cognito_integration_tests::support::challenges;
use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, alice, email_pool, open_client};
use cognito_integration_tests::support::words::{MEMBERS, VALUES};
use cognito_testkit::{MfaConfiguration, MfaFactor, Simulator, UserStatus};
use proptest::prelude::*;
use serde_json::{Map, Value};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => proptest::sample::select(VALUES).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    let name = prop_oneof![8 => proptest::sample::select(MEMBERS).prop_map(str::to_owned), 1 => any::<String>()];
    leaf.prop_recursive(3, 40, 12, move |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => proptest::collection::btree_map(name.clone(), inner, 0..12)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

#[track_caller]
fn scene() -> Scene {
    let client = cognito_testkit::ClientConfig { id: Some("client".to_owned()), ..open_client() };
    let standard = cognito_testkit::Config::standard().pools.remove(0);
    let round = cognito_testkit::CustomRound::default();
    let script = cognito_testkit::CustomAuthConfig { rounds: vec![round], ..Default::default() };
    let pool = cognito_testkit::PoolConfig {
        device_configuration: Some(cognito_testkit::DeviceConfig::default()),
        custom_auth: Some(script),
        users: vec![alice()],
        custom_attributes: vec!["tier".to_owned()],
        clients: Vec::new(),
        ..standard
    };
    Scene::with_pool(cognito_testkit::PoolConfig { id: email_pool().id, ..pool }, client)
}

/// Returns a request body of a signed-in user: valid tokens and ids, and the members of `body`.
fn signed_in(scene: &Scene, tokens: &Tokens, body: &Value) -> String {
    let mut request = serde_json::json!({
        "AccessToken": "TOKEN", "RefreshToken": "REFRESH", "UserPoolId": scene.pool_id, "ClientId": "client",
        "Username": "alice",
    });
    if let (Some(request), Some(members)) = (request.as_object_mut(), body.as_object()) {
        request.extend(members.clone());
    }
    with_tokens(&request, tokens)
}

/// Replaces the placeholders TOKEN and REFRESH with valid tokens.
fn with_tokens(body: &Value, tokens: &Tokens) -> String {
    let refresh = tokens.refresh.as_deref().unwrap_or_default();
    let body = body.to_string().replace("\"TOKEN\"", &format!("\"{}\"", tokens.access));
    body.replace("\"REFRESH\"", &format!("\"{refresh}\""))
}

/// Generates a value of a shape in the API model. Each item of `choices` decides one choice.
fn shaped(model: &Value, shape: &Value, choices: &mut dyn Iterator<Item = u8>) -> Value {
    let shape = &model["shapes"][shape.as_str().unwrap()];
    let choice = usize::from(choices.next().unwrap_or_default());
    match shape["type"].as_str().unwrap() {
        "structure" => {
            let members = shape["members"].as_object().into_iter().flatten();
            let mut shaped = Map::new();
            for (name, member) in members {
                // One in four members is left out.
                if !choices.next().unwrap_or_default().is_multiple_of(4) {
                    shaped.insert(name.clone(), shaped_member(model, name, &member["shape"], choices));
                }
            }
            Value::Object(shaped)
        }
        "list" => (0..choice % 3).map(|_| shaped(model, &shape["member"]["shape"], choices)).collect(),
        "map" => (0..choice % 5)
            .map(|_| {
                let name = MEMBERS[usize::from(choices.next().unwrap_or_default()) % MEMBERS.len()];
                (name.to_owned(), Value::from(VALUES[usize::from(choices.next().unwrap_or_default()) % VALUES.len()]))
            })
            .collect(),
        "boolean" => Value::from(choice.is_multiple_of(2)),
        "integer" => Value::from(choice % 30),
        _ => match shape["enum"].as_array() {
            Some(values) => values[choice % values.len()].clone(),
            None => Value::from(VALUES[choice % VALUES.len()]),
        },
    }
}

/// Generates a member of a structure. Tokens, ids and the user name are mostly valid, so that many operations
/// succeed.
fn shaped_member(model: &Value, name: &str, shape: &Value, choices: &mut dyn Iterator<Item = u8>) -> Value {
    let right = match name {
        "AccessToken" => "TOKEN",
        "RefreshToken" => "REFRESH",
        "ClientId" => "client",
        "UserPoolId" => "us-east-1_TestPool1",
        "Username" => "alice",
        _ => return shaped(model, shape, choices),
    };
    Value::from(if choices.next().unwrap_or_default() < 240 { right } else { "a.b.c" })
}

proptest! {
    #[test]
    fn any_request_in_the_models_shape_is_answered(
        requests in proptest::collection::vec((any::<usize>(), any::<[u8; 32]>()), 1..12),
    ) {
        let model = api_model::model("cognito-idp");
        let operations: Vec<_> = model["operations"].as_object().unwrap().iter().collect();
        let mut scene = scene();
        let tokens = Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap());
        for (index, choices) in requests {
            let (name, operation) = operations[index % operations.len()];
            let body = shaped(&model, &operation["input"], &mut choices.into_iter());
            let body = with_tokens(&body, &tokens);
            let response = scene.send(name, body.as_bytes());
            prop_assert!(matches!(response.status(), 200 | 400), "{name} {body}");
            let answer = String::from_utf8_lossy(response.body()).into_owned();
            prop_assert!(!answer.contains("SerializationException"), "{name} {body} {answer}");
        }
    }

    #[test]
    fn any_json_is_answered(
        requests in proptest::collection::vec((proptest::sample::select(Simulator::operations("cognito-idp")), json()), 1..6),
    ) {
        let mut scene = scene();
        for (operation, body) in requests {
            let response = scene.send(operation, body.to_string().as_bytes());
            prop_assert!(matches!(response.status(), 200 | 400), "{operation} {body}");
        }
    }

    #[test]
    fn any_json_of_a_signed_in_user_is_answered(
        requests in proptest::collection::vec((proptest::sample::select(Simulator::operations("cognito-idp")), json()), 1..8),
    ) {
        let mut scene = scene();
        let tokens = Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap());
        for (operation, body) in requests {
            let body = signed_in(&scene, &tokens, &body);
            let response = scene.send(operation, body.as_bytes());
            prop_assert!(matches!(response.status(), 200 | 400), "{operation} {body}");
        }
    }

    #[test]
    fn an_srp_sign_in_with_random_values_fails(
        typed in any::<String>(), public in "[0-9a-fA-F]{0,900}|.*", timestamp in any::<String>(), block in any::<String>(),
    ) {
        let mut scene = scene();
        let _ = scene.initiate("USER_SRP_AUTH", serde_json::json!({ "USERNAME": typed, "SRP_A": public }));
        let answer = scene.verify(serde_json::json!({
            "USERNAME": typed,
            "PASSWORD_CLAIM_SIGNATURE": public,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "TIMESTAMP": timestamp,
        }));
        prop_assert!(answer.is_err());
    }

    #[test]
    fn random_bytes_are_answered_with_an_error(operation in any::<String>(), body in any::<Vec<u8>>()) {
        let mut scene = scene();
        prop_assert_eq!(scene.send(&operation, &body).status(), 400);
        prop_assert_eq!(scene.send("SignUp", &body).status(), 400);
    }

    #[test]
    fn any_new_user_can_confirm_and_sign_in(name in "[a-zA-Zäß名.+-]{1,20}", password in "[A-Z]{3}[a-z]{3}[0-9]{3}[!-/]{3}") {
        let mut scene = scene();
        prop_assume!(name.to_lowercase() != "alice");
        let attributes = serde_json::json!([{ "Name": "email", "Value": "bob@example.com" }]);
        let body = serde_json::json!({
            "ClientId": "client", "Username": name, "Password": password, "UserAttributes": attributes,
        });
        scene.ok("SignUp", body);
        let code = scene.last_message().code;
        scene.confirm(&name, &code).unwrap();
        prop_assert!(scene.srp_sign_in(&name, &password).is_ok());
    }
}

/// Challenges with a `Session`, each with the settings of the pool and of the user that lead to the
/// challenge.
const CHALLENGES: [(&str, MfaConfiguration, UserStatus); 4] = [
    ("NEW_PASSWORD_REQUIRED", MfaConfiguration::On, UserStatus::ForceChangePassword),
    ("MFA_SETUP", MfaConfiguration::On, UserStatus::Confirmed),
    ("SELECT_MFA_TYPE", MfaConfiguration::Optional, UserStatus::Confirmed),
    ("DEVICE_SRP_AUTH", MfaConfiguration::Off, UserStatus::Confirmed),
];

/// Starts a sign-in that leads to this challenge, and returns the scene and the challenge.
fn sign_in_with_challenge(challenge: usize) -> (Scene, Value) {
    let (name, mfa, status) = CHALLENGES[challenge];
    let mut user = challenges::alice_with(&[], None);
    if name == "MFA_SETUP" {
        user = alice();
    }
    if name == "SELECT_MFA_TYPE" {
        user.mfa.enabled = vec![MfaFactor::Sms, MfaFactor::SoftwareToken, MfaFactor::Email];
    }
    user.status = status;
    let device_configuration = Some(cognito_testkit::DeviceConfig::default());
    let pool = cognito_testkit::PoolConfig { device_configuration, ..challenges::factor_pool(mfa, user) };
    let mut scene = Scene::with_pool(pool, open_client());
    let challenge = if name == "DEVICE_SRP_AUTH" {
        let device = scene.register_device();
        scene.begin_with(&device.key).unwrap()
    } else {
        scene.begin()
    };
    assert_eq!(challenges::challenge_name(&challenge), name);
    (scene, challenge)
}

proptest! {
    #[test]
    fn any_answer_to_a_challenge_causes_no_panic(
        challenge in 0..CHALLENGES.len(),
        answers in proptest::collection::vec(
            proptest::collection::btree_map(proptest::sample::select(MEMBERS), any::<Option<String>>(), 0..8),
            1..6,
        ),
    ) {
        let (mut scene, mut challenge) = sign_in_with_challenge(challenge);
        for mut responses in answers {
            responses.insert("USERNAME", Some("alice".to_owned()));
            if let Ok(next) = scene.answer(&challenge, serde_json::json!(responses)) {
                if next.get("ChallengeName").is_none() {
                    break;
                }
                challenge = next;
            }
        }
    }
}
