//! Answers to challenges, and the second factors that they ask for.

use cognito_testkit::{MfaConfiguration, MfaFactor, PoolConfig, UserConfig, UserMfaConfig, secret_hash};
use serde_json::{Value, json};

use super::scene::{Answer, PASSWORD, Scene, alice, email_pool, other_than};

pub const INVALID_SESSION: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");
pub const SPENT_SESSION: (&str, &str) =
    ("NotAuthorizedException", "Invalid session for the user, session can only be used once.");
pub const EXPIRED_SESSION: (&str, &str) =
    ("NotAuthorizedException", "Invalid session for the user, session is expired.");
pub const WRONG_CODE: (&str, &str) = ("CodeMismatchException", "Invalid code or auth state for the user.");

/// The secret of Alice's authenticator app.
pub const APP_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// Alice, who has an e-mail address, a phone number and an app, with these factors turned on.
pub fn alice_with(enabled: &[MfaFactor], preferred: Option<MfaFactor>) -> UserConfig {
    let mut user = alice();
    user.attributes.insert("phone_number".to_owned(), "+15550001234".to_owned());
    let software_token_secret = Some(APP_SECRET.to_owned());
    user.mfa = UserMfaConfig { enabled: enabled.to_vec(), preferred, software_token_secret };
    user
}

/// A pool with all second factors.
pub fn factor_pool(mfa_configuration: MfaConfiguration, user: UserConfig) -> PoolConfig {
    PoolConfig {
        mfa_configuration,
        mfa_factors: vec![MfaFactor::Sms, MfaFactor::SoftwareToken, MfaFactor::Email],
        users: vec![user],
        ..email_pool()
    }
}

/// The name of the challenge in an answer.
#[track_caller]
pub fn asked(answer: &Value) -> &str {
    let Some(name) = answer["ChallengeName"].as_str() else { panic!("no challenge in {answer}") };
    name
}

impl Scene {
    /// Answers the challenge of this name, as Alice unless the responses say who.
    pub fn respond(&mut self, name: &str, session: &Value, mut responses: Value) -> Answer {
        if responses.get("USERNAME").is_none() {
            responses["USERNAME"] = json!("alice");
        }
        if let (Some(secret), Some(username)) = (&self.client.secret, responses["USERNAME"].as_str()) {
            responses["SECRET_HASH"] = json!(secret_hash(secret, username, &self.client.id));
        }
        let mut body = json!({
            "ChallengeName": name, "ClientId": self.client.id, "ChallengeResponses": responses,
        });
        if !session.is_null() {
            body["Session"] = session.clone();
        }
        self.call("RespondToAuthChallenge", body)
    }

    /// Answers this challenge.
    pub fn answer(&mut self, challenge: &Value, responses: Value) -> Answer {
        self.respond(asked(challenge), &challenge["Session"], responses)
    }

    /// Signs Alice in by her password, as far as that goes.
    #[track_caller]
    pub fn begin(&mut self) -> Value {
        self.password_sign_in("alice", PASSWORD).unwrap()
    }

    /// The code that was sent last.
    pub fn code(&self) -> String {
        self.last_message().code
    }

    pub fn wrong_code(&self) -> &'static str {
        other_than(&self.code())
    }
}
