//! A stage for tests: a simulator, a clock that stands still, one pool and one app client.

use cognito_core::{Request, Response, Timestamp};
use cognito_testkit::{
    ClientConfig, ClientSummary, Config, ExplicitAuthFlow, Message, PoolConfig, Simulator, UserConfig, secret_hash,
};
use serde_json::{Value, json};

use super::srp_client::SrpClient;

pub const PASSWORD: &str = "Correct-horse-1";
pub const START: u64 = 1_700_000_000;

/// An error answer: its name and its text.
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

pub const INCORRECT: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

pub type Answer = Result<Value, Refusal>;

pub struct Scene {
    pub simulator: Simulator,
    pub now: Timestamp,
    pub pool_id: String,
    pub client: ClientSummary,
}

/// A client that may do everything.
pub fn open_client() -> ClientConfig {
    let flows = vec![
        ExplicitAuthFlow::AllowUserSrpAuth,
        ExplicitAuthFlow::AllowUserPasswordAuth,
        ExplicitAuthFlow::AllowRefreshTokenAuth,
    ];
    ClientConfig { explicit_auth_flows: flows, ..ClientConfig::default() }
}

pub fn email_pool() -> PoolConfig {
    PoolConfig {
        id: Some("us-east-1_TestPool1".to_owned()),
        auto_verified_attributes: vec!["email".to_owned()],
        ..PoolConfig::default()
    }
}

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
    /// A pool for sign-up by e-mail, with a client that may do everything.
    pub fn new() -> Self {
        Self::of(email_pool(), open_client())
    }

    /// As [`new`](Self::new), with the confirmed user Alice in it.
    pub fn with_alice() -> Self {
        Self::of(PoolConfig { users: vec![alice()], ..email_pool() }, open_client())
    }

    #[track_caller]
    pub fn of(pool: PoolConfig, client: ClientConfig) -> Self {
        let now = Timestamp::from_unix_seconds(START);
        let pool = PoolConfig { clients: vec![client], ..pool };
        let config = Config { pools: vec![pool], ..Config::default() };
        let simulator = Simulator::from_config([7; 32], now, config).unwrap();
        let pool = simulator.pools().remove(0);
        Self { simulator, now, pool_id: pool.id, client: pool.clients[0].clone() }
    }

    pub fn advance(&mut self, seconds: u64) {
        self.now = Timestamp::from_unix_millis(self.now.as_unix_millis() + seconds * 1000);
    }

    pub fn send(&mut self, operation: &str, body: &[u8]) -> Response {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let headers = [("X-Amz-Target", target)].into_iter().collect();
        self.simulator.handle(self.now, &Request::post("http://localhost/", headers, body.to_vec()))
    }

    pub fn call(&mut self, operation: &str, body: Value) -> Answer {
        read(&self.send(operation, body.to_string().as_bytes()))
    }

    #[track_caller]
    pub fn ok(&mut self, operation: &str, body: Value) -> Value {
        match self.call(operation, body) {
            Ok(answer) => answer,
            Err(refusal) => panic!("{operation}: {refusal:?}"),
        }
    }

    #[track_caller]
    pub fn refused(&mut self, operation: &str, body: Value) -> Refusal {
        self.call(operation, body).expect_err(operation)
    }

    /// Adds a client to the pool, and goes on as that client.
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

    /// Adds the client id and, for a client with a secret, the hash.
    fn as_client(&self, mut body: Value, username: &str) -> Value {
        body["ClientId"] = json!(self.client.id);
        if let Some(secret) = &self.client.secret {
            body["SecretHash"] = json!(secret_hash(secret, username, &self.client.id));
        }
        body
    }

    #[track_caller]
    pub fn last_message(&self) -> Message {
        self.simulator.messages().last().expect("a message").clone()
    }

    pub fn initiate(&mut self, flow: &str, mut parameters: Value) -> Answer {
        if let (Some(secret), Some(username)) = (&self.client.secret, parameters["USERNAME"].as_str()) {
            parameters["SECRET_HASH"] = json!(secret_hash(secret, username, &self.client.id));
        }
        let body = json!({ "AuthFlow": flow, "ClientId": self.client.id, "AuthParameters": parameters });
        self.call("InitiateAuth", body)
    }

    pub fn begin_srp(&mut self, typed: &str, client: &SrpClient) -> Answer {
        self.initiate("USER_SRP_AUTH", json!({ "USERNAME": typed, "SRP_A": client.public_hex() }))
    }

    /// Answers PASSWORD_VERIFIER with these responses.
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

    /// Signs Alice in, and gives her tokens.
    #[track_caller]
    pub fn tokens(&mut self) -> Tokens {
        Tokens::of(&self.srp_sign_in("alice", PASSWORD).unwrap())
    }

    pub fn refresh(&mut self, token: &str) -> Answer {
        self.initiate("REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": token }))
    }

    pub fn get_user(&mut self, access_token: &str) -> Answer {
        self.call("GetUser", json!({ "AccessToken": access_token }))
    }
}

/// A request body with an access token in it.
pub fn bearing(token: &str, mut body: Value) -> Value {
    body["AccessToken"] = json!(token);
    body
}

impl Scene {
    /// Names this pool's user in a set-up request.
    pub fn of_user(&self, username: &str) -> Value {
        json!({ "UserPoolId": self.pool_id, "Username": username })
    }

    pub fn forgot_password(&mut self, username: &str) -> Answer {
        self.call("ForgotPassword", self.as_client(json!({ "Username": username }), username))
    }

    pub fn confirm_forgot_password(&mut self, username: &str, code: &str, password: &str) -> Answer {
        let body = json!({ "Username": username, "ConfirmationCode": code, "Password": password });
        self.call("ConfirmForgotPassword", self.as_client(body, username))
    }

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

/// A code that is not this one.
pub fn other_than(code: &str) -> &'static str {
    if code == "123456" { "654321" } else { "123456" }
}

/// 1,700,000,000 seconds.
pub const TIMESTAMP: &str = "Tue Nov 14 22:13:20 UTC 2023";

pub struct Tokens {
    pub access: String,
    pub id: String,
    pub refresh: Option<String>,
}

impl Tokens {
    #[track_caller]
    pub fn of(answer: &Value) -> Self {
        let result = &answer["AuthenticationResult"];
        let text = |name: &str| result[name].as_str().map(str::to_owned);
        let Some(access) = text("AccessToken") else { panic!("no tokens in {answer}") };
        Self { access, id: text("IdToken").unwrap(), refresh: text("RefreshToken") }
    }
}

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

/// The value of an attribute in a list of them.
pub fn attribute<'list>(list: &'list Value, name: &str) -> Option<&'list str> {
    list.as_array()?.iter().find(|attribute| attribute["Name"] == name)?["Value"].as_str()
}
