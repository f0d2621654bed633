//! MFA_SETUP: a user sets up a second factor during the sign-in, because the pool requires MFA.
//!
//! For an authenticator app, the client sends the `Session` of the challenge to AssociateSoftwareToken, and
//! the new `Session` from that operation to VerifySoftwareToken. The `Session` from VerifySoftwareToken
//! answers the challenge. For a code by e-mail, the answer to the challenge is the e-mail address.

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::session::{Answer, Challenge, Kind, begin, mark_used, reject_code, send_challenge, unknown_session};
use super::{Progress, second_factor};
use crate::attribute::{Update, Writer, accept_pairs};
use crate::client::Client;
use crate::delivery::EMAIL;
use crate::failure::Failure;
use crate::mfa::{MfaFactor, SoftwareToken, check_software_token_enabled, no_software_token};
use crate::profile;
use crate::simulator::Simulator;
use crate::totp::Secret;

/// The progress of the set-up of an authenticator app.
#[derive(Clone)]
pub(crate) enum SetUp {
    /// MFA_SETUP was sent, and nothing is set up yet.
    Started,
    /// AssociateSoftwareToken has returned the secret for the app.
    Associated(Secret),
    /// VerifySoftwareToken has accepted a code of the app.
    Verified(SoftwareToken),
}

pub(super) fn ask(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
) -> Result<Value, Failure> {
    let enabled = &simulator.pools.get(&client.pool_id)?.config.mfa_factors;
    let order = [MfaFactor::SoftwareToken, MfaFactor::Email, MfaFactor::Sms];
    let factors: Vec<_> = order.into_iter().filter(|factor| enabled.contains(factor)).collect();
    let parameters = json!({ "MFAS_CAN_SETUP": second_factor::names(&factors), "USER_ID_FOR_SRP": progress.username });
    send_challenge(simulator, now, client, progress, Kind::MfaSetup(SetUp::Started), parameters)
}

/// Runs AssociateSoftwareToken with a `Session`.
pub(crate) fn associate(simulator: &mut Simulator, now: Timestamp, session: &str) -> Result<Value, Failure> {
    let (client, challenge, _) = open(simulator, now, session)?;
    check_software_token_enabled(&simulator.pools.get(&client.pool_id)?.config)?;
    let secret = Secret::new(simulator.random.bytes());
    let code = secret.base32();
    mark_used(simulator, &client, session)?;
    let session = begin(simulator, now, &client, challenge.progress, Kind::MfaSetup(SetUp::Associated(secret)))?;
    Ok(json!({ "SecretCode": code, "Session": session }))
}

/// Runs VerifySoftwareToken with a `Session`.
pub(crate) fn verify(
    simulator: &mut Simulator,
    now: Timestamp,
    session: &str,
    code: &str,
    name: Option<String>,
) -> Result<Value, Failure> {
    let (client, challenge, set_up) = open(simulator, now, session)?;
    let SetUp::Associated(secret) = set_up else { return Err(no_software_token()) };
    let reports_error = simulator.pools.get(&client.pool_id)?.config.software_token_status_error;
    let (status, set_up) = match SoftwareToken::verified(secret.clone(), name, code, now) {
        Ok(token) => ("SUCCESS", SetUp::Verified(token)),
        Err(_) if reports_error => ("ERROR", SetUp::Associated(secret)),
        Err(failure) => return Err(reject_code(simulator, &client, session, failure)),
    };
    mark_used(simulator, &client, session)?;
    let session = begin(simulator, now, &client, challenge.progress, Kind::MfaSetup(set_up))?;
    Ok(json!({ "Status": status, "Session": session }))
}

/// Finds an open MFA_SETUP challenge by its `Session`. The request names neither the app client nor the user.
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
        (SetUp::Started | SetUp::Associated(_), None) => {
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

/// Sets an e-mail address, and sends a code to it. The right code verifies the address.
fn set_email(simulator: &mut Simulator, answer: Answer<'_>, email: &str) -> Result<Value, Failure> {
    let pool = simulator.pools.get_mut(&answer.client.pool_id)?;
    if !pool.config.mfa_factors.contains(&MfaFactor::Email) {
        return Err(Failure::invalid_parameter("Email MFA has not been enabled by the userpool"));
    }
    let given = [(EMAIL.attribute.to_owned(), email.to_owned())].into();
    let set = accept_pairs(given, &pool.config, Writer::Client)?;
    let update = Update { set, removed: Vec::new() };
    // `apply` sends no code. The code of the next challenge verifies the address.
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
