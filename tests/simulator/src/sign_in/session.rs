//! Challenge sessions: what stands behind the `Session` of a challenge.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::mfa_setup::SetUp;
use super::second_factor::SentCode;
use super::{Parameters, Progress, device, go_on, later};
use crate::client::Client;
use crate::crypto::base64_url;
use crate::failure::Failure;
use crate::mfa::MfaFactor;
use crate::random::Random;
use crate::secret_hash;
use crate::simulator::Simulator;

/// How long an answer that comes too late hears that it is late, in seconds. After that its session is unknown.
const KEPT_SECONDS: u64 = 3_600;

/// The challenges of a pool that wait for an answer, or had one, by their `Session`.
#[derive(Default)]
pub(crate) struct ChallengeSessions(BTreeMap<String, Challenge>);

/// A challenge that was put to a user, bound to user, app client and kind.
#[derive(Clone)]
pub(crate) struct Challenge {
    pub(super) kind: Kind,
    pub(super) progress: Progress,
    pub(super) client_id: String,
    expires: Timestamp,
    spent: bool,
}

/// Which challenge it is, and what its answer is judged by.
#[derive(Clone)]
pub(crate) enum Kind {
    NewPassword,
    /// A CUSTOM_CHALLENGE: the number of the round.
    Round(usize),
    SelectMfaType(Vec<MfaFactor>),
    Code(SentCode),
    SoftwareToken,
    MfaSetup(SetUp),
    /// The key of the device that is to prove itself.
    DeviceSrp(String),
    DevicePassword(device::Exchange),
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Self::NewPassword => "NEW_PASSWORD_REQUIRED",
            Self::Round(_) => "CUSTOM_CHALLENGE",
            Self::SelectMfaType(_) => "SELECT_MFA_TYPE",
            Self::Code(sent) => sent.factor.name(),
            Self::SoftwareToken => MfaFactor::SoftwareToken.name(),
            Self::MfaSetup(_) => "MFA_SETUP",
            Self::DeviceSrp(_) => "DEVICE_SRP_AUTH",
            Self::DevicePassword(_) => "DEVICE_PASSWORD_VERIFIER",
        }
    }
}

impl ChallengeSessions {
    fn begin(&mut self, challenge: Challenge, random: &mut Random, now: Timestamp) -> String {
        self.0.retain(|_, challenge| now < later(challenge.expires, KEPT_SECONDS));
        let session = format!("AYABe{}", base64_url(&random.bytes::<192>()));
        self.0.insert(session.clone(), challenge);
        session
    }

    pub(crate) fn get(&self, session: &str) -> Option<&Challenge> {
        self.0.get(session)
    }

    fn spend(&mut self, session: &str) {
        if let Some(challenge) = self.0.get_mut(session) {
            challenge.spent = true;
        }
    }
}

impl Challenge {
    /// Refuses a session that had its answer, or waited too long for one.
    pub(super) fn check_open(&self, now: Timestamp) -> Result<(), Failure> {
        if self.spent {
            let text = "Invalid session for the user, session can only be used once.";
            return Err(Failure::not_authorized(text));
        }
        if now >= self.expires {
            return Err(Failure::not_authorized("Invalid session for the user, session is expired."));
        }
        Ok(())
    }
}

pub(super) fn unknown_session() -> Failure {
    Failure::not_authorized("Invalid session for the user.")
}

/// Opens a challenge and gives its `Session`.
pub(super) fn begin(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
    kind: Kind,
) -> Result<String, Failure> {
    let expires = later(now, client.config.auth_session_validity_minutes.saturating_mul(60));
    let challenge = Challenge { kind, progress, client_id: client.id.clone(), expires, spent: false };
    let Simulator { pools, random, .. } = simulator;
    Ok(pools.get_mut(&client.pool_id)?.challenges.begin(challenge, random, now))
}

/// Puts a challenge to the user.
pub(super) fn ask(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
    kind: Kind,
    parameters: Value,
) -> Result<Value, Failure> {
    let name = kind.name();
    let session = begin(simulator, now, client, progress, kind)?;
    Ok(json!({ "ChallengeName": name, "ChallengeParameters": parameters, "Session": session }))
}

/// Ends a session: it was answered, or is gone with its answer.
pub(super) fn spend(simulator: &mut Simulator, client: &Client, session: &str) -> Result<(), Failure> {
    simulator.pools.get_mut(&client.pool_id)?.challenges.spend(session);
    Ok(())
}

/// Gives the refusal of a wrong code, after which the session stays good or does not, as the pool has it.
pub(super) fn mismatch(simulator: &mut Simulator, client: &Client, session: &str, failure: Failure) -> Failure {
    let Ok(pool) = simulator.pools.get_mut(&client.pool_id) else { return failure };
    if !pool.config.challenge_session_survives_mismatch {
        pool.challenges.spend(session);
    }
    failure
}

/// An answer whose session is good for it. What it says is not judged yet.
pub(crate) struct Answer<'request> {
    pub(super) now: Timestamp,
    pub(super) client: &'request Client,
    pub(super) responses: &'request Parameters,
    session: &'request str,
    pub(super) progress: Progress,
}

/// Finds what an answer is an answer to. Nothing that is wrong up to here spends the session.
pub(super) fn open<'request>(
    simulator: &Simulator,
    now: Timestamp,
    client: &'request Client,
    name: &str,
    session: Option<&'request str>,
    responses: &'request Parameters,
) -> Result<(Answer<'request>, Kind), Failure> {
    let username = responses.required("USERNAME")?;
    secret_hash::check(client, username, responses.optional("SECRET_HASH"))?;
    let session = session.ok_or_else(|| Failure::missing_parameter("Session"))?;
    let pool = simulator.pools.get(&client.pool_id)?;
    let challenge = pool.challenges.get(session).filter(|challenge| {
        challenge.client_id == client.id && challenge.kind.name() == name && challenge.progress.is_of(pool, username)
    });
    let challenge = challenge.ok_or_else(unknown_session)?;
    challenge.check_open(now)?;
    let mut progress = challenge.progress.clone();
    device::take_key(pool, &mut progress, responses.device_key())?;
    Ok((Answer { now, client, responses, session, progress }, challenge.kind.clone()))
}

impl Answer<'_> {
    /// The answer was right: its session is spent, and the sign-in goes on.
    pub(super) fn accept(self, simulator: &mut Simulator) -> Result<Value, Failure> {
        self.spend(simulator)?;
        go_on(simulator, self.now, self.client, self.progress)
    }

    /// The answer leads to a further challenge.
    pub(super) fn ask(self, simulator: &mut Simulator, kind: Kind, parameters: Value) -> Result<Value, Failure> {
        self.spend(simulator)?;
        ask(simulator, self.now, self.client, self.progress, kind, parameters)
    }

    pub(super) fn spend(&self, simulator: &mut Simulator) -> Result<(), Failure> {
        spend(simulator, self.client, self.session)
    }

    /// The answer was a wrong code.
    pub(super) fn mismatch(&self, simulator: &mut Simulator, failure: Failure) -> Failure {
        mismatch(simulator, self.client, self.session, failure)
    }
}
