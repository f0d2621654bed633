//! The scene of a test: a simulator, a clock that only the test moves, one user pool and one app client.

use cognito_core::{Request, Response, Timestamp};
use cognito_testkit::{
    ClientConfig, ClientSummary, Config, ExplicitAuthFlow, Message, PoolConfig, Simulator, UserConfig, secret_hash,
};
use serde_json::{Value, json};

use super::srp_client::SrpClient;

pub const PASSWORD: &str = "Correct-horse-1";
pub const START: u64 = 1_700_000_000;

/// An error response of the service: the name and the message of the error.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub name: String,
    pub message: String,
}

impl PartialEq<(&str, &str)> for Refusal {
    fn eq(&self, (name, message): &(&str, &str)) -> bool {
        self.name == *name && self.message == *message
    }
}

/// The error for an incorrect user name or password.
pub const INCORRECT: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

/// The body of a successful response, or the error.
pub type Answer = Result<Value, Refusal>;

/// A simulator, a clock, one user pool and one app client.
pub struct Scene {
    pub simulator: Simulator,
    pub now: Timestamp,
    pub pool_id: String,
    pub client: ClientSummary,
}

/// Returns an app client that allows sign-in by SRP and by password, and refreshes.
pub fn open_client() -> ClientConfig {
    let flows = vec![
        ExplicitAuthFlow::AllowUserSrpAuth,
        ExplicitAuthFlow::AllowUserPasswordAuth,
        ExplicitAuthFlow::AllowRefreshTokenAuth,
    ];
    ClientConfig { explicit_auth_flows: flows, ..ClientConfig::default() }
}

/// Returns a user pool that verifies e-mail addresses and has no users.
pub fn email_pool() -> PoolConfig {
    PoolConfig {
        id: Some("us-east-1_TestPool1".to_owned()),
        auto_verified_attributes: vec!["email".to_owned()],
        ..PoolConfig::default()
    }
}

