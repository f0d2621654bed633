//! USER_SRP_AUTH, and the answer to its challenge PASSWORD_VERIFIER.

use cognito_core::Timestamp;
use num_bigint::BigUint;
use serde_json::{Value, json};

use super::custom::Rounds;
use super::{Parameters, Progress, device, later, proceed};
use crate::client::Client;
use crate::crypto::{base64, from_base64};
use crate::date;
use crate::failure::Failure;
use crate::lockout;
use crate::pool::{Exchange, Pool};
use crate::random::{Random, uuid_of};
use crate::secret_hash;
use crate::simulator::Simulator;
use crate::srp::{KeyExchange, Verifier, parse_public, signature};

/// The SRP values of a user, or made-up values if the user does not exist or has no password.
struct UserValues {
    username: String,
    salt: String,
    verifier: Verifier,
}

pub(crate) fn begin(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    parameters: &Parameters,
    custom: Option<Rounds>,
) -> Result<Value, Failure> {
    let typed = parameters.required("USERNAME")?;
    let client_public = parameters.required("SRP_A")?;
    secret_hash::check(client, typed, parameters.optional("SECRET_HASH"))?;
    let client_public = parse_public(client_public).ok_or_else(bad_public)?;
    let Simulator { pools, random, .. } = simulator;
    let pool = pools.get_mut(&client.pool_id)?;
    let user = user_values(pool, client, typed, random)?;
    let keys = KeyExchange::new(&user.verifier, client_public, &random.bytes::<32>()).ok_or_else(bad_public)?;
    let secret_block = base64(&random.bytes::<800>());
    let challenge = json!({
        "SALT": user.salt,
        "SECRET_BLOCK": secret_block,
        "SRP_B": keys.public_hex(),
        "USERNAME": user.username,
        "USER_ID_FOR_SRP": user.username,
    });
    // The device key is checked with the answer to the challenge. If the key is rejected, the client can
    // answer again without the key.
    let device_key = parameters.device_key().map(str::to_owned);
    let progress = Progress { custom, device_key, ..Progress::new(user.username, typed) };
    let expires = later(now, pool.config.password_verifier_seconds);
    let exchange = Exchange { progress, client_id: client.id.clone(), keys, expires };
    pool.open_exchange(secret_block, exchange, now);
    // The challenge has no Session, because SECRET_BLOCK identifies the exchange.
    Ok(json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": challenge }))
}

pub(super) fn bad_public() -> Failure {
    Failure::invalid_parameter("Invalid SRP_A.")
}

fn user_values(pool: &Pool, client: &Client, typed: &str, random: &Random) -> Result<UserValues, Failure> {
    let user = pool.find(typed);
    if user.is_none() && !client.hides_users() {
        return Err(Failure::user_not_found());
    }
    if let Some((user, verifier)) = user.and_then(|user| Some((user, user.verifier.clone()?))) {
        return Ok(UserValues { username: user.username.clone(), salt: verifier.salt_hex(), verifier });
    }
    let name = made_up_label(pool, typed);
    let keyed = |label: &str| random.keyed(label, &name);
    let username = user.map_or_else(|| made_up_name(pool, typed, random), |user| user.username.clone());
    let verifier = Verifier::from_parts(made_up_salt(keyed("salt")), BigUint::from_bytes_be(&keyed("verifier")));
    // The real service sometimes sends made-up salts with a minus sign, so clients must accept the sign.
    let sign = if keyed("sign").first().is_some_and(|byte| byte & 1 == 1) { "-" } else { "" };
    Ok(UserValues { username, salt: format!("{sign}{}", verifier.salt_hex()), verifier })
}

/// Returns the text from which all made-up values for a user name derive, so that the values never change.
fn made_up_label(pool: &Pool, typed: &str) -> String {
    format!("{}/{}", pool.id, pool.fold(typed))
}

/// Returns a made-up canonical name for a user who does not exist.
pub(super) fn made_up_name(pool: &Pool, typed: &str, random: &Random) -> String {
    uuid_of(random.keyed("user id", &made_up_label(pool, typed)))
}

/// Returns a made-up salt of at most 127 bits. With a sign bit, such a salt fits into 16 bytes of two's
/// complement.
fn made_up_salt(bytes: [u8; 32]) -> BigUint {
    BigUint::from_bytes_be(&bytes) >> 129_u32
}

/// Checks the answer to PASSWORD_VERIFIER.
///
/// The error is the same for every wrong answer, except if TIMESTAMP is not a date or the device is unknown.
pub(crate) fn answer(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    responses: &Parameters,
) -> Result<Value, Failure> {
    let username = responses.required("USERNAME")?;
    let claim = responses.required("PASSWORD_CLAIM_SIGNATURE")?;
    let secret_block = responses.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let timestamp = responses.required("TIMESTAMP")?;
    secret_hash::check(client, username, responses.optional("SECRET_HASH"))?;
    let moment = read_timestamp(timestamp)?;
    let pool = simulator.pools.get_mut(&client.pool_id)?;
    take_device_key(pool, now, secret_block, username, client, responses.device_key())?;
    let exchange = pool.take_exchange(secret_block, now).ok_or_else(Failure::incorrect)?;
    let tolerated = pool.config.timestamp_tolerance_seconds;
    let in_time = tolerated.is_none_or(|tolerance| moment.abs_diff(now.as_unix_seconds()) <= tolerance);
    // The signature covers the time in the service's own format. A TIMESTAMP with a padded day or a wrong
    // weekday leads to a different signature.
    let timestamp = date::srp_timestamp(moment);
    let block = from_base64(secret_block).unwrap_or_default();
    let known = &exchange.progress.username;
    let expected = signature(&exchange.keys.key(), pool.group(), known, &block, &timestamp);
    let right = claim == expected && exchange.belongs_to(pool, username, client) && in_time;
    let locks = pool.config.password_lockout;
    // For a user who does not exist, no answer is right, because the verifier was made up.
    let user = pool.user_mut(known).ok_or_else(Failure::incorrect)?;
    lockout::check_attempt(user, locks, now, right)?;
    proceed(simulator, now, client, Progress { has_password: true, ..exchange.progress })
}

impl Exchange {
    fn belongs_to(&self, pool: &Pool, username: &str, client: &Client) -> bool {
        pool.fold(username) == pool.fold(&self.progress.username) && self.client_id == client.id
    }
}

/// Stores the device key of the sign-in in the exchange: the DEVICE_KEY in the answer, or else the DEVICE_KEY
/// at the start of the sign-in.
///
/// The key of an unconfirmed device is rejected. The exchange then stays open, so that the client can send
/// the same claim again without the key.
fn take_device_key(
    pool: &mut Pool,
    now: Timestamp,
    secret_block: &str,
    username: &str,
    client: &Client,
    key: Option<&str>,
) -> Result<(), Failure> {
    let open = pool.exchange(secret_block, now).filter(|exchange| exchange.belongs_to(pool, username, client));
    // For an answer that matches no open exchange, the error must not reveal anything about devices.
    let Some(exchange) = open else { return Ok(()) };
    let mut progress = exchange.progress.clone();
    let key = key.map(str::to_owned).or_else(|| progress.device_key.take());
    let result = device::take_key(pool, &mut progress, key.as_deref());
    if let Some(exchange) = pool.exchange_mut(secret_block) {
        exchange.progress.device_key = progress.device_key.filter(|_| result.is_ok());
    }
    result
}

/// Reads a TIMESTAMP, and returns it in seconds since the Unix epoch.
pub(super) fn read_timestamp(text: &str) -> Result<u64, Failure> {
    date::parse_srp_timestamp(text)
        .ok_or_else(|| Failure::invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."))
}
