//! Sessions and identities are bound to the endpoint at which they were created.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;

use serde_json::Value;

use crate::stage::{PASSWORD, Stage};

/// Returns a listener that counts as another service, and its URL.
fn other_service() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

fn assert_nothing_was_sent(listener: &TcpListener) {
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn another_endpoint_gets_no_tokens_and_the_session_stays() {
    let stage = Stage::signed_in("other_endpoint");
    let before = fs::read(stage.store()).unwrap();
    let (listener, url) = other_service();
    for command in [
        &["token", "--json"][..],
        &["whoami", "--json"],
        &["call", "ListDevices"],
        &["sign-out", "--json"],
        &["sign-out", "--global", "--json"],
    ] {
        let error = stage.with_env(command, &[("COGNITO_ENDPOINT", &url)]).error(5);
        assert_eq!(error["kind"], "OtherEndpoint", "{command:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(&stage.server.url()) && message.contains(&url), "{message}");
    }
    assert_nothing_was_sent(&listener);
    assert_eq!(fs::read(stage.store()).unwrap(), before);
    stage.text(&["token"]);
}

#[test]
fn tokens_of_another_user_pool_are_not_stored() {
    let stage = Stage::new("other_user_pool");
    let typo = format!("{}x", stage.user_pool_id);
    let variables = [("COGNITO_PASSWORD", PASSWORD), ("COGNITO_USER_POOL_ID", &*typo)];
    let arguments = ["sign-in", "--username", "alice", "--flow", "password", "--json"];
    let error = stage.with_env(&arguments, &variables).error(2);
    assert_eq!(error["kind"], "OtherUserPool");
    let message = format!("the tokens are for user pool {}, but {typo} is configured", stage.user_pool_id);
    assert_eq!(error["message"], message);
    assert_eq!(stage.with_env(&["token", "--json"], &variables).error(5)["kind"], "NotSignedIn");
}

/// The AWS CLI compares the expiry with the local clock.
#[test]
fn credentials_expire_by_the_local_clock() {
    let stage = Stage::new("local_expiry");
    stage.server.advance(std::time::Duration::from_secs(7 * 24 * 3600));
    let credentials: Value = stage.json(&["credentials", "--guest"]);
    let expiration = humantime::parse_rfc3339(credentials["Expiration"].as_str().unwrap()).unwrap();
    let expiration = expiration.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let now = cognito_blocking::adapter::now();
    let life = expiration.abs_diff(now.as_unix_seconds());
    assert!((3500..=3700).contains(&life), "{life}");
}
