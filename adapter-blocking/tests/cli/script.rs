//! A service that answers each request by a script, for answers that the simulated service never gives.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};
use serde_json::{Value, json};

use crate::stage::{RunResult, run_result};

/// A scripted service, and a home folder in which the program runs.
pub(crate) struct Script {
    url: String,
    folder: PathBuf,
    requests: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Script {
    /// Starts a service. `answer` gets the name of the operation and the request, and returns the HTTP status
    /// and the response.
    pub(crate) fn new(test: &str, answer: impl Fn(&str, &Value) -> (u16, Value) + Send + 'static) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::default();
        let script = Self { url, folder, requests: Arc::clone(&requests) };
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (operation, request) = read_request(connection.as_ref().unwrap());
                let (status, response) = answer(&operation, &request);
                requests.lock().unwrap().push((operation, request));
                let response = response.to_string();
                let length = response.len();
                let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
                connection.unwrap().write_all(format!("{head}{response}").as_bytes()).unwrap();
            }
        });
        script
    }

    /// Starts a service that answers each sign-in with this challenge, and each answer to a challenge with
    /// tokens.
    pub(crate) fn with_challenge(test: &str, name: &str, parameters: Value) -> Self {
        let challenge = json!({ "ChallengeName": name, "Session": "s", "ChallengeParameters": parameters });
        Self::new(test, move |operation, _| match operation {
            "InitiateAuth" => (200, challenge.clone()),
            "RespondToAuthChallenge" => (200, tokens()),
            "AssociateSoftwareToken" => (200, json!({ "SecretCode": "JBSWY3DPEHPK3PXP", "Session": "s" })),
            _ => (200, json!({})),
        })
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cognito"));
        command.args(arguments).env_clear().env("HOME", &self.folder).current_dir(&self.folder).stdin(Stdio::null());
        command.env("COGNITO_USER_POOL_ID", "us-east-1_Scripted").env("COGNITO_CLIENT_ID", "scripted");
        command.env("COGNITO_ENDPOINT", &self.url).env("COGNITO_PASSWORD", "Correct-horse-1");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> RunResult {
        run_result(&self.command(arguments).output().unwrap())
    }

    /// Runs a sign-in that sends the password, as JSON and without a terminal.
    pub(crate) fn sign_in(&self, more: &[&str]) -> RunResult {
        self.run(&[&SIGN_IN[..], &["--json"], more].concat())
    }

    /// Starts a sign-in that sends the password, in a pseudo-terminal. All output is returned unchanged, each
    /// byte as a character.
    pub(crate) fn sign_in_at_terminal(&self) -> PtySession {
        self.at_terminal(&SIGN_IN)
    }

    pub(crate) fn at_terminal(&self, arguments: &[&str]) -> PtySession {
        let mut command = self.command(arguments);
        command.env("TERM", "xterm").stdin(Stdio::inherit());
        spawn_with_options(command, Options::new().timeout_ms(Some(20_000))).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// Returns the requests of this operation.
    pub(crate) fn requests(&self, operation: &str) -> Vec<Value> {
        let requests = self.requests.lock().unwrap();
        requests.iter().filter(|(name, _)| name == operation).map(|(_, request)| request.clone()).collect()
    }
}

const SIGN_IN: [&str; 5] = ["sign-in", "--username", "alice", "--flow", "password"];

/// Returns the response of a sign-in that is complete.
pub(crate) fn tokens() -> Value {
    let tokens = json!({ "AccessToken": "a", "IdToken": "i", "RefreshToken": "r", "ExpiresIn": 3600 });
    json!({ "AuthenticationResult": tokens })
}

fn read_request(connection: &TcpStream) -> (String, Value) {
    let mut reader = BufReader::new(connection);
    let (mut operation, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "x-amz-target" => operation = value.rsplit('.').next().unwrap().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (operation, serde_json::from_slice(&body).unwrap())
}