/// Returns the confirmed user Alice with [`PASSWORD`] and an e-mail address.
pub fn alice() -> UserConfig {
    let attributes = [("email".to_owned(), "alice@example.com".to_owned())].into();
    UserConfig {
        username: "Alice".to_owned(),
        password: Some(PASSWORD.to_owned()),
        attributes,
        ..UserConfig::default()
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

impl Scene {
    /// Creates a scene with [`email_pool`] and [`open_client`].
    pub fn new() -> Self {
        Self::with_pool(email_pool(), open_client())
    }

    /// Creates a scene with [`email_pool`] and [`open_client`], in which the confirmed user [`alice`] exists.
    pub fn with_alice() -> Self {
        Self::with_pool(PoolConfig { users: vec![alice()], ..email_pool() }, open_client())
    }

    /// Creates a scene with this user pool and this app client.
    #[track_caller]
    pub fn with_pool(pool: PoolConfig, client: ClientConfig) -> Self {
        let now = Timestamp::from_unix_seconds(START);
        let pool = PoolConfig { clients: vec![client], ..pool };
        let config = Config { pools: vec![pool], ..Config::default() };
        let simulator = Simulator::from_config([7; 32], now, config).unwrap();
        let pool = simulator.pools().remove(0);
        Self { simulator, now, pool_id: pool.id, client: pool.clients[0].clone() }
    }

    /// Moves the clock forward.
    pub fn advance(&mut self, seconds: u64) {
        self.now = Timestamp::from_unix_millis(self.now.as_unix_millis() + seconds * 1000);
    }

    /// Sends a request of the user pools, and returns the raw response.
    pub fn send(&mut self, operation: &str, body: &[u8]) -> Response {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [("X-Amz-Target", target)].into_iter().collect();
        self.simulator.handle(self.now, &Request::post("http://localhost/", headers, body.to_vec()))
    }

    /// Calls an operation of the user pools.
    pub fn call(&mut self, operation: &str, body: Value) -> Answer {
        read(&self.send(operation, body.to_string().as_bytes()))
    }

    /// Calls an operation that must succeed.
    #[track_caller]
    pub fn ok(&mut self, operation: &str, body: Value) -> Value {
        match self.call(operation, body) {
            Ok(answer) => answer,
            Err(refusal) => panic!("{operation}: {refusal:?}"),
        }
    }

    /// Calls an operation that must fail, and returns the error.
    #[track_caller]
    pub fn refused(&mut self, operation: &str, body: Value) -> Refusal {
        self.call(operation, body).expect_err(operation)
    }

    /// Adds an app client to the pool and uses it from now on. Returns the previous app client.
    #[track_caller]
    pub fn switch_client(&mut self, config: ClientConfig) -> ClientSummary {
        let client = self.simulator.create_client(self.now, &self.pool_id, config).unwrap();
        core::mem::replace(&mut self.client, client)
    }

    #[track_caller]
    pub fn add_user(&mut self, config: UserConfig) -> String {
        self.simulator.create_user(self.now, &self.pool_id, config).unwrap()
    }

    pub fn sign_up(&mut self, username: &str, email: &str) -> Answer {
        let attributes = json!([{ "Name": "email", "Value": email }]);
        let body = json!({ "Username": username, "Password": PASSWORD, "UserAttributes": attributes });
        self.call("SignUp", self.as_client(body, username))
    }

    pub fn confirm(&mut self, username: &str, code: &str) -> Answer {
        self.confirm_with(username, code, false)
    }

    pub fn confirm_with(&mut self, username: &str, code: &str, force: bool) -> Answer {
        let body = json!({ "Username": username, "ConfirmationCode": code, "ForceAliasCreation": force });
        self.call("ConfirmSignUp", self.as_client(body, username))
    }

    pub fn resend(&mut self, username: &str) -> Answer {
        self.call("ResendConfirmationCode", self.as_client(json!({ "Username": username }), username))
    }

    /// Adds the client id to a request body and, if the client has a secret, the secret hash.
    fn as_client(&self, mut body: Value, username: &str) -> Value {
        body["ClientId"] = json!(self.client.id);
        if let Some(secret) = &self.client.secret {
            body["SecretHash"] = json!(secret_hash(secret, username, &self.client.id));
        }
        body
    }

    #[track_caller]
    pub fn last_message(&self) -> Message {
        self.simulator.messages().last().expect("the simulator has sent a message").clone()
    }

    pub fn initiate(&mut self, flow: &str, mut parameters: Value) -> Answer {
        if let (Some(secret), Some(username)) = (&self.client.secret, parameters["USERNAME"].as_str()) {
            parameters["SECRET_HASH"] = json!(secret_hash(secret, username, &self.client.id));
        }
        let body = json!({ "AuthFlow": flow, "ClientId": self.client.id, "AuthParameters": parameters });
        self.call("InitiateAuth", body)
    }

    /// Starts a sign-in over SRP. `typed` is the user name as the user typed it.
    pub fn begin_srp(&mut self, typed: &str, client: &SrpClient) -> Answer {
        self.initiate("USER_SRP_AUTH", json!({ "USERNAME": typed, "SRP_A": client.public_hex() }))
    }

    /// Answers the challenge PASSWORD_VERIFIER with `responses`.
    pub fn verify(&mut self, mut responses: Value) -> Answer {
        if let (Some(secret), Some(username)) = (&self.client.secret, responses["USERNAME"].as_str()) {
            responses["SECRET_HASH"] = json!(secret_hash(secret, username, &self.client.id));
        }
        let body = json!({
            "ChallengeName": "PASSWORD_VERIFIER", "ClientId": self.client.id, "ChallengeResponses": responses,
        });
        self.call("RespondToAuthChallenge", body)
    }

    #[track_caller]
    pub fn srp_sign_in(&mut self, typed: &str, password: &str) -> Answer {
        let client = SrpClient::new(b"some secret exponent of a client");
        let challenge = self.begin_srp(typed, &client)?;
        assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
        let responses = client.respond(&self.pool_id, password, &challenge["ChallengeParameters"], TIMESTAMP);
        self.verify(responses)
    }

    pub fn password_sign_in(&mut self, typed: &str, password: &str) -> Answer {
        self.initiate("USER_PASSWORD_AUTH", json!({ "USERNAME": typed, "PASSWORD": password }))
    }

    /// Signs Alice in over SRP, and returns her tokens.
    #[track_caller]
    pub fn tokens(&mut self) -> Tokens {
        Tokens::from_answer(&self.srp_sign_in("alice", PASSWORD).unwrap())
    }

    /// Refreshes tokens with the flow REFRESH_TOKEN_AUTH.
    pub fn refresh(&mut self, token: &str) -> Answer {
        self.initiate("REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": token }))
    }

    pub fn get_user(&mut self, access_token: &str) -> Answer {
        self.call("GetUser", json!({ "AccessToken": access_token }))
    }
}

