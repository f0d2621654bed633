//! CUSTOM_AUTH and CUSTOM_CHALLENGE, with a script of questions in place of Lambda triggers.

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::session::{Answer, Kind, send_challenge};
use super::{Parameters, Progress, device, proceed, srp};
use crate::client::Client;
use crate::failure::Failure;
use crate::pool::Pool;
use crate::pool_config::CustomAuthConfig;
use crate::secret_hash;
use crate::simulator::Simulator;

/// The progress of a custom challenge: the rounds that are passed, and the number of wrong answers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rounds {
    passed: usize,
    wrong: u64,
}

pub(crate) fn begin(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    parameters: &Parameters,
) -> Result<Value, Failure> {
    let typed = parameters.required("USERNAME")?;
    secret_hash::check(client, typed, parameters.optional("SECRET_HASH"))?;
    let pool = simulator.pools.get(&client.pool_id)?;
    script(pool)?;
    // AWS's documentation names the parameter ChallengeName. AWS's own clients send CHALLENGE_NAME.
    let first = parameters.optional("CHALLENGE_NAME").or_else(|| parameters.optional("ChallengeName"));
    match first {
        Some("SRP_A") => return srp::begin(simulator, now, client, parameters, Some(Rounds::default())),
        Some(_) => return Err(Failure::invalid_parameter("CHALLENGE_NAME can only be SRP_A.")),
        None => {}
    }
    let username = match pool.find(typed) {
        Some(user) => user.username.clone(),
        None if client.hides_users() => srp::made_up_name(pool, typed, &simulator.random),
        None => return Err(Failure::user_not_found()),
    };
    let mut progress = Progress { custom: Some(Rounds::default()), ..Progress::new(username, typed) };
    device::take_key(pool, &mut progress, parameters.device_key())?;
    proceed(simulator, now, client, progress)
}

fn script(pool: &Pool) -> Result<&CustomAuthConfig, Failure> {
    pool.config
        .custom_auth
        .as_ref()
        .ok_or_else(|| Failure::invalid_parameter("Custom auth lambda trigger is not configured for the user pool."))
}

/// Returns the number of the next round, or `None` if all rounds are passed.
pub(super) fn open_round(pool: &Pool, progress: &Progress) -> Option<usize> {
    let (script, rounds) = (pool.config.custom_auth.as_ref()?, progress.custom?);
    (rounds.passed < script.rounds.len()).then_some(rounds.passed)
}

pub(super) fn ask(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
    round: usize,
) -> Result<Value, Failure> {
    let script = script(simulator.pools.get(&client.pool_id)?)?;
    let mut parameters = script.rounds.get(round).map(|round| round.parameters.clone()).unwrap_or_default();
    parameters.insert("USERNAME".to_owned(), progress.username.clone());
    send_challenge(simulator, now, client, progress, Kind::Round(round), json!(parameters))
}

/// Checks an answer. A wrong answer repeats the round, until the number of wrong answers ends the sign-in.
pub(super) fn answer(simulator: &mut Simulator, mut answer: Answer<'_>, round: usize) -> Result<Value, Failure> {
    let given = answer.responses.required("ANSWER")?;
    let script = script(simulator.pools.get(&answer.client.pool_id)?)?;
    let attempts = script.attempts;
    let right = script.rounds.get(round).is_some_and(|round| round.answer == given);
    let rounds = answer.progress.custom.get_or_insert_default();
    if right {
        rounds.passed = round.saturating_add(1);
    } else {
        rounds.wrong = rounds.wrong.saturating_add(1);
        if rounds.wrong >= attempts {
            answer.mark_used(simulator)?;
            return Err(Failure::incorrect());
        }
    }
    answer.accept(simulator)
}
