//! The wire format of answers: status, headers, error bodies and validation messages.

use cognito_core::{Headers, Request, Timestamp};
use cognito_integration_tests::support::scene::{PASSWORD, START, Scene, read};
use serde_json::json;

#[test]
fn a_success_has_the_headers_of_the_service() {
    let mut scene = Scene::with_alice();
    let access = scene.tokens().access;
    let response = scene.send("GetUser", json!({ "AccessToken": access }).to_string().as_bytes());
    let header = |name: &str| response.headers().get(name).unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(header("date"), "Tue, 14 Nov 2023 22:13:20 GMT");
    assert_eq!(header("x-amzn-requestid").len(), 36);
}

#[test]
fn an_error_is_named_in_the_body_and_in_the_headers() {
    let mut scene = Scene::new();
    let response = scene.send("GetUser", br#"{"AccessToken":"a.b.c"}"#);
    let header = |name: &str| response.headers().get(name).unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.body(), br#"{"__type":"NotAuthorizedException","message":"Invalid Access Token"}"#);
    assert_eq!(header("x-amzn-errortype"), "NotAuthorizedException:");
    assert_eq!(header("x-amzn-errormessage"), "Invalid Access Token");
    assert_eq!(header("x-amzn-requestid").len(), 36);
}

#[test]
fn an_unknown_target_is_an_unknown_operation() {
    let mut scene = Scene::new();
    assert_eq!(scene.refused("SingUp", json!({})).name, "UnknownOperationException");
    let bare = Request::post("http://localhost/", Headers::new(), b"{}".to_vec());
    let answer = read(&scene.simulator.handle(scene.now, &bare));
    assert_eq!(answer.unwrap_err().name, "UnknownOperationException");
}

#[test]
fn a_body_of_a_wrong_shape_is_a_serialization_error() {
    let mut scene = Scene::new();
    let deep = "[".repeat(100_000);
    for body in [
        "",
        "{",
        "null",
        "[]",
        "[null,null]",
        r#""text""#,
        "\u{0}",
        r#"{"Username":5}"#,
        r#"{"UserAttributes":{}}"#,
        &deep,
    ] {
        let answer = read(&scene.send("SignUp", body.as_bytes()));
        assert_eq!(answer.unwrap_err().name, "SerializationException", "{body:.40}");
    }
    let answer = read(&scene.send("SignUp", &[0xff, 0xfe]));
    assert_eq!(answer.unwrap_err().name, "SerializationException");
}

#[test]
fn a_validation_error_names_every_invalid_member() {
    let mut scene = Scene::new();
    let client_id = scene.client.id.clone();
    let refusal = scene.refused("SignUp", json!({ "ClientId": client_id, "Password": PASSWORD }));
    let text = "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must not be null";
    assert_eq!(refusal, ("InvalidParameterException", text));

    let refusal = scene.refused("SignUp", json!({ "ClientId": client_id, "Username": "a b" }));
    let text = "2 validation errors detected: Value at 'username' failed to satisfy constraint: Member must satisfy \
                regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+; Value at 'password' failed to satisfy \
                constraint: Member must not be null";
    assert_eq!(refusal, ("InvalidParameterException", text));

    let long = json!({ "ClientId": client_id, "Username": "a".repeat(129), "Password": PASSWORD });
    let text = "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must have length \
                less than or equal to 128";
    assert_eq!(scene.refused("SignUp", long), ("InvalidParameterException", text));

    let refusal = scene.refused("InitiateAuth", json!({ "ClientId": client_id, "AuthFlow": "MAGIC" }));
    let text = "1 validation error detected: Value 'MAGIC' at 'authFlow' failed to satisfy constraint: Member must \
                satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, \
                ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]";
    assert_eq!(refusal, ("InvalidParameterException", text));
}

/// Returns the bytes of all answers of a simulator to a fixed sequence of requests.
fn transcript(seed_time: u64) -> Vec<u8> {
    let mut scene = Scene::with_alice();
    scene.now = Timestamp::from_unix_seconds(seed_time);
    let mut bytes = Vec::new();
    let client_id = scene.client.id.clone();
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let sign_in = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client_id, "AuthParameters": parameters });
    let sign_up = json!({ "ClientId": client_id, "Username": "bob", "Password": PASSWORD });
    let srp = json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": client_id, "AuthParameters": { "USERNAME": "alice", "SRP_A": "abc" } });
    for (operation, body) in
        [("InitiateAuth", sign_in), ("SignUp", sign_up), ("InitiateAuth", srp), ("Nothing", json!({}))]
    {
        let response = scene.send(operation, body.to_string().as_bytes());
        bytes
            .extend(response.headers().iter().flat_map(|(name, value)| [name, value]).collect::<String>().into_bytes());
        bytes.extend_from_slice(response.body());
    }
    bytes
}

#[test]
fn the_same_seed_requests_and_times_give_the_same_bytes() {
    assert_eq!(transcript(START), transcript(START));
    assert_ne!(transcript(START), transcript(START + 1));
}
