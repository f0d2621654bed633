//! USER_SRP_AUTH and the answer to its PASSWORD_VERIFIER.

use cognito_core::Timestamp;
use num_bigint::BigUint;
use serde_json::{Value, json};

use super::{Parameters, later, proven};
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
    let parameters = json!({
        "SALT": puzzle.salt,
        "SECRET_BLOCK": secret_block,
        "SRP_B": keys.public_hex(),
        "USERNAME": puzzle.username,
        "USER_ID_FOR_SRP": puzzle.username,
    });
    let (username, client_id) = (puzzle.username, client.id.clone());
    let expires = later(now, pool.config.password_verifier_seconds);
    let exchange = Exchange { username, client_id, keys, expires };
    pool.open_exchange(secret_block, exchange, now);
    // Without a Session: the secret block names the exchange.
    Ok(json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters }))
}

fn bad_public() -> Failure {
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
    let name = format!("{}/{}", pool.id, pool.fold(typed));
    let keyed = |label: &str| random.keyed(label, &name);
    let username = user.map_or_else(|| uuid_of(keyed("user id")), |user| user.username.clone());
    let verifier = Verifier::from_parts(pretended_salt(keyed("salt")), BigUint::from_bytes_be(&keyed("verifier")));
    // The real service shows such salts with a sign now and then, so clients must bear it.
    let sign = if keyed("sign").first().is_some_and(|byte| byte & 1 == 1) { "-" } else { "" };
    Ok(Puzzle { username, salt: format!("{sign}{}", verifier.salt_hex()), verifier })
}

/// 127 bits: with a sign this is still a 16-byte two's complement number.
fn pretended_salt(bytes: [u8; 32]) -> BigUint {
    BigUint::from_bytes_be(&bytes) >> 129_u32
}

/// Judges the answer. Whatever is wrong with it, the answer is the same; only a TIMESTAMP that is no date at all is told.
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
    let moment = date::parse_srp_timestamp(timestamp).ok_or_else(|| {
        Failure::invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
    })?;
    let pool = simulator.pools.get_mut(&client.pool_id)?;
    let exchange = pool.take_exchange(secret_block, now).ok_or_else(Failure::incorrect)?;
    let tolerated = pool.config.timestamp_tolerance_seconds;
    let in_time = tolerated.is_none_or(|tolerance| moment.abs_diff(now.as_unix_seconds()) <= tolerance);
    // The service signs the moment that it read, written its own way: a padded day or a wrong weekday fails here.
    let timestamp = date::srp_timestamp(moment);
    let block = from_base64(secret_block).unwrap_or_default();
    let expected = signature(&exchange.keys.key(), pool.group(), &exchange.username, &block, &timestamp);
    let same_user = pool.fold(username) == pool.fold(&exchange.username);
    let right = claim == expected && same_user && exchange.client_id == client.id && in_time;
    let locks = pool.config.password_lockout;
    // Whoever is not there has no password, and what was made up for them no right answer.
    let user = pool.user_mut(&exchange.username).ok_or_else(Failure::incorrect)?;
    lockout::judge(user, locks, now, right)?;
    proven(simulator, now, client, &exchange.username)
}
