//! The environment of a test: a simulated service, and a home folder in which the program runs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cognito_testkit::{Config, Server};
use data_encoding::BASE32_NOPAD;
use ring::hmac;
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "Correct-horse-1";
pub(crate) const NEW_PASSWORD: &str = "Battery-staple-2";

/// The secret of the authenticator app of a user, in base32.
pub(crate) const APP_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// An endpoint at which no server listens.
pub(crate) const UNREACHABLE: &str = "http://127.0.0.1:1";

pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) folder: PathBuf,
    pub(crate) user_pool_id: String,
    pub(crate) client_id: String,
    pub(crate) identity_pool_id: String,
}

/// The result of a run of the program.
pub(crate) struct RunResult {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Returns the configuration of a pool without second factors, with the user Alice.
pub(crate) fn plain_pool() -> Value {
    json!({
        "name": "pool",
        "auto_verified_attributes": ["email"],
        "clients": [client()],
        "users": [{ "username": "alice", "password": PASSWORD, "attributes": { "email": "alice@example.com" } }],
    })
}

/// Returns the configuration of an app client that allows every flow.
pub(crate) fn client() -> Value {
    let flows = ["USER_SRP_AUTH", "USER_PASSWORD_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"];
    let flows: Vec<String> = flows.iter().map(|flow| format!("ALLOW_{flow}")).collect();
    json!({ "name": "app", "explicit_auth_flows": flows })
}

/// Returns an app client whose access tokens expire after five minutes and whose refresh tokens can be used
/// once.
pub(crate) fn short_lived_tokens() -> Value {
    let validity = json!({ "amount": 5, "unit": "minutes" });
    let rotation = json!({ "retry_grace_period_seconds": 0 });
    json!({ "clients": [{ "name": "app", "access_token_validity": validity, "refresh_token_rotation": rotation }] })
}

impl Stage {
    /// Creates a pool with a user who has two second factors and must choose one at sign-in.
    pub(crate) fn with_two_factors(test: &str, username: &str) -> Self {
        let factors = json!(["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]);
        let mfa = json!({ "enabled": factors, "software_token_secret": APP_SECRET });
        let attributes = json!({ "email": format!("{username}@example.com") });
        let user = json!({ "username": username, "password": PASSWORD, "mfa": mfa, "attributes": attributes });
        Self::with_changes(test, json!({ "mfa_configuration": "OPTIONAL", "mfa_factors": factors, "users": [user] }))
    }

    /// Creates the plain pool.
    pub(crate) fn new(test: &str) -> Self {
        Self::with_pool(test, plain_pool())
    }

    /// Creates the plain pool, and signs Alice in.
    pub(crate) fn signed_in(test: &str) -> Self {
        let stage = Self::new(test);
        stage.sign_in();
        stage
    }

    /// Creates the plain pool with some members of its configuration changed.
    pub(crate) fn with_changes(test: &str, changes: Value) -> Self {
        let mut pool = plain_pool();
        for (name, value) in changes.as_object().unwrap() {
            pool[name] = value.clone();
        }
        Self::with_pool(test, pool)
    }

    fn with_pool(test: &str, pool: Value) -> Self {
        let config = json!({
            "pools": [pool],
            "identity_pools": [{
                "user_pools": ["pool"],
                "allow_unauthenticated_identities": true,
                "allow_classic_flow": true,
                "roles": {
                    "authenticated": "arn:aws:iam::123456789012:role/user",
                    "unauthenticated": "arn:aws:iam::123456789012:role/guest",
                },
            }],
        });
        let server = Server::with_config([7; 32], Config::from_json(&config.to_string()).unwrap()).unwrap();
        let (pools, identity_pools) = server.with(|simulator| (simulator.pools(), simulator.identity_pools()));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let (user_pool_id, client_id) = (pools[0].id.clone(), pools[0].clients[0].id.clone());
        Self { server, folder, user_pool_id, client_id, identity_pool_id: identity_pools[0].id.clone() }
    }

    pub(crate) fn sign_in(&self) {
        let result = self.with_env(&["sign-in", "--username", "alice"], &[("COGNITO_PASSWORD", PASSWORD)]);
        assert_eq!((result.code, &*result.stdout), (0, "Signed in as alice.\n"), "{}", result.stderr);
    }

    /// Returns a command that runs the program with its own home folder and no other environment variables.
    pub(crate) fn unconfigured_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cognito"));
        command.args(arguments).env_clear().env("HOME", &self.folder).current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// Returns a command that runs the program with the configuration in environment variables.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.unconfigured_command(arguments);
        command
            .env("COGNITO_USER_POOL_ID", &self.user_pool_id)
            .env("COGNITO_CLIENT_ID", &self.client_id)
            .env("COGNITO_IDENTITY_POOL_ID", &self.identity_pool_id)
            .env("COGNITO_ENDPOINT", self.server.url())
            .env("COGNITO_IDENTITY_ENDPOINT", self.server.url())
            .env("COGNITO_STS_ENDPOINT", self.server.url());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> RunResult {
        self.with_env(arguments, &[])
    }

    pub(crate) fn with_env(&self, arguments: &[&str], variables: &[(&str, &str)]) -> RunResult {
        run_result(&self.command(arguments).envs(variables.iter().copied()).output().unwrap())
    }

    pub(crate) fn with_stdin(&self, arguments: &[&str], stdin: &(impl AsRef<[u8]> + ?Sized)) -> RunResult {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_ref()).unwrap();
        run_result(&child.wait_with_output().unwrap())
    }

    /// Runs the program, which must succeed, and returns its standard output.
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        self.run(arguments).text()
    }

