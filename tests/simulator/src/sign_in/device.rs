//! DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device proves that it knows its password.

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::session::{Answer, Kind, send_challenge};
use super::srp::{bad_public, read_timestamp};
use super::{Progress, later};
use crate::client::Client;
use crate::crypto::{base64, from_base64};
use crate::date;
use crate::device::{group_key, no_device};
use crate::failure::Failure;
use crate::pool::Pool;
use crate::pool_config::DeviceConfig;
use crate::random::Random;
use crate::simulator::Simulator;
use crate::srp::{KeyExchange, parse_public, signature};
use crate::user::User;

/// An SRP exchange with a device. The device has sent SRP_A, and must send its proof next.
#[derive(Clone)]
pub(crate) struct Exchange {
    device_key: String,
    group_key: String,
    secret_block: String,
    keys: KeyExchange,
    expires: Timestamp,
}

/// Stores the DEVICE_KEY of a request in the progress, or rejects the key if the user has no such device.
pub(super) fn take_key(pool: &Pool, progress: &mut Progress, key: Option<&str>) -> Result<(), Failure> {
    let Some(key) = key else { return Ok(()) };
    let user = pool.user(&progress.username).filter(|_| pool.config.device_configuration.is_some());
    user.ok_or_else(no_device)?.devices.find(key)?;
    progress.device_key = Some(key.to_owned());
    Ok(())
}

/// Returns the key of the device that signs in and the pool's device settings, if the device is remembered.
pub(super) fn remembered<'progress>(
    pool: &Pool,
    user: &User,
    progress: &'progress Progress,
) -> Option<(&'progress str, DeviceConfig)> {
    let key = progress.device_key.as_deref()?;
    let device = user.devices.find(key).ok().filter(|device| device.remembered);
    Some((key, pool.config.device_configuration.filter(|_| device.is_some())?))
}

/// Returns a new device key, if the pool tracks devices and the request has no key of a known device.
pub(super) fn new_key(pool: &Pool, progress: &Progress, random: &mut Random) -> Option<String> {
    let user = pool.user(&progress.username).filter(|_| pool.config.device_configuration.is_some())?;
    let is_known = progress.device_key.as_deref().is_some_and(|key| user.devices.find(key).is_ok());
    (!is_known).then(|| format!("{}_{}", pool.region(), random.uuid()))
}

pub(super) fn ask(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
    key: String,
) -> Result<Value, Failure> {
    let parameters = json!({ "DEVICE_KEY": key, "USER_ID_FOR_SRP": progress.username });
    send_challenge(simulator, now, client, progress, Kind::DeviceSrp(key), parameters)
}

pub(super) fn answer_srp(simulator: &mut Simulator, answer: Answer<'_>, key: String) -> Result<Value, Failure> {
    check_same_key(&answer, &key)?;
    let public = parse_public(answer.responses.required("SRP_A")?).ok_or_else(bad_public)?;
    let Simulator { pools, random, .. } = simulator;
    let pool = pools.get(&answer.client.pool_id)?;
    let user = pool.user(&answer.progress.username).ok_or_else(Failure::incorrect)?;
    let verifier = &user.devices.find(&key)?.verifier;
    let keys = KeyExchange::new(verifier, public, &random.bytes::<32>()).ok_or_else(bad_public)?;
    let secret_block = base64(&random.bytes::<800>());
    let parameters = json!({
        "DEVICE_KEY": key,
        "SALT": verifier.salt_hex(),
        "SECRET_BLOCK": secret_block,
        "SRP_B": keys.public_hex(),
        "USERNAME": user.username,
    });
    let group_key = group_key(random, &user.sub);
    let expires = later(answer.now, pool.config.password_verifier_seconds);
    let exchange = Exchange { device_key: key, group_key, secret_block, keys, expires };
    answer.ask(simulator, Kind::DevicePassword(exchange), parameters)
}

/// Checks that an answer has the device key of its challenge.
fn check_same_key(answer: &Answer<'_>, key: &str) -> Result<(), Failure> {
    let given = answer.responses.device_key().ok_or_else(|| Failure::missing_parameter("DEVICE_KEY"))?;
    if given != key {
        return Err(Failure::invalid_parameter("Invalid device key given."));
    }
    Ok(())
}

/// Checks the proof of a device. A wrong proof ends the sign-in.
pub(super) fn answer_password(
    simulator: &mut Simulator,
    mut answer: Answer<'_>,
    exchange: &Exchange,
) -> Result<Value, Failure> {
    check_same_key(&answer, &exchange.device_key)?;
    let claim = answer.responses.required("PASSWORD_CLAIM_SIGNATURE")?;
    let secret_block = answer.responses.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let moment = read_timestamp(answer.responses.required("TIMESTAMP")?)?;
    let tolerated = simulator.pools.get(&answer.client.pool_id)?.config.timestamp_tolerance_seconds;
    let now = answer.now;
    let in_time = tolerated.is_none_or(|tolerance| moment.abs_diff(now.as_unix_seconds()) <= tolerance);
    let block = from_base64(&exchange.secret_block).unwrap_or_default();
    let (group, key) = (&exchange.group_key, &exchange.device_key);
    let expected = signature(&exchange.keys.key(), group, key, &block, &date::srp_timestamp(moment));
    let same_block = secret_block == exchange.secret_block;
    if claim != expected || !same_block || !in_time || now >= exchange.expires {
        answer.mark_used(simulator)?;
        return Err(Failure::incorrect());
    }
    answer.progress.has_device = true;
    answer.accept(simulator)
}
