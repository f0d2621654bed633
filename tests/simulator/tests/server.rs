//! Tests of the HTTP server and of the program `cognito-sim`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![cfg(feature = "server")]

use core::time::Duration;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use cognito_testkit::{Config, Fault, FaultPlan, Server};
use serde_json::{Value, json};

/// Sends a request, and returns the head (status line and headers) and the body of the answer.
#[track_caller]
fn exchange(url: &str, method: &str, path: &str, target: &str, body: &str) -> (String, String) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nX-Amz-Target: {target}\r\n");
    write!(stream, "{head}content-type: application/x-amz-json-1.1\r\ncontent-length: {length}\r\n\r\n").unwrap();
    // The server may answer and close the connection before it has read the whole body.
    let _ = stream.write_all(body.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
    (head.to_owned(), body.to_owned())
}

#[track_caller]
fn call(url: &str, operation: &str, body: &Value) -> (String, Value) {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    let (head, body) = exchange(url, "POST", "/", &target, &body.to_string());
    (head, serde_json::from_str(&body).unwrap())
}

fn sign_up(url: &str, client_id: &str, username: &str) -> (String, Value) {
    let attributes = json!([{ "Name": "email", "Value": "bob@example.com" }]);
    let body = json!({
        "ClientId": client_id, "Username": username, "Password": "Correct-horse-1", "UserAttributes": attributes,
    });
    call(url, "SignUp", &body)
}

#[track_caller]
fn server() -> (Server, String) {
    let server = Server::with_config([7; 32], Config::standard()).unwrap();
    let client_id = server.with(|simulator| simulator.pools()[0].clients[0].id.clone());
    (server, client_id)
}

#[test]
fn the_server_answers_a_request_and_lists_its_message() {
    let (server, client_id) = server();
    let (head, answer) = sign_up(&server.url(), &client_id, "bob");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("content-type: application/x-amz-json-1.1"), "{head}");
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
    assert_eq!(answer["UserConfirmed"], false);
    let (_, page) = exchange(&server.url(), "GET", "/_sim/messages", "", "");
    let page: Value = serde_json::from_str(&page).unwrap();
    let message = &server.messages()[0];
    let expected = json!([{
        "username": "bob",
        "destination": "bob@example.com",
        "medium": "EMAIL",
        "purpose": "confirm_sign_up",
        "code": message.code,
        "unix_seconds": message.unix_seconds,
    }]);
    assert_eq!(page, expected);
}

#[test]
fn an_error_over_http_has_its_status_and_headers() {
    let (server, _) = server();
    let (head, answer) = call(&server.url(), "GetUser", &json!({ "AccessToken": "a.b.c" }));
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    assert!(head.contains("x-amzn-errortype: NotAuthorizedException:"), "{head}");
    assert_eq!(answer["message"], "Invalid Access Token");
}

#[test]
fn an_identity_pool_answers_over_http_in_both_protocols() {
    let (server, _) = server();
    let pool = server.with(|simulator| simulator.identity_pools()[0].id.clone());
    let call = |operation: &str, body: Value| {
        let target = format!("AWSCognitoIdentityService.{operation}");
        let (_, answer) = exchange(&server.url(), "POST", "/", &target, &body.to_string());
        serde_json::from_str::<Value>(&answer).unwrap()
    };
    let identity = call("GetId", json!({ "IdentityPoolId": pool }))["IdentityId"].clone();
    let token = call("GetOpenIdToken", json!({ "IdentityId": identity }))["Token"].clone();
    let (role, token) = ("arn:aws:iam::123456789012:role/unauthenticated", token.as_str().unwrap());
    let form = format!(
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=guest&RoleArn={role}&WebIdentityToken={token}"
    );
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let kind = "application/x-www-form-urlencoded";
    let head = format!("POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: {kind}\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n{form}", form.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("content-type: text/xml"), "{answer}");
    assert!(answer.contains(&format!("<Audience>{pool}</Audience>")), "{answer}");
}

#[test]
fn the_key_set_of_a_pool_is_at_the_well_known_path() {
    let (server, _) = server();
    let pool_id = server.with(|simulator| simulator.pools()[0].id.clone());
    let (head, body) = exchange(&server.url(), "GET", &format!("/{pool_id}/.well-known/jwks.json"), "", "");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(Some(body), server.with(|simulator| simulator.jwks(&pool_id)));
    let (head, _) = exchange(&server.url(), "GET", "/us-east-1_No/.well-known/jwks.json", "", "");
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
}

