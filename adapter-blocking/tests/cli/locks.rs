//! Runs of the tool while another process holds the lock on the store, and runs that only read the store.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use cognito_blocking::adapter::Stopwatch;
use cognito_blocking::storage::{Record, last_user_key, session_key};
use cognito_blocking::{AppClient, FileStore, Store, UserPoolId};
use cognito_testkit::{Fault, FaultPlan};
use serde_json::json;

use crate::stage::{Stage, short_lived_tokens};

const TOKEN_LIFE_SECONDS: i64 = 300;

/// The maximum duration of a run that must not wait for another process.
const FEW_SECONDS: Duration = Duration::from_secs(10);

/// Creates a pool whose user has tokens that are valid for this many seconds.
fn stage_with_tokens(test: &str, valid_for_seconds: i64) -> Stage {
    let stage = Stage::with_changes(test, short_lived_tokens());
    stage.sign_in();
    let store = FileStore::new(stage.store());
    let app_client = AppClient::new(UserPoolId::new(&stage.user_pool_id).unwrap(), &stage.client_id).unwrap();
    let key = session_key(&app_client, "alice");
    let record = store.load(&key).unwrap().unwrap();
    let mut session: serde_json::Value = serde_json::from_slice(record.as_bytes()).unwrap();
    session["clock_drift_seconds"] = json!(valid_for_seconds - TOKEN_LIFE_SECONDS);
    store.save(&key, &Record::new(session.to_string().into_bytes())).unwrap();
    assert!(store.load(&last_user_key(&app_client)).unwrap().is_some());
    stage
}

/// A process that was stopped while it refreshed the session. Dropping the value ends the process.
struct StoppedProcess(Child);

impl StoppedProcess {
    fn new(stage: &Stage) -> Self {
        let delay = Fault::Delay { millis: 1000 };
        stage.server.plan_fault(FaultPlan::next(delay).for_operation("GetTokensFromRefreshToken"));
        let child = stage.command(&["token"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let store = FileStore::new(stage.store());
        while store.lock("probe", Duration::ZERO).is_ok() {
            sleep(Duration::from_millis(5));
        }
        assert!(Command::new("kill").args(["-STOP", &child.id().to_string()]).status().unwrap().success());
        // The refresh is over, so its refresh token is used up.
        sleep(Duration::from_millis(1200));
        Self(child)
    }
}

impl Drop for StoppedProcess {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Regression: with 50 seconds left, the tool waited two minutes for a process that was stopped, and failed.
#[test]
fn a_stopped_process_does_not_withhold_a_valid_token() {
    let stage = stage_with_tokens("stopped", 50);
    let _stopped = StoppedProcess::new(&stage);
    let start = Stopwatch::start();
    assert!(stage.text(&["token"]).starts_with("ey"));
    assert!(stage.json(&["claims"])["username"].is_string());
    assert_eq!(stage.text(&["whoami"]).lines().next(), Some("alice"));
    assert!(start.elapsed() < 3 * FEW_SECONDS, "{:?}", start.elapsed());
}

#[test]
fn a_stopped_process_does_not_withhold_credentials() {
    let stage = stage_with_tokens("stopped_credentials", 250);
    let before = stage.json(&["credentials"]);
    let store = FileStore::new(stage.store());
    let _held = store.lock("other", Duration::ZERO).unwrap();
    let start = Stopwatch::start();
    let after = stage.json(&["credentials"]);
    assert!(before["AccessKeyId"].is_string() && after["AccessKeyId"].is_string());
    assert!(start.elapsed() < FEW_SECONDS, "{:?}", start.elapsed());
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Regression: the tool created a folder and lock files, and failed in a read-only home folder.
#[test]
fn a_command_that_only_reads_creates_no_file() {
    let stage = Stage::new("reads_only");
    assert_eq!(stage.run(&["token"]).code, 5);
    assert!(names(&stage.folder).is_empty(), "{:?}", names(&stage.folder));

    stage.sign_in();
    let folder = stage.folders().1;
    for name in names(&folder).iter().filter(|name| *name != "sessions.json") {
        fs::remove_file(folder.join(name)).unwrap();
    }
    assert!(stage.text(&["token"]).starts_with("ey"));
    stage.json(&["claims"]);
    assert_eq!(names(&folder), ["sessions.json"]);
}

/// File permissions do not stop root. A folder in place of each lock file does.
#[test]
fn a_valid_token_in_a_store_that_cannot_be_locked_is_printed() {
    for (valid_for_seconds, code) in [(250, 0), (50, 0), (-1, 6)] {
        let stage = stage_with_tokens("cannot_be_locked", valid_for_seconds);
        for name in ["sessions.json.lock", "sessions.json.refresh"] {
            let path = stage.store().with_file_name(name);
            fs::remove_file(&path).unwrap();
            fs::create_dir(&path).unwrap();
        }
        let result = stage.run(&["token"]);
        assert_eq!(result.code, code, "{}", result.stderr);
    }
}

#[test]
fn an_empty_store_and_a_link_to_a_store_are_used() {
    let stage = Stage::new("empty_store");
    let (link, target) = (stage.path("link.json"), stage.path("target.json"));
    fs::write(&target, "").unwrap();
    std::os::unix::fs::symlink("target.json", &link).unwrap();
    assert_eq!(stage.run(&["token", "--store", &target]).code, 5);
    let password = [("COGNITO_PASSWORD", crate::stage::PASSWORD)];
    stage.with_env(&["sign-in", "--username", "alice", "--store", &link], &password).text();
    assert!(stage.text(&["token", "--store", &target]).starts_with("ey"));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

/// Regression: the temporary file of a killed run with the same process id blocked every later run.
#[test]
fn a_leftover_of_a_killed_run_blocks_no_challenge_file() {
    let mfa = json!({ "enabled": ["SOFTWARE_TOKEN_MFA"], "software_token_secret": crate::stage::APP_SECRET });
    let user = json!({ "username": "alice", "password": crate::stage::PASSWORD, "mfa": mfa });
    let changes = json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": ["SOFTWARE_TOKEN_MFA"], "users": [user] });
    let stage = Stage::with_changes("leftover", changes);
    let file = stage.path("challenge.json");
    // The shell passes its process id to the tool, as each run in a new container has the same id.
    let program = env!("CARGO_BIN_EXE_cognito");
    let script = format!(
        "touch -t 202001010000 \"$1.$$.new\" && exec {program} sign-in --username alice --challenge-file \"$1\""
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, "sh", &file])
        .envs(stage.command(&[]).get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))));
    command.env("COGNITO_PASSWORD", crate::stage::PASSWORD).current_dir(&stage.folder).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
    let names = names(&stage.folder);
    assert!(names.iter().all(|name| !name.ends_with(".new")), "{names:?}");
}
