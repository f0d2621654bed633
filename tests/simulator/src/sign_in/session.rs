//! Challenge sessions: the state that the simulator keeps for the `Session` of a challenge.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde_json::{Value, json};

use super::mfa_setup::SetUp;
use super::second_factor::SentCode;
use super::{Parameters, Progress, device, later, proceed};
use crate::client::Client;
use crate::crypto::base64_url;
use crate::failure::Failure;
use crate::mfa::MfaFactor;
use crate::random::Random;
use crate::secret_hash;
use crate::simulator::Simulator;

/// The time for which an expired session is kept, in seconds.
///
/// While an expired session is kept, the error for a late answer says that the session is expired.
/// Afterwards, the error says only that the session is invalid.
const KEEP_EXPIRED_SECONDS: u64 = 3_600;

/// The open, used and expired challenges of a pool, by their `Session`.
#[derive(Default)]
pub(crate) struct ChallengeSessions(BTreeMap<String, Challenge>);

/// A challenge, and the user and the app client that must answer it.
#[derive(Clone)]
pub(crate) struct Challenge {
    pub(super) kind: Kind,
    pub(super) progress: Progress,
    pub(super) client_id: String,
    expires: Timestamp,
    used: bool,
}

/// The kind of a challenge, with the data needed to check the answer.
#[derive(Clone)]
pub(crate) enum Kind {
    NewPassword,
    /// A CUSTOM_CHALLENGE with the number of its round.
    Round(usize),
    SelectMfaType(Vec<MfaFactor>),
    Code(SentCode),
    SoftwareToken,
    MfaSetup(SetUp),
    /// A DEVICE_SRP_AUTH challenge with the key of the device.
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
        self.0.retain(|_, challenge| now < later(challenge.expires, KEEP_EXPIRED_SECONDS));
        let session = format!("AYABe{}", base64_url(&random.bytes::<192>()));
        self.0.insert(session.clone(), challenge);
        session
    }

    pub(crate) fn get(&self, session: &str) -> Option<&Challenge> {
        self.0.get(session)
    }

    fn mark_used(&mut self, session: &str) {
        if let Some(challenge) = self.0.get_mut(session) {
            challenge.used = true;
        }
    }
}

impl Challenge {
    /// Rejects a session that is used or expired.
    pub(super) fn check_open(&self, now: Timestamp) -> Result<(), Failure> {
        if self.used {
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

/// Stores a new challenge, and returns its `Session`.
pub(super) fn begin(
    simulator: &mut Simulator,
    now: Timestamp,
    client: &Client,
    progress: Progress,
    kind: Kind,
) -> Result<String, Failure> {
    let expires = later(now, client.config.auth_session_validity_minutes.saturating_mul(60));
    let challenge = Challenge { kind, progress, client_id: client.id.clone(), expires, used: false };
    let Simulator { pools, random, .. } = simulator;
    Ok(pools.get_mut(&client.pool_id)?.challenges.begin(challenge, random, now))
}

/// Stores a new challenge, and returns the response that sends the challenge to the client.
pub(super) fn send_challenge(
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

/// Marks a session as used, so that it cannot be used again.
pub(super) fn mark_used(simulator: &mut Simulator, client: &Client, session: &str) -> Result<(), Failure> {
    simulator.pools.get_mut(&client.pool_id)?.challenges.mark_used(session);
    Ok(())
}

/// Returns the error for a wrong code, and marks the session as used if the pool's settings say so.
pub(super) fn reject_code(simulator: &mut Simulator, client: &Client, session: &str, failure: Failure) -> Failure {
    let Ok(pool) = simulator.pools.get_mut(&client.pool_id) else { return failure };
    if !pool.config.challenge_session_survives_mismatch {
        pool.challenges.mark_used(session);
    }
    failure
}

/// An answer to an open challenge, whose content is not checked yet.
pub(crate) struct Answer<'request> {
    pub(super) now: Timestamp,
    pub(super) client: &'request Client,
    pub(super) responses: &'request Parameters,
    session: &'request str,
    pub(super) progress: Progress,
}

/// Finds the challenge of an answer. If this function fails, the challenge can still be answered.
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
        challenge.client_id == client.id && challenge.kind.name() == name && challenge.progress.is_user(pool, username)
    });
    let challenge = challenge.ok_or_else(unknown_session)?;
    challenge.check_open(now)?;
    let mut progress = challenge.progress.clone();
    device::take_key(pool, &mut progress, responses.device_key())?;
    Ok((Answer { now, client, responses, session, progress }, challenge.kind.clone()))
}

impl Answer<'_> {
    /// Continues the sign-in after a right answer, and marks the challenge's session as used.
    pub(super) fn accept(self, simulator: &mut Simulator) -> Result<Value, Failure> {
        self.mark_used(simulator)?;
        proceed(simulator, self.now, self.client, self.progress)
    }

    /// Sends another challenge after a right answer, and marks the session as used.
    pub(super) fn ask(self, simulator: &mut Simulator, kind: Kind, parameters: Value) -> Result<Value, Failure> {
        self.mark_used(simulator)?;
        send_challenge(simulator, self.now, self.client, self.progress, kind, parameters)
    }

    /// Marks the session of the answer as used.
    pub(super) fn mark_used(&self, simulator: &mut Simulator) -> Result<(), Failure> {
        mark_used(simulator, self.client, self.session)
    }

    /// Returns the error for an answer with a wrong code.
    pub(super) fn reject_code(&self, simulator: &mut Simulator, failure: Failure) -> Failure {
        reject_code(simulator, self.client, self.session, failure)
    }
}
