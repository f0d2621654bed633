//! The commands `credentials` and `call`.

use cognito_blocking::operation::{self, OperationDescription};
use serde_json::{Value, json};

use crate::stage::{PASSWORD, Stage};
use cognito_integration_tests::support::api_model::{example_request, model, model_name};

/// Returns the role for which the simulated service issued the credentials.
fn role(stage: &Stage, credentials: &Value) -> String {
    let key = credentials["AccessKeyId"].as_str().unwrap();
    stage.server.with(|simulator| simulator.credentials_owner(key).unwrap().role_arn)
}

#[test]
fn credentials_have_the_format_of_credential_process() {
    let stage = Stage::signed_in("credentials");
    let credentials: Value = serde_json::from_str(&stage.text(&["credentials"])).unwrap();
    let names: Vec<&String> = credentials.as_object().unwrap().keys().collect();
    assert_eq!(names, ["AccessKeyId", "Expiration", "SecretAccessKey", "SessionToken", "Version"]);
    assert_eq!(credentials["Version"], 1);
    let expiration = credentials["Expiration"].as_str().unwrap();
    assert!(expiration.len() == 20 && expiration.as_bytes()[10] == b'T' && expiration.ends_with('Z'), "{expiration}");
    assert_eq!(role(&stage, &credentials), "arn:aws:iam::123456789012:role/user");
    assert_eq!(stage.json(&["credentials"])["Version"], 1);
}

#[test]
fn a_guest_needs_no_user_pool_and_keeps_the_same_identity() {
    let stage = Stage::new("guest");
    let guest = || {
        let mut command = stage.unconfigured_command(&["credentials", "--guest", "--json"]);
        command.env("COGNITO_IDENTITY_POOL_ID", &stage.identity_pool_id);
        command.env("COGNITO_IDENTITY_ENDPOINT", stage.server.url());
        crate::stage::run_result(&command.output().unwrap()).json()
    };
    let identity = |credentials: &Value| {
        let key = credentials["AccessKeyId"].as_str().unwrap();
        stage.server.with(|simulator| simulator.credentials_owner(key).unwrap().identity_id)
    };
    let (first, second) = (guest(), guest());
    assert_eq!(role(&stage, &first), "arn:aws:iam::123456789012:role/guest");
    assert_eq!(identity(&first), identity(&second));
}

#[test]
fn a_role_is_assumed_for_the_requested_duration() {
    let stage = Stage::signed_in("assume_role");
    let arn = "arn:aws:iam::123456789012:role/user";
    let assume = ["credentials", "--assume-role", arn, "--role-session-name", "cli", "--duration-seconds", "900"];
    let credentials = stage.json(&assume);
    assert_eq!(role(&stage, &credentials), arn);
    let expiration = humantime::parse_rfc3339(credentials["Expiration"].as_str().unwrap()).unwrap();
    let expiration = expiration.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let left = expiration - stage.server.now().as_unix_seconds();
    assert!((880..=900).contains(&left), "{left}");
    // In the enhanced flow the service gets the custom role, and this pool rejects it.
    let custom = stage.run(&["credentials", "--role-arn", "arn:aws:iam::123456789012:role/other", "--json"]);
    assert_eq!(custom.error(3)["kind"], "Refused");
}

#[test]
fn call_adds_the_members_that_identify_the_client_and_the_user() {
    let factors = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"] });
    let stage = Stage::with_changes("call", factors);
    stage.sign_in();
    let user = stage.run(&["call", "GetUser"]).json();
    assert_eq!(user["Username"], "alice");
    assert!(user["UserAttributes"].as_array().unwrap().iter().any(|attribute| attribute["Name"] == "email"));

    let body = json!({ "Username": "bob", "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": "bob@example.com" }] });
    let signed_up = stage.run(&["call", "SignUp", "--json", &body.to_string()]).json();
    assert_eq!(signed_up["UserConfirmed"], false);

    let auth = json!({ "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD } });
    let tokens = stage.with_stdin(&["call", "InitiateAuth", "--json", "-"], &auth.to_string()).json();
    assert_eq!(tokens["AuthenticationResult"]["TokenType"], "Bearer");

    // The operation takes the access token by default, or else the challenge session in the request.
    assert!(stage.run(&["call", "AssociateSoftwareToken"]).json()["SecretCode"].is_string());
    let in_sign_in = stage.run(&["call", "AssociateSoftwareToken", "--json", r#"{"Session":"nonsense"}"#]);
    assert_eq!(in_sign_in.error(3)["kind"], "Refused");
}

#[test]
fn identity_pool_and_token_service_operations_can_be_called() {
    let stage = Stage::new("call_identity");
    let body = json!({ "IdentityPoolId": stage.identity_pool_id }).to_string();
    let identity = stage.run(&["call", "GetId", "--json", &body]).json();
    let token = stage.run(&["call", "GetOpenIdToken", "--json", &identity.to_string()]).json();
    let body = json!({ "RoleArn": "arn:aws:iam::123456789012:role/guest", "RoleSessionName": "cli",
        "WebIdentityToken": token["Token"] });
    let assumed = stage.run(&["call", "AssumeRoleWithWebIdentity", "--json", &body.to_string()]).json();
    assert!(assumed["Credentials"]["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
}

#[test]
fn an_invalid_request_is_rejected_before_it_is_sent() {
    let stage = Stage::signed_in("bad_call");
    for (operation, body, problem) in [
        ("Telepathy", "{}", "there is no operation Telepathy"),
        ("SignUp", "{}", "missing field `Username`"),
        ("GetUser", r#"{"AccessToken":"x"}"#, "unknown member in the request: AccessToken"),
        ("GetUser", "{", "invalid JSON"),
    ] {
        let error = stage.run(&["call", operation, "--json", body]).error(2);
        assert!(error["message"].as_str().unwrap().contains(problem), "{error}");
    }
}

#[test]
fn every_operation_can_be_called_by_its_name() {
    let mut stage = Stage::signed_in("each_operation");
    for OperationDescription { name, service, .. } in operation::descriptions() {
        let model = model(model_name(service));
        for full in [true, false] {
            let body = example_request(&model, name, full).to_string();
            let result = stage.run(&["call", name, "--json", &body, "--verbose"]);
            let first: Value = serde_json::from_str(result.stderr.lines().next().unwrap()).unwrap();
            assert_eq!(first["request"]["operation"], name, "{first}");
            // The service understands the request: it accepts or rejects the operation.
            assert!(result.code == 0 || result.code == 3, "{name}: {}{}", result.stdout, result.stderr);
            if result.code == 0 && stage.run(&["call", "GetUser"]).code != 0 {
                // The operation has ended the session.
                stage = Stage::signed_in("each_operation");
            }
        }
    }
}
