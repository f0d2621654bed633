//! Input of any kind to the identity pools and to AssumeRoleWithWebIdentity: the simulator always answers.

use cognito_core::{Request, Response};
use cognito_integration_tests::support::identities::*;
use cognito_integration_tests::support::scene::{PASSWORD, Scene, Tokens, read};
use cognito_testkit::{Fault, FaultPlan, IdentityPoolConfig, Outcome, Simulator, login_token};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const POOL: &str = "us-east-1:00000000-0000-4000-8000-000000000001";
const MEMBERS: [&str; 8] = [
    "IdentityPoolId",
    "IdentityId",
    "Logins",
    "LoginsToRemove",
    "CustomRoleArn",
    "AccountId",
    GOOGLE,
    "cognito-idp.us-east-1.amazonaws.com/us-east-1_TestPool1",
];
const VALUES: [&str; 8] = [POOL, "GUEST", "GOOGLE", "USER", "opaque-bob", "e30.e30.", USER_ROLE, FACEBOOK];
const PARAMETERS: [&str; 8] = [
    "Action",
    "Version",
    "RoleArn",
    "RoleSessionName",
    "WebIdentityToken",
    "DurationSeconds",
    "Policy",
    "PolicyArns.member.1.arn",
];

fn scene() -> Scene {
    identity_scene(IdentityPoolConfig { id: Some(POOL.to_owned()), ..open_identity_pool() }).0
}

