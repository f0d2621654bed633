//! MFA_SETUP: a user without a second factor, in a pool that requires one, sets one up.
//!
//! For an authenticator app the session goes through AssociateSoftwareToken and VerifySoftwareToken, each of which gives a
//! new one, and the last of them is the answer. For a code by e-mail the answer is the address.

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::session::{Answer, Challenge, Kind, ask as put, begin, mismatch, spend, unknown_session};
use super::{Progress, second_factor};
use crate::attribute::{Update, Writer, accept_pairs};
use crate::client::Client;
use crate::delivery::EMAIL;
use crate::failure::Failure;
use crate::mfa::{MfaFactor, SoftwareToken, check_software_token_enabled, no_software_token};
use crate::profile;
use crate::simulator::Simulator;
use crate::totp::Secret;

/// How far the set-up of an authenticator app has come.
#[derive(Clone)]
pub(crate) enum SetUp {
    Asked,
    /// The app has the secret.
    Associated(Secret),
    /// The app has shown a code of it.
    Verified(SoftwareToken),
}

pub(super) fn ask(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
) -> Result<Value, Failure> {
    let has = &simulator.pools.get(&client.pool_id)?.config.mfa_factors;
    let order = [MfaFactor::SoftwareToken, MfaFactor::Email, MfaFactor::Sms];
    let factors: Vec<_> = order.into_iter().filter(|factor| has.contains(factor)).collect();
    let parameters = json!({ "MFAS_CAN_SETUP": second_factor::names(&factors), "USER_ID_FOR_SRP": progress.username });
    put(simulator, now, client, progress, Kind::MfaSetup(SetUp::Asked), parameters)
}

/// AssociateSoftwareToken with a session.
pub(crate) fn associate(simulator: &mut Simulator, now: Timestamp, session: &str) -> Result<Value, Failure> {
    let (client, challenge, _) = open(simulator, now, session)?;
    check_software_token_enabled(&simulator.pools.get(&client.pool_id)?.config)?;
    let secret = Secret::new(simulator.random.bytes());
    let code = secret.base32();
    spend(simulator, &client, session)?;
    let session = begin(simulator, now, &client, challenge.progress, Kind::MfaSetup(SetUp::Associated(secret)))?;
    Ok(json!({ "SecretCode": code, "Session": session }))
}

/// VerifySoftwareToken with a session.
pub(crate) fn verify(
    simulator: &mut Simulator,
    now: Timestamp,
    session: &str,
    code: &str,
    name: Option<String>,
) -> Result<Value, Failure> {
    let (client, challenge, set_up) = open(simulator, now, session)?;
    let SetUp::Associated(secret) = set_up else { return Err(no_software_token()) };
    let says_so = simulator.pools.get(&client.pool_id)?.config.software_token_status_error;
    let (status, set_up) = match SoftwareToken::verified(secret.clone(), name, code, now) {
        Ok(token) => ("SUCCESS", SetUp::Verified(token)),
        Err(_) if says_so => ("ERROR", SetUp::Associated(secret)),
        Err(failure) => return Err(mismatch(simulator, &client, session, failure)),
    };
    spend(simulator, &client, session)?;
    let session = begin(simulator, now, &client, challenge.progress, Kind::MfaSetup(set_up))?;
    Ok(json!({ "Status": status, "Session": session }))
}

/// Finds an open MFA_SETUP by its session alone: these two operations name neither client nor user.
fn open(simulator: &Simulator, now: Timestamp, session: &str) -> Result<(Client, Challenge, SetUp), Failure> {
    let found = simulator.pools.0.values().find_map(|pool| pool.challenges.get(session));
    let challenge = found.ok_or_else(unknown_session)?;
    let Kind::MfaSetup(set_up) = &challenge.kind else { return Err(unknown_session()) };
    challenge.check_open(now)?;
    Ok((simulator.client(&challenge.client_id)?, challenge.clone(), set_up.clone()))
}

pub(super) fn answer(simulator: &mut Simulator, answer: Answer<'_>, set_up: SetUp) -> Result<Value, Failure> {
    match (set_up, answer.responses.optional("EMAIL")) {
        (SetUp::Verified(token), _) => finish(simulator, answer, token),
        (_, Some(email)) => set_email(simulator, answer, email),
        (SetUp::Asked | SetUp::Associated(_), None) => {
            Err(Failure::invalid_parameter("User has not verified software token mfa"))
        }
    }
}

fn finish(simulator: &mut Simulator, mut answer: Answer<'_>, token: SoftwareToken) -> Result<Value, Failure> {
    let pool = simulator.pools.get_mut(&answer.client.pool_id)?;
    let user = pool.user_mut(&answer.progress.username).ok_or_else(Failure::incorrect)?;
    user.mfa.software_token = Some(token);
    user.mfa.enable_first(MfaFactor::SoftwareToken);
    answer.progress.has_second_factor = true;
    answer.accept(simulator)
}

/// Takes an e-mail address, which counts when its code comes back.
fn set_email(simulator: &mut Simulator, answer: Answer<'_>, email: &str) -> Result<Value, Failure> {
    let pool = simulator.pools.get_mut(&answer.client.pool_id)?;
    if !pool.config.mfa_factors.contains(&MfaFactor::Email) {
        return Err(Failure::invalid_parameter("Email MFA has not been enabled by the userpool"));
    }
    let given = [(EMAIL.attribute.to_owned(), email.to_owned())].into();
    let set = accept_pairs(given, &pool.config, Writer::Client)?;
    let update = Update { set, removed: Vec::new() };
    // Its own code is the one that is asked for next.
    profile::apply(pool, &answer.progress.username, update, answer.now)?;
    let (kind, parameters) = second_factor::send(
        simulator,
        answer.now,
        answer.client,
        &answer.progress,
        MfaFactor::Email,
        Some(email.to_owned()),
    )?;
    answer.ask(simulator, kind, parameters)
}
