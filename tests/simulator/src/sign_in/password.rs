//! USER_PASSWORD_AUTH: the password itself is sent to the service.

use cognito_core::Timestamp;
use serde_json::Value;

use super::{Parameters, Progress, device, proceed};
use crate::client::Client;
use crate::failure::Failure;
use crate::lockout;
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
    let pool = simulator.pools.get_mut(&client.pool_id)?;
    let (group, locks) = (pool.group().to_owned(), pool.config.password_lockout);
    let Some(user) = pool.find_mut(typed) else {
        return Err(if client.hides_users() { Failure::incorrect() } else { Failure::user_not_found() });
    };
    let right = user.verifier.as_ref().is_some_and(|known| known.matches(&group, &user.username, password));
    lockout::check_attempt(user, locks, now, right)?;
    let mut progress = Progress { has_password: true, ..Progress::new(user.username.clone(), typed) };
    device::take_key(pool, &mut progress, parameters.device_key())?;
    proceed(simulator, now, client, progress)
}
