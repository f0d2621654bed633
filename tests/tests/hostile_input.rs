//! Whatever comes in, an answer goes out.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, Scene};
use proptest::prelude::*;
use serde_json::{Map, Value};

const OPERATIONS: [&str; 15] = [
    "AdminConfirmSignUp",
    "AdminCreateUser",
    "AdminGetUser",
    "AdminSetUserPassword",
    "ChangePassword",
    "ConfirmSignUp",
    "CreateUserPool",
    "CreateUserPoolClient",
    "GetUser",
    "GlobalSignOut",
    "InitiateAuth",
    "ResendConfirmationCode",
    "RespondToAuthChallenge",
    "RevokeToken",
    "SignUp",
];

/// Names and values that lead deep into the operations.
const MEMBERS: [&str; 24] = [
    "ClientId",
    "UserPoolId",
    "Username",
    "Password",
    "SecretHash",
    "UserAttributes",
    "Name",
    "Value",
    "AuthFlow",
    "AuthParameters",
    "USERNAME",
    "PASSWORD",
    "SRP_A",
    "SECRET_HASH",
    "ChallengeName",
    "ChallengeResponses",
    "Session",
    "TIMESTAMP",
    "PASSWORD_CLAIM_SECRET_BLOCK",
    "PASSWORD_CLAIM_SIGNATURE",
    "AccessToken",
    "Token",
    "PoolName",
    "ConfirmationCode",
];
const VALUES: [&str; 18] = [
    "client",
    "us-east-1_TestPool1",
    "alice",
    "Alice",
    "alice@example.com",
    "+15550001234",
    "",
    "é\u{301}",
    PASSWORD,
    "USER_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "PASSWORD_VERIFIER",
    "NEW_PASSWORD_REQUIRED",
    "ff",
    "-1",
    "Tue Nov 14 22:13:20 UTC 2023",
    "Mon Feb 31 23:59:59 UTC 9999",
    "email",
];

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => proptest::sample::select(&VALUES[..]).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    let name = prop_oneof![8 => proptest::sample::select(&MEMBERS[..]).prop_map(str::to_owned), 1 => any::<String>()];
    leaf.prop_recursive(3, 40, 12, move |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => proptest::collection::btree_map(name.clone(), inner, 0..12)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

fn scene() -> Scene {
    let client = cognito_testkit::ClientConfig { id: Some("client".to_owned()), ..common::open_client() };
    let pool = cognito_testkit::PoolConfig { users: vec![common::alice()], ..common::email_pool() };
    Scene::of(pool, client)
}

proptest! {
    #[test]
    fn any_json_is_answered(
        requests in proptest::collection::vec((proptest::sample::select(&OPERATIONS[..]), json()), 1..6),
    ) {
        let mut scene = scene();
        for (operation, body) in requests {
            let response = scene.send(operation, body.to_string().as_bytes());
            prop_assert!(matches!(response.status(), 200 | 400), "{operation} {body}");
        }
    }

    #[test]
    fn a_sign_in_with_any_names_is_answered(
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
    fn any_bytes_are_answered(operation in any::<String>(), body in any::<Vec<u8>>()) {
        let mut scene = scene();
        prop_assert_eq!(scene.send(&operation, &body).status(), 400);
        prop_assert_eq!(scene.send("SignUp", &body).status(), 400);
    }

    #[test]
    fn any_sign_up_can_be_confirmed_and_signed_in(name in "[a-zA-Zäß名.+-]{1,20}", password in "[A-Z]{3}[a-z]{3}[0-9]{3}[!-/]{3}") {
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
