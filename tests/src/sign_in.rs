//! Sign-in: three ways to prove a user's identity, and what follows a proof.

pub(crate) mod password;
pub(crate) mod refresh;
pub(crate) mod srp;

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde_json::{Value, json};

use crate::client::Client;
use crate::crypto::base64_url;
use crate::failure::Failure;
use crate::pool::{Challenge, Pool};
use crate::pool_config::MfaConfiguration;
use crate::simulator::Simulator;
use crate::tokens::{Family, Kind};
use crate::user::{User, UserStatus};

/// `AuthParameters` or `ChallengeResponses`.
pub(crate) struct Parameters(BTreeMap<String, Option<String>>);

impl Parameters {
    pub(crate) fn new(parameters: Option<BTreeMap<String, Option<String>>>) -> Self {
        Self(parameters.unwrap_or_default())
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.optional(name).ok_or_else(|| Failure::missing_parameter(name))
    }
}

pub(crate) fn later(now: Timestamp, seconds: u64) -> Timestamp {
    Timestamp::from_unix_millis(now.as_unix_millis().saturating_add(seconds.saturating_mul(1000)))
}

/// How long a client gives its users to answer a challenge.
pub(crate) fn challenge_end(client: &Client, now: Timestamp) -> Timestamp {
    later(now, client.config.auth_session_validity_minutes.saturating_mul(60))
}

/// Whether a user who has proven who it is, by a password or a refresh token, may have tokens.
pub(crate) fn check_standing(user: &User) -> Result<(), Failure> {
    if !user.enabled {
        return Err(Failure::disabled());
    }
    match user.status {
        UserStatus::Unconfirmed => Err(Failure::new("UserNotConfirmedException", "User is not confirmed.")),
        UserStatus::ResetRequired => Err(Failure::reset_required()),
        UserStatus::ForceChangePassword | UserStatus::Confirmed => Ok(()),
    }
}

/// Goes on after a right password: to tokens, to a further challenge, or to the reason why not. Nothing of this is told
/// to somebody who does not know the password.
pub(crate) fn proven(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    username: &str,
) -> Result<Value, Failure> {
    let pool = simulator.pools.get_mut(&client.pool_id)?;
    let temporary_days = pool.config.password_policy.temporary_password_validity_days;
    let user = pool.user(username).ok_or_else(Failure::incorrect)?;
    check_standing(user)?;
    let needs_factor = match pool.config.mfa_configuration {
        MfaConfiguration::Off => false,
        MfaConfiguration::Optional => user.mfa.is_active(),
        MfaConfiguration::On => true,
    };
    match user.status {
        UserStatus::ForceChangePassword if now >= later(user.password_set, temporary_days.saturating_mul(86_400)) => {
            let text = "Temporary password has expired and must be reset by an administrator.";
            Err(Failure::not_authorized(text))
        }
        UserStatus::ForceChangePassword => {
            let parameters = new_password_parameters(user, pool);
            let name = "NEW_PASSWORD_REQUIRED";
            let (username, client_id) = (user.username.clone(), client.id.clone());
            let challenge = Challenge { name, username, client_id, expires: challenge_end(client, now) };
            let session = pool.open_challenge(challenge, &mut simulator.random, now);
            Ok(json!({ "ChallengeName": name, "ChallengeParameters": parameters, "Session": session }))
        }
        // A factor that is due and not asked for would mislead a test.
        UserStatus::Confirmed if needs_factor => Err(Failure::not_simulated("a challenge for a second factor")),
        _ => sign_in(simulator, now, client, username),
    }
}

fn new_password_parameters(user: &User, pool: &Pool) -> Value {
    let missing = |name: &&String| !user.attributes.contains_key(*name);
    let required: Vec<String> =
        pool.config.required_attributes.iter().filter(missing).map(|name| format!("userAttributes.{name}")).collect();
    json!({
        "USER_ID_FOR_SRP": user.username,
        "requiredAttributes": json!(required).to_string(),
        "userAttributes": json!(user.attributes).to_string(),
    })
}

/// Begins a family of tokens.
fn sign_in(simulator: &mut Simulator, now: Timestamp, client: &Client, username: &str) -> Result<Value, Failure> {
    let pool = simulator.pools.get(&client.pool_id)?;
    let user = pool.user(username).ok_or_else(Failure::incorrect)?;
    let session_id = format!("tkn{}", simulator.random.lower_case(25));
    let family = Family {
        pool_id: pool.id.clone(),
        client_id: client.id.clone(),
        sub: user.sub.clone(),
        auth_time: now.as_unix_seconds(),
        revoked: false,
        session_id,
        last_active: now.as_unix_seconds(),
        ends: later(now, client.config.refresh_token_validity.seconds()),
    };
    let id = simulator.random.uuid();
    let refresh_token = refresh_token(simulator);
    simulator.tokens.begin(id.clone(), family.clone());
    simulator.tokens.add(&refresh_token, Kind::Refresh, &id, family.ends);
    let mut result = refresh::new_tokens(simulator, now, client, &id, &family)?;
    if let Some(members) = result.as_object_mut() {
        members.insert("RefreshToken".to_owned(), json!(refresh_token));
    }
    Ok(json!({ "AuthenticationResult": result, "ChallengeParameters": {} }))
}

/// In the form of the real one: an encrypted JWT, which nobody but the service can look into.
fn refresh_token(simulator: &mut Simulator) -> String {
    let header = json!({ "alg": "RSA-OAEP", "cty": "JWT", "enc": "A256GCM" });
    let random = &mut simulator.random;
    let (key, vector, text, tag) =
        (random.bytes::<256>(), random.bytes::<12>(), random.bytes::<384>(), random.bytes::<16>());
    let parts = [header.to_string().as_bytes(), &key, &vector, &text, &tag].map(base64_url);
    parts.join(".")
}
