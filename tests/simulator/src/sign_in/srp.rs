//! USER_SRP_AUTH and the answer to its PASSWORD_VERIFIER.

use cognito_core::Timestamp;
use num_bigint::BigUint;
use serde_json::{Value, json};

use super::custom::Rounds;
use super::{Parameters, Progress, device, go_on, later};
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

/// What the challenge says of the user: as kept, or made up so that a stranger cannot tell.
struct Puzzle {
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
    let puzzle = puzzle(pool, client, typed, random)?;
    let keys = KeyExchange::new(&puzzle.verifier, client_public, &random.bytes::<32>()).ok_or_else(bad_public)?;
    let secret_block = base64(&random.bytes::<800>());
    let challenge = json!({
        "SALT": puzzle.salt,
        "SECRET_BLOCK": secret_block,
        "SRP_B": keys.public_hex(),
        "USERNAME": puzzle.username,
        "USER_ID_FOR_SRP": puzzle.username,
    });
    // The key of a device that is not there is refused with the answer, which can be given again without it.
    let device_key = parameters.device_key().map(str::to_owned);
    let progress = Progress { custom, device_key, ..Progress::new(puzzle.username, typed) };
    let expires = later(now, pool.config.password_verifier_seconds);
    let exchange = Exchange { progress, client_id: client.id.clone(), keys, expires };
    pool.open_exchange(secret_block, exchange, now);
    // Without a Session: the secret block names the exchange.
    Ok(json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": challenge }))
}

pub(super) fn bad_public() -> Failure {
    Failure::invalid_parameter("Invalid SRP_A.")
}

fn puzzle(pool: &Pool, client: &Client, typed: &str, random: &Random) -> Result<Puzzle, Failure> {
    let user = pool.find(typed);
    if user.is_none() && !client.hides_users() {
        return Err(Failure::user_not_found());
    }
    if let Some((user, verifier)) = user.and_then(|user| Some((user, user.verifier.clone()?))) {
        return Ok(Puzzle { username: user.username.clone(), salt: verifier.salt_hex(), verifier });
    }
    let name = stranger(pool, typed);
    let keyed = |label: &str| random.keyed(label, &name);
    let username = user.map_or_else(|| pretended_name(pool, typed, random), |user| user.username.clone());
    let verifier = Verifier::from_parts(pretended_salt(keyed("salt")), BigUint::from_bytes_be(&keyed("verifier")));
    // The real service shows such salts with a sign now and then, so clients must bear it.
    let sign = if keyed("sign").first().is_some_and(|byte| byte & 1 == 1) { "-" } else { "" };
    Ok(Puzzle { username, salt: format!("{sign}{}", verifier.salt_hex()), verifier })
}

/// What keys everything that is made up for a name, so that it is the same each time.
fn stranger(pool: &Pool, typed: &str) -> String {
    format!("{}/{}", pool.id, pool.fold(typed))
}

/// The canonical name of a user who does not exist.
pub(super) fn pretended_name(pool: &Pool, typed: &str, random: &Random) -> String {
    uuid_of(random.keyed("user id", &stranger(pool, typed)))
}

/// 127 bits: with a sign this is still a 16-byte two's complement number.
fn pretended_salt(bytes: [u8; 32]) -> BigUint {
    BigUint::from_bytes_be(&bytes) >> 129_u32
}

/// Judges the answer. Whatever is wrong with it, the answer is the same; only a TIMESTAMP that is no date at all, and a
/// device that is not there, are told.
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
    // The service signs the moment that it read, written its own way: a padded day or a wrong weekday fails here.
    let timestamp = date::srp_timestamp(moment);
    let block = from_base64(secret_block).unwrap_or_default();
    let known = &exchange.progress.username;
    let expected = signature(&exchange.keys.key(), pool.group(), known, &block, &timestamp);
    let right = claim == expected && exchange.belongs_to(pool, username, client) && in_time;
    let locks = pool.config.password_lockout;
    // Whoever is not there has no password, and what was made up for them no right answer.
    let user = pool.user_mut(known).ok_or_else(Failure::incorrect)?;
    lockout::judge(user, locks, now, right)?;
    go_on(simulator, now, client, Progress { has_password: true, ..exchange.progress })
}

impl Exchange {
    fn belongs_to(&self, pool: &Pool, username: &str, client: &Client) -> bool {
        pool.fold(username) == pool.fold(&self.progress.username) && self.client_id == client.id
    }
}

/// Takes the DEVICE_KEY of the answer, or else the one that the sign-in began with. One that is not of a confirmed device
/// is refused and leaves the exchange open, so that the same claim can come again without it.
fn take_device_key(
    pool: &mut Pool,
    now: Timestamp,
    secret_block: &str,
    username: &str,
    client: &Client,
    key: Option<&str>,
) -> Result<(), Failure> {
    let open = pool.exchange(secret_block, now).filter(|exchange| exchange.belongs_to(pool, username, client));
    // An answer that is wrong anyway learns nothing of devices.
    let Some(exchange) = open else { return Ok(()) };
    let mut progress = exchange.progress.clone();
    let key = key.map(str::to_owned).or_else(|| progress.device_key.take());
    let taken = device::take_key(pool, &mut progress, key.as_deref());
    if let Some(exchange) = pool.exchange_mut(secret_block) {
        exchange.progress.device_key = progress.device_key.filter(|_| taken.is_ok());
    }
    taken
}

/// Reads a TIMESTAMP, in seconds.
pub(super) fn read_timestamp(text: &str) -> Result<u64, Failure> {
    date::parse_srp_timestamp(text)
        .ok_or_else(|| Failure::invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."))
}