    /// Runs the program with `--json`, which must succeed, and returns its output.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        self.run(&arguments).json()
    }

    /// Returns the newest code that the service sent.
    pub(crate) fn last_code(&self) -> String {
        self.server.messages().pop().unwrap().code
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// Returns the path of the default store.
    pub(crate) fn store(&self) -> PathBuf {
        self.folders().1.join("sessions.json")
    }

    /// Makes the store read-only, by a folder in place of its lock file, and returns the folder.
    /// Removing the folder makes the store writable again. A folder is necessary, because file permissions
    /// would not stop root.
    pub(crate) fn block_store(&self) -> PathBuf {
        let obstacle = self.store().with_file_name("sessions.json.lock");
        let _ = fs::remove_file(&obstacle);
        fs::create_dir(&obstacle).unwrap();
        obstacle
    }

    /// Returns the folder of the configuration and the folder of the data.
    pub(crate) fn folders(&self) -> (PathBuf, PathBuf) {
        if cfg!(target_os = "macos") {
            let folder = self.folder.join("Library/Application Support/cognito");
            return (folder.clone(), folder);
        }
        (self.folder.join(".config/cognito"), self.folder.join(".local/share/cognito"))
    }

    /// Returns the code that an authenticator app with this secret shows now.
    pub(crate) fn app_code(&self, secret: &str) -> String {
        one_time_password(secret, self.server.now().as_unix_seconds())
    }
}

impl RunResult {
    pub(crate) fn text(&self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout.clone()
    }

    pub(crate) fn json(&self) -> Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap()
    }

    /// Returns the JSON error of a run that must have failed with this exit code and written nothing else.
    pub(crate) fn error(&self, code: i32) -> Value {
        assert_eq!((self.code, &*self.stdout), (code, ""), "{}", self.stderr);
        let error: Value = serde_json::from_str(&self.stderr).unwrap();
        error["error"].clone()
    }
}

pub(crate) fn run_result(output: &Output) -> RunResult {
    RunResult {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout.clone()).unwrap(),
        stderr: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}

/// Computes a time-based one-time password by RFC 6238, with SHA-1, six digits and steps of 30 seconds.
fn one_time_password(secret: &str, unix_seconds: u64) -> String {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &(unix_seconds / 30).to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
