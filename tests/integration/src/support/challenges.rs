//! Helpers that answer challenges, and pools and users with second factors.

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

/// Returns the user Alice with an e-mail address, a phone number and an authenticator app, and with the
/// factors in `enabled` turned on.
pub fn alice_with(enabled: &[MfaFactor], preferred: Option<MfaFactor>) -> UserConfig {
    let mut user = alice();
    user.attributes.insert("phone_number".to_owned(), "+15550001234".to_owned());
    let software_token_secret = Some(APP_SECRET.to_owned());
    user.mfa = UserMfaConfig { enabled: enabled.to_vec(), preferred, software_token_secret };
    user
}

/// Returns a user pool that supports all second factors and has `user` as its only user.
pub fn factor_pool(mfa_configuration: MfaConfiguration, user: UserConfig) -> PoolConfig {
    PoolConfig {
        mfa_configuration,
        mfa_factors: vec![MfaFactor::Sms, MfaFactor::SoftwareToken, MfaFactor::Email],
        users: vec![user],
        ..email_pool()
    }
}

/// Returns the name of the challenge in an answer, and panics if the answer has none.
#[track_caller]
pub fn challenge_name(answer: &Value) -> &str {
    let Some(name) = answer["ChallengeName"].as_str() else { panic!("no challenge in {answer}") };
    name
}

impl Scene {
    /// Answers the challenge called `name`, as Alice unless `responses` has a `USERNAME`.
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

    /// Answers the challenge in `challenge`, which is a response of the service.
    pub fn answer(&mut self, challenge: &Value, responses: Value) -> Answer {
        self.respond(challenge_name(challenge), &challenge["Session"], responses)
    }

    /// Signs Alice in with her password, and returns the first answer: tokens or a challenge.
    #[track_caller]
    pub fn begin(&mut self) -> Value {
        self.password_sign_in("alice", PASSWORD).unwrap()
    }

    /// Returns the code that the service sent last.
    pub fn code(&self) -> String {
        self.last_message().code
    }

    /// Returns a code that differs from the code that the service sent last.
    pub fn wrong_code(&self) -> &'static str {
        other_than(&self.code())
    }
}