/// Adds an access token to a request body.
pub fn with_access_token(token: &str, mut body: Value) -> Value {
    body["AccessToken"] = json!(token);
    body
}

impl Scene {
    /// Returns the request body of an administrator's operation on this user of the pool.
    pub fn user_request(&self, username: &str) -> Value {
        json!({ "UserPoolId": self.pool_id, "Username": username })
    }

    pub fn forgot_password(&mut self, username: &str) -> Answer {
        self.call("ForgotPassword", self.as_client(json!({ "Username": username }), username))
    }

    pub fn confirm_forgot_password(&mut self, username: &str, code: &str, password: &str) -> Answer {
        let body = json!({ "Username": username, "ConfirmationCode": code, "Password": password });
        self.call("ConfirmForgotPassword", self.as_client(body, username))
    }

    /// Refreshes tokens with the operation GetTokensFromRefreshToken.
    pub fn renew(&mut self, refresh_token: &str) -> Answer {
        let mut body = json!({ "ClientId": self.client.id, "RefreshToken": refresh_token });
        if let Some(secret) = &self.client.secret {
            body["ClientSecret"] = json!(secret);
        }
        self.call("GetTokensFromRefreshToken", body)
    }
}

pub const LIMIT: (&str, &str) = ("LimitExceededException", "Attempt limit exceeded, please try after some time.");
pub const MISMATCH: (&str, &str) = ("CodeMismatchException", "Invalid verification code provided, please try again.");
pub const EXPIRED: (&str, &str) = ("ExpiredCodeException", "Invalid code provided, please request a code again.");

/// Returns a code that differs from `code`.
pub fn other_than(code: &str) -> &'static str {
    if code == "123456" { "654321" } else { "123456" }
}

/// The Unix time 1,700,000,000 in the format of the member `TIMESTAMP`.
pub const TIMESTAMP: &str = "Tue Nov 14 22:13:20 UTC 2023";

/// The tokens of a sign-in.
pub struct Tokens {
    pub access: String,
    pub id: String,
    pub refresh: Option<String>,
}

impl Tokens {
    /// Reads the tokens from an answer, and panics if the answer has none.
    #[track_caller]
    pub fn from_answer(answer: &Value) -> Self {
        let result = &answer["AuthenticationResult"];
        let text = |name: &str| result[name].as_str().map(str::to_owned);
        let Some(access) = text("AccessToken") else { panic!("no tokens in {answer}") };
        Self { access, id: text("IdToken").unwrap(), refresh: text("RefreshToken") }
    }
}

/// Reads a response of the JSON protocol.
#[track_caller]
pub fn read(response: &Response) -> Answer {
    if response.status() == 200 && response.body().is_empty() {
        return Ok(json!({}));
    }
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    if response.status() == 200 {
        return Ok(body);
    }
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    Err(Refusal { name: text("__type"), message: text("message") })
}

/// Returns the value of the attribute called `name` in a list of attributes.
pub fn attribute<'list>(list: &'list Value, name: &str) -> Option<&'list str> {
    list.as_array()?.iter().find(|attribute| attribute["Name"] == name)?["Value"].as_str()
}
