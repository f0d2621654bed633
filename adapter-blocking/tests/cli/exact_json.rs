//! Tests of what the program makes of responses that the simulated service never sends.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::stage::{RunResult, Stage};

const NUMBERS: &str = r#""ratio":12.917521550408111,"big":123456789012345678901234567890"#;

/// Runs the program against a server that answers one request with this head and body.
fn run_against(stage: &Stage, head: &str, body: &str, arguments: &[&str]) -> RunResult {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}");
    let response = format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
        let _ = stream.write_all(response.as_bytes());
    });
    let result = stage.with_env(arguments, &[("COGNITO_ENDPOINT", &url)]);
    // A program that failed before its request does not leave the server waiting.
    let _ = TcpStream::connect(address).map(drop);
    server.join().unwrap();
    result
}

#[test]
fn call_shows_the_response_as_it_was_sent() {
    let stage = Stage::new("call_exact");
    let body = format!(r#"{{"Session": "s",{NUMBERS},"New":[1.50]}}"#);
    let call = ["call", "ForgotPassword", "--json", r#"{"Username":"alice"}"#];
    let text = run_against(&stage, "200 OK", &body, &call).text();
    assert_eq!(text, format!("{{\"Session\":\"s\",{NUMBERS},\"New\":[1.50]}}\n"));
}

/// The challenge of AWS WAF, an empty response, and an error with the status 200 were all reported as a
/// success.
#[test]
fn a_response_of_another_server_is_no_success() {
    let stage = Stage::new("no_success");
    let confirm = ["call", "ConfirmSignUp", "--json", r#"{"Username":"alice","ConfirmationCode":"1"}"#];
    for (head, body, part) in [
        ("202 Accepted\r\nx-amzn-waf-action: challenge", "", "AWS WAF asks for a challenge"),
        ("200 OK", "", "not a JSON object"),
        ("204 No Content", "", "only with the status 200"),
        ("200 OK", r#"{"__type":"NotAuthorizedException"}"#, "names an error"),
        ("302 Found\r\nlocation: https://portal.example.com/login?u=1", "", "redirects to portal.example.com"),
    ] {
        let error = run_against(&stage, head, body, &confirm).error(4);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(part) && error["kind"] == "Malformed", "{head} {body}: {error}");
    }
}

#[test]
fn claims_are_shown_as_they_were_sent() {
    let stage = Stage::signed_in("claims_exact");
    let store = stage.store();
    let mut contents: Value = serde_json::from_slice(&fs::read(&store).unwrap()).unwrap();
    let mut changed = 0;
    for record in contents["records"].as_object_mut().unwrap().values_mut() {
        let text = String::from_utf8(STANDARD.decode(record.as_str().unwrap()).unwrap()).unwrap();
        let Ok(session) = serde_json::from_str::<Value>(&text) else { continue };
        let Some(token) = session["access_token"].as_str() else { continue };
        let payload = token.split('.').nth(1).unwrap();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
        let claims = claims.replacen('{', &format!("{{{NUMBERS},"), 1);
        let text = text.replace(payload, &URL_SAFE_NO_PAD.encode(claims));
        *record = Value::String(STANDARD.encode(text));
        changed += 1;
    }
    assert_eq!(changed, 1);
    fs::write(&store, contents.to_string()).unwrap();
    let text = stage.text(&["claims"]);
    assert!(text.contains("\"ratio\": 12.917521550408111,\n  \"big\": 123456789012345678901234567890,\n"), "{text}");
    assert!(stage.text(&["claims", "--json"]).contains(NUMBERS));
}
