//! USER_PASSWORD_AUTH.

use cognito_core::Timestamp;
use serde_json::Value;

use super::{Parameters, proven};
use crate::client::Client;
use crate::failure::Failure;
use crate::secret_hash;
use crate::simulator::Simulator;

pub(crate) fn begin(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    parameters: &Parameters,
) -> Result<Value, Failure> {
    let typed = parameters.required("USERNAME")?;
    let password = parameters.required("PASSWORD")?;
    secret_hash::check(client, typed, parameters.optional("SECRET_HASH"))?;
    let pool = simulator.pools.get(&client.pool_id)?;
    let Some(user) = pool.find(typed) else {
        return Err(if client.hides_users() { Failure::incorrect() } else { Failure::user_not_found() });
    };
    let right = user.verifier.as_ref().is_some_and(|known| known.matches(pool.group(), &user.username, password));
    if !right {
        return Err(Failure::incorrect());
    }
    let username = user.username.clone();
    proven(simulator, now, client, &username)
}
