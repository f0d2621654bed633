//! The proofs by SRP, of a password and of a device.

use alloc::format;
use alloc::string::ToString;

use crate::configuration::AppClient;
use crate::device::DeviceRecord;
use crate::error::{Error, InvalidInput};
use crate::operation::{ChallengeName, InitiateAuthResponse, Parameters, RespondToAuthChallenge};
use crate::protocol::Metadata;
use crate::secret::Password;
use crate::seed::Seed;
use crate::srp::{EphemeralKey, Identity};
use crate::timestamp::Timestamp;

/// 256 bits: as much as the seed has, and what RFC 5054 asks for.
pub(super) fn ephemeral_key(seed: &Seed, label: &str) -> Result<EphemeralKey, InvalidInput> {
    EphemeralKey::from_bytes(seed.expand::<32>(label).as_slice())
        .map_err(|_| InvalidInput::new("seed", "gives no secret value for SRP"))
}

/// A challenge that asks for a proof, as it came.
pub(super) struct ProofChallenge<'a> {
    /// What the service calls the user. The answer names the user so.
    pub(super) username: &'a str,
    pub(super) challenge: InitiateAuthResponse,
    pub(super) metadata: &'a Metadata,
    pub(super) now: Timestamp,
}

impl ProofChallenge<'_> {
    /// Answers PASSWORD_VERIFIER. The proof is about USER_ID_FOR_SRP, which may not be what the answer names the user, and
    /// neither is what was typed when that was an alias.
    pub(super) fn prove_password(
        self,
        app_client: &AppClient,
        password: &Password,
        key: &EphemeralKey,
    ) -> Result<RespondToAuthChallenge, Error> {
        let user = self.required("USER_ID_FOR_SRP")?;
        let identity = Identity { pool: app_client.user_pool_id().name(), user, password: password.expose() };
        let responses = self.responses(identity, key)?;
        Ok(self.answer(ChallengeName::PasswordVerifier, responses))
    }

    /// Answers DEVICE_PASSWORD_VERIFIER.
    pub(super) fn prove_device(
        self,
        record: &DeviceRecord,
        key: &EphemeralKey,
    ) -> Result<RespondToAuthChallenge, Error> {
        let (pool, user) = (record.device_group_key(), record.device_key());
        let mut responses = self.responses(Identity { pool, user, password: record.password().expose() }, key)?;
        responses.insert("DEVICE_KEY", user);
        Ok(self.answer(ChallengeName::DevicePasswordVerifier, responses))
    }

    fn responses(&self, identity: Identity<'_>, key: &EphemeralKey) -> Result<Parameters, Error> {
        let secret_block = self.required("SECRET_BLOCK")?;
        // The service's clock counts. It is read when the answer arrives, which is now.
        let timestamp = self.metadata.date.unwrap_or(self.now).cognito_text();
        let signature = key
            .exchange(identity, self.required("SALT")?, self.required("SRP_B")?)
            .and_then(|exchange| exchange.claim_signature(secret_block, &timestamp))
            .map_err(|error| self.metadata.malformed(error.to_string()))?;
        Ok(Parameters::from_iter([
            ("USERNAME", self.username),
            ("PASSWORD_CLAIM_SECRET_BLOCK", secret_block),
            ("PASSWORD_CLAIM_SIGNATURE", &signature),
            ("TIMESTAMP", &timestamp),
        ]))
    }

    fn answer(self, name: ChallengeName, responses: Parameters) -> RespondToAuthChallenge {
        let mut operation = RespondToAuthChallenge::new(name, responses);
        operation.session = self.challenge.session;
        operation
    }

    fn required(&self, name: &str) -> Result<&str, Error> {
        let missing = || self.metadata.malformed(format!("a challenge for a proof without {name}"));
        self.challenge.challenge_parameters.get(name).ok_or_else(missing)
    }
}