#[test]
fn preflight_requests_succeed_and_long_bodies_are_rejected() {
    let (server, _) = server();
    let (head, _) = exchange(&server.url(), "OPTIONS", "/", "", "");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("access-control-allow-headers: *"), "{head}");
    let (head, _) = exchange(&server.url(), "DELETE", "/", "", "");
    assert!(head.starts_with("HTTP/1.1 405"), "{head}");
    let (head, _) = exchange(&server.url(), "POST", "/", "", &" ".repeat(1024 * 1024 + 1));
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
}

#[test]
fn a_test_can_move_the_servers_clock() {
    let (server, client_id) = server();
    sign_up(&server.url(), &client_id, "bob");
    let code = server.messages()[0].code.clone();
    server.advance(Duration::from_secs(86_400));
    let body = json!({ "ClientId": client_id, "Username": "bob", "ConfirmationCode": code });
    let (_, answer) = call(&server.url(), "ConfirmSignUp", &body);
    assert_eq!(answer["__type"], "ExpiredCodeException");
}

/// Sends a sign-up, and returns all bytes that arrive until the connection ends.
#[track_caller]
fn raw_sign_up(url: &str, client_id: &str, username: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let attributes = json!([{ "Name": "email", "Value": "bob@example.com" }]);
    let body = json!({
        "ClientId": client_id, "Username": username, "Password": "Correct-horse-1", "UserAttributes": attributes,
    });
    let body = body.to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("POST / HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n", body.len());
    write!(stream, "{head}x-amz-target: AWSCognitoIdentityProviderService.SignUp\r\n\r\n{body}").unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn plan_fault(url: &str, plan: &Value) -> String {
    exchange(url, "POST", "/_sim/faults", "", &plan.to_string()).0
}

#[test]
fn a_lost_connection_is_closed_without_an_answer() {
    let (server, client_id) = server();
    for (fault, sent) in [("lose_before", 0), ("lose_after", 1)] {
        assert!(plan_fault(&server.url(), &json!({ "fault": fault })).starts_with("HTTP/1.1 200"));
        assert_eq!(raw_sign_up(&server.url(), &client_id, fault), "");
        assert_eq!(server.messages().len(), sent, "{fault}");
    }
    let (head, _) = sign_up(&server.url(), &client_id, "bob");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}

#[test]
fn a_truncated_answer_has_half_of_its_content_length() {
    let (server, client_id) = server();
    server.plan_fault(FaultPlan::next(Fault::Truncate));
    let answer = raw_sign_up(&server.url(), &client_id, "bob");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let length: usize = length.parse().unwrap();
    assert_eq!(body.len(), length / 2, "{answer}");
    assert!(body.starts_with('{'), "{answer}");
}

#[test]
fn a_fault_that_is_invalid_in_http_causes_status_500() {
    let (server, client_id) = server();
    for fault in [Fault::Page { status: 9 }, Fault::Redirect { location: "two\r\nlines".to_owned() }] {
        server.plan_fault(FaultPlan::next(fault));
        let target = "AWSCognitoIdentityProviderService.SignUp";
        let (head, _) = exchange(&server.url(), "POST", "/", target, "{}");
        assert!(head.starts_with("HTTP/1.1 500"), "{head}");
    }
    assert!(sign_up(&server.url(), &client_id, "bob").0.starts_with("HTTP/1.1 200"));
}

#[test]
fn a_delayed_answer_does_not_delay_other_requests() {
    let (server, client_id) = server();
    server.plan_fault(FaultPlan::next(Fault::Delay { millis: 1500 }).for_operation("SignUp"));
    let (url, id) = (server.url(), client_id.clone());
    let slow = std::thread::spawn(move || sign_up(&url, &id, "bob").0);
    while server.messages().is_empty() {
        std::thread::yield_now();
    }
    assert!(sign_up(&server.url(), &client_id, "ben").0.starts_with("HTTP/1.1 200"));
    assert!(!slow.is_finished());
    assert!(slow.join().unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn faults_are_planned_listed_and_removed_over_http() {
    let (server, client_id) = server();
    let url = server.url();
    let throttle = json!({ "fault": "throttle", "operation": "SignUp", "times": 2 });
    plan_fault(&url, &throttle);
    plan_fault(
        &url,
        &json!({ "fault": { "redirect": { "location": "https://example.com/" } }, "operation": "GetUser" }),
    );
    let (_, list) = exchange(&url, "GET", "/_sim/faults", "", "");
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!((list.as_array().unwrap().len(), &list[0]), (2, &throttle));
    assert_eq!(sign_up(&url, &client_id, "bob").1["__type"], "TooManyRequestsException");
    let (head, _) = exchange(&url, "POST", "/", "AWSCognitoIdentityProviderService.GetUser", "{}");
    assert!(head.starts_with("HTTP/1.1 302") && head.contains("location: https://example.com/"), "{head}");
    exchange(&url, "DELETE", "/_sim/faults", "", "");
    assert!(sign_up(&url, &client_id, "bob").0.starts_with("HTTP/1.1 200"));
    for wrong in [json!({ "fault": "hunger" }), json!({ "fault": "throttle", "operaton": "SignUp" }), json!({})] {
        assert!(plan_fault(&url, &wrong).starts_with("HTTP/1.1 400"), "{wrong}");
    }
}

#[test]
fn the_clock_can_be_moved_over_http() {
    let (server, client_id) = server();
    sign_up(&server.url(), &client_id, "bob");
    let code = server.messages()[0].code.clone();
    let before = server.now().as_unix_seconds();
    let (head, body) = exchange(&server.url(), "POST", "/_sim/advance", "", r#"{"seconds":86400}"#);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let after = serde_json::from_str::<Value>(&body).unwrap()["unix_seconds"].as_u64().unwrap();
    assert!((86_400..86_460).contains(&(after - before)), "{body}");
    let body = json!({ "ClientId": client_id, "Username": "bob", "ConfirmationCode": code });
    assert_eq!(call(&server.url(), "ConfirmSignUp", &body).1["__type"], "ExpiredCodeException");
    for wrong in ["", "{}", r#"{"seconds":-1}"#] {
        assert!(exchange(&server.url(), "POST", "/_sim/advance", "", wrong).0.starts_with("HTTP/1.1 400"), "{wrong}");
    }
    assert!(exchange(&server.url(), "POST", "/_sim/nothing", "", "").0.starts_with("HTTP/1.1 404"));
}

#[test]
fn a_dropped_server_does_not_answer() {
    let (server, _) = server();
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    let _open = TcpStream::connect(&address).unwrap();
    drop(server);
    assert!(TcpStream::connect(&address).is_err());
}

/// The process of the program, which ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[track_caller]
fn program(arguments: &[&str]) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cognito-sim"));
    Program(command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

#[test]
fn the_program_prints_its_url_pools_and_messages() {
    let mut program = program(&["--seed", &"ab".repeat(32)]);
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let mut line = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    let started = line();
    let clients = &started["pools"][0]["clients"];
    assert_eq!((&clients[0]["name"], clients[0].get("secret")), (&json!("public"), None));
    assert_eq!(clients[1]["secret"].as_str().map(str::len), Some(51));
    assert_eq!(started["identity_pools"][0]["id"].as_str().map(str::len), Some(46));
    sign_up(started["url"].as_str().unwrap(), clients[0]["id"].as_str().unwrap(), "bob");
    assert_eq!(line()["purpose"], "confirm_sign_up");
}

#[test]
fn the_program_accepts_the_example_configuration() {
    let mut program = program(&["--config", concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pool.json")]);
    let mut line = String::new();
    BufReader::new(program.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let started: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(started["pools"][0]["id"], "us-east-1_Example01");
    let parameters = json!({ "USERNAME": "alice@example.com", "PASSWORD": "Correct-horse-1" });
    let body = json!({ "ClientId": "webclient", "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
    let (_, answer) = call(started["url"].as_str().unwrap(), "InitiateAuth", &body);
    assert!(answer["AuthenticationResult"]["IdToken"].is_string(), "{answer}");
}

#[test]
fn the_program_rejects_an_invalid_configuration_or_seed() {
    let missing = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/missing.json");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    for arguments in [["--config", missing], ["--config", manifest], ["--seed", "abc"]] {
        let mut program = program(&arguments);
        let mut message = String::new();
        program.0.stderr.take().unwrap().read_to_string(&mut message).unwrap();
        assert_eq!(program.0.wait().unwrap().code(), Some(2), "{message}");
        assert!(!message.is_empty());
    }
}