/// Replaces the placeholders GUEST, GOOGLE and USER with an identity id and tokens that are valid in the
/// scene.
fn fill_placeholders(scene: &mut Scene, body: &str) -> String {
    let guest = scene.get_id(POOL, json!({})).unwrap();
    let google = google(scene, "ann");
    let body = body.replace("\"GUEST\"", &format!("\"{guest}\"")).replace("\"GOOGLE\"", &format!("\"{google}\""));
    if !body.contains("\"USER\"") {
        return body;
    }
    let tokens = Tokens::from_answer(&scene.password_sign_in("alice", PASSWORD).unwrap());
    body.replace("\"USER\"", &format!("\"{}\"", tokens.id))
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => proptest::sample::select(&VALUES[..]).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    let name = prop_oneof![8 => proptest::sample::select(&MEMBERS[..]).prop_map(str::to_owned), 1 => any::<String>()];
    leaf.prop_recursive(3, 30, 12, move |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => proptest::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// Generates requests whose members have the right types.
fn well_typed_request() -> impl Strategy<Value = Value> {
    let id = || proptest::sample::select(vec!["GUEST", "GUEST", "us-east-1:00", "nobody"]);
    let token = proptest::sample::select(&VALUES[..]);
    let provider = || proptest::sample::select(vec![GOOGLE, FACEBOOK, SAML, OPEN_ID, MEMBERS[7]]);
    let logins = proptest::collection::btree_map(provider(), token, 0..4);
    let removed = proptest::collection::vec(provider(), 0..3);
    (id(), logins, removed, any::<Option<bool>>()).prop_map(|(id, logins, removed, custom)| {
        let mut body = json!({ "IdentityPoolId": POOL, "IdentityId": id, "Logins": logins, "LoginsToRemove": removed });
        if let Some(user) = custom {
            body["CustomRoleArn"] = json!(if user { USER_ROLE } else { "a role" });
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_json_is_answered(
        requests in proptest::collection::vec((proptest::sample::select(Simulator::operations("cognito-identity")), any_json()), 1..6),
    ) {
        let mut scene = scene();
        for (operation, body) in requests {
            let body = fill_placeholders(&mut scene, &body.to_string());
            let status = scene.send_to_identity_pools(operation, body.as_bytes()).status();
            prop_assert!(matches!(status, 200 | 400), "{operation} {body}");
        }
    }

    #[test]
    fn any_request_of_the_right_shape_is_answered(
        requests in proptest::collection::vec((proptest::sample::select(Simulator::operations("cognito-identity")), well_typed_request()), 1..10),
    ) {
        let mut scene = scene();
        for (operation, body) in requests {
            let body = fill_placeholders(&mut scene, &body.to_string());
            let response = scene.send_to_identity_pools(operation, body.as_bytes());
            prop_assert!(matches!(response.status(), 200 | 400), "{operation} {body}");
            let answer = String::from_utf8_lossy(response.body()).into_owned();
            prop_assert!(!answer.contains("SerializationException"), "{operation} {body} {answer}");
        }
    }

    #[test]
    fn random_bytes_are_answered_with_an_error(body in any::<Vec<u8>>()) {
        let mut scene = scene();
        for operation in Simulator::operations("cognito-identity") {
            prop_assert_eq!(scene.send_to_identity_pools(operation, &body).status(), 400);
        }
        prop_assert_eq!(scene.form(&body).status(), 400);
    }

    #[test]
    fn any_form_is_answered_in_xml(
        given in proptest::collection::btree_map(proptest::sample::select(&PARAMETERS[2..]), any::<String>(), 0..8),
    ) {
        let mut scene = scene();
        let mut parameters = vec![("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15")];
        parameters.extend(given.iter().map(|(name, value)| (*name, value.as_str())));
        let response = scene.query(&parameters);
        prop_assert_eq!(response.status(), 400);
        let refusal = read_xml(&response).unwrap_err();
        prop_assert!(!refusal.message.contains('<'), "{refusal:?}");
    }

    #[test]
    fn a_made_up_token_is_always_rejected(parts in proptest::collection::vec(any_json(), 0..4)) {
        let mut scene = scene();
        let encode = |part: &Value| data_encoding::BASE64URL_NOPAD.encode(part.to_string().as_bytes());
        let token = parts.iter().map(encode).collect::<Vec<_>>().join(".");
        for provider in [GOOGLE, OPEN_ID, MEMBERS[7], FACEBOOK, SAML, "cognito-idp."] {
            let answer = scene.get_id(POOL, json!({ provider: token }));
            prop_assert!(answer.is_err(), "{answer:?}");
        }
        let answer = scene.assume_role(GUEST_ROLE, &token, &[]);
        prop_assert!(answer.is_err(), "{answer:?}");
    }

    #[test]
    fn a_token_with_any_claims_causes_no_panic(claims in any_json(), expires in any::<i64>()) {
        let mut scene = scene();
        let members = claims.as_object().cloned().unwrap_or_default();
        let claims = members.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let claims = claims.chain([("exp", json!(expires))]);
        let token = login_token("https://accounts.google.com", GOOGLE_APP, "ann", scene.now, claims);
        let _ = scene.get_id(POOL, json!({ GOOGLE: token }));
    }
}

#[test]
fn members_are_validated_before_any_lookup() {
    let mut scene = scene();
    let mut error_of = |operation: &str, body: Value| {
        let refusal = scene.call_identity_pools(operation, body).unwrap_err();
        assert_eq!(refusal.name, "InvalidParameterException");
        refusal.message
    };
    let pattern = "failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+";
    for id in ["us-east-1_Pool", "us-east-1:XYZ", ":0a", "us-east-1:", "us east:0a"] {
        let expected = format!("1 validation error detected: Value '{id}' at 'identityPoolId' {pattern}");
        assert_eq!(error_of("GetId", json!({ "IdentityPoolId": id })), expected);
        assert!(error_of("GetCredentialsForIdentity", json!({ "IdentityId": id })).contains("identityId"));
    }
    let long = format!("us-east-1:{}", "0".repeat(46));
    assert!(error_of("GetId", json!({ "IdentityPoolId": long })).contains("less than or equal to 55"));
    assert!(error_of("GetId", json!({})).contains("must not be null"));
    assert!(error_of("GetId", json!({ "IdentityPoolId": POOL, "AccountId": "x" })).contains("accountId"));
    let role = json!({ "IdentityId": POOL, "CustomRoleArn": "short" });
    assert!(error_of("GetCredentialsForIdentity", role).contains("customRoleArn"));
    let unlink = error_of("UnlinkIdentity", json!({ "IdentityId": POOL }));
    assert!(unlink.starts_with("2 validation errors detected: "), "{unlink}");
}

#[test]
fn the_number_and_the_length_of_logins_are_limited() {
    let mut scene = scene();
    let mut error_of = |logins: Map<String, Value>| {
        let refusal = scene.get_id(POOL, Value::Object(logins)).unwrap_err();
        (refusal.name, refusal.message)
    };
    let many = |count: usize| (0..count).map(|number| (format!("provider-{number}"), json!("x"))).collect();
    assert_eq!(error_of(many(10)).0, "NotAuthorizedException");
    let login = |name: &str, token: &str| Map::from_iter([(name.to_owned(), json!(token))]);
    let wrong = [
        (many(11), "length less than or equal to 10"),
        (login(GOOGLE, &"x".repeat(50_001)), "Map value must satisfy constraint: [Member must have length less than"),
        (login(GOOGLE, ""), "Map value must satisfy constraint"),
        (login(&"x".repeat(129), "x"), "Map keys must satisfy constraint: [Member must have length less than"),
    ];
    for (logins, part) in wrong {
        let (name, message) = error_of(logins);
        assert!(name == "InvalidParameterException" && message.contains(part), "{name} {message}");
    }
}

#[test]
fn a_body_with_wrong_types_is_a_serialization_error() {
    let mut scene = scene();
    for body in ["", "[]", "{", "null", "{\"IdentityPoolId\":1}", "{\"IdentityPoolId\":\"x\",\"Logins\":{\"x\":1}}"] {
        let refusal = read(&scene.send_to_identity_pools("GetId", body.as_bytes())).unwrap_err();
        assert_eq!(refusal.name, "SerializationException", "{body}");
    }
    // A form with a JSON content type names no operation.
    let headers = [("content-type", "application/x-amz-json-1.1")].into_iter().collect();
    let request = Request::post("http://localhost/", headers, b"Action=AssumeRoleWithWebIdentity".to_vec());
    let refusal = read(&scene.simulator.handle(scene.now, &request)).unwrap_err();
    assert_eq!(refusal.name, "UnknownOperationException");
}

/// Sends AssumeRoleWithWebIdentity if `query` is set, otherwise GetId, and returns the response.
#[track_caller]
fn exchange(scene: &mut Scene, query: bool) -> Response {
    let (name, value, body) = if query {
        ("content-type", "application/x-www-form-urlencoded", "Action=AssumeRoleWithWebIdentity".to_owned())
    } else {
        ("x-amz-target", "AWSCognitoIdentityService.GetId", json!({ "IdentityPoolId": POOL }).to_string())
    };
    let request = Request::post("http://localhost/", [(name, value)].into_iter().collect(), body.into_bytes());
    match scene.simulator.exchange(scene.now, &request) {
        Outcome::Answer(response) => response,
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn a_fault_is_answered_in_the_protocol_of_the_operation() {
    let mut scene = scene();
    let faults = [
        (Fault::Throttle, 400, "TooManyRequestsException", "Throttling"),
        (Fault::Fail { status: 500 }, 500, "InternalErrorException", "InternalFailure"),
        (Fault::Fail { status: 503 }, 503, "ServiceUnavailableException", "ServiceUnavailable"),
    ];
    for (fault, status, json, query) in faults {
        for operation in ["GetId", "AssumeRoleWithWebIdentity"] {
            scene.simulator.faults().plan(FaultPlan::next(fault.clone()).for_operation(operation));
        }
        let response = exchange(&mut scene, true);
        assert_eq!((response.status(), read_xml(&response).unwrap_err().name.as_str()), (status, query));
        let fault_type = if status < 500 { "<Type>Sender</Type>" } else { "<Type>Receiver</Type>" };
        assert!(String::from_utf8_lossy(response.body()).contains(fault_type));
        let response = exchange(&mut scene, false);
        assert_eq!((response.status(), read(&response).unwrap_err().name.as_str()), (status, json));
        assert!(scene.simulator.faults().planned().is_empty());
    }
    assert_eq!(exchange(&mut scene, false).status(), 200);
}
