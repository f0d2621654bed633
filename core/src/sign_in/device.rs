//! DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER: a remembered device authenticates with its password over
//! SRP.

use super::srp::{VerifierChallenge, ephemeral_key};
use crate::device::DeviceRecord;
use crate::error::{Error, InvalidInput};
use crate::operation::{ChallengeName, Parameters, RespondToAuthChallenge};
use crate::secret::ChallengeSession;
use crate::seed::Seed;
use crate::srp::{EphemeralKey, Identity};

/// The data with which the flow answers DEVICE_SRP_AUTH and then DEVICE_PASSWORD_VERIFIER.
#[derive(Debug)]
pub(super) struct DeviceProof {
    record: DeviceRecord,
    key: EphemeralKey,
}

impl DeviceProof {
    pub(super) fn begin(record: DeviceRecord, seed: &Seed) -> Result<Self, InvalidInput> {
        Ok(Self { record, key: ephemeral_key(seed, "device SRP a")? })
    }

    pub(super) fn device_key(&self) -> &str {
        self.record.device_key()
    }

    /// Answers DEVICE_SRP_AUTH.
    pub(super) fn answer_first(&self, username: &str, session: Option<ChallengeSession>) -> RespondToAuthChallenge {
        let responses = Parameters::from_iter([("USERNAME", username), ("SRP_A", &self.key.srp_a())]);
        let mut operation = RespondToAuthChallenge::new(ChallengeName::DeviceSrpAuth, responses);
        operation.session = session;
        operation
    }

    /// Answers DEVICE_PASSWORD_VERIFIER.
    pub(super) fn answer(&self, challenge: &VerifierChallenge<'_>) -> Result<RespondToAuthChallenge, Error> {
        let (pool, user) = (self.record.device_group_key(), self.record.device_key());
        let identity = Identity { pool, user, password: self.record.password().expose() };
        challenge.answer(ChallengeName::DevicePasswordVerifier, identity, &self.key)
    }
}
