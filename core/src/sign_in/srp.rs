//! Sign-in by SRP, which proves a password without sending the password. The first request of a flow contains
//! `SRP_A`, and the proof answers PASSWORD_VERIFIER. The module [`device`](super::device) authenticates a
//! device in the same way.

use alloc::format;
use alloc::string::{String, ToString};

use super::request::FirstRequest;
use crate::error::{Error, InvalidInput};
use crate::operation::{
    AuthFlow, ChallengeName, InitiateAuth, InitiateAuthResponse, Parameters, RespondToAuthChallenge,
};
use crate::protocol::Metadata;
use crate::secret::Password;
use crate::seed::Seed;
use crate::srp::{EphemeralKey, Identity};
use crate::timestamp::Timestamp;

/// Creates the request that starts USER_SRP_AUTH.
pub(super) fn initiate(username: &str, password: &Password) -> Result<FirstRequest, InvalidInput> {
    let parameters = Parameters::from_iter([("USERNAME", username)]);
    FirstRequest::from(InitiateAuth::new(AuthFlow::UserSrpAuth, parameters)).proving(password)
}

/// Derives the secret value `a` of SRP from the seed. The secret value has 256 bits, like the seed. RFC 5054
/// recommends at least 256 bits.
pub(super) fn ephemeral_key(seed: &Seed, label: &str) -> Result<EphemeralKey, InvalidInput> {
    EphemeralKey::from_bytes(seed.expand::<32>(label).as_slice())
        .map_err(|_| InvalidInput::new("seed", "cannot be used for SRP, pass a random one"))
}

/// The data with which the flow sends `SRP_A` and then answers PASSWORD_VERIFIER.
#[derive(Debug)]
pub(super) struct PasswordProof {
    password: Password,
    key: EphemeralKey,
}

impl PasswordProof {
    pub(super) fn begin(password: Password, seed: &Seed, label: &str) -> Result<Self, InvalidInput> {
        Ok(Self { password, key: ephemeral_key(seed, label)? })
    }

    pub(super) fn srp_a(&self) -> String {
        self.key.srp_a()
    }

    /// Answers PASSWORD_VERIFIER. The proof contains `USER_ID_FOR_SRP`. This name may differ from the
    /// `USERNAME` in the answer, and from the name that the user typed.
    pub(super) fn answer(
        &self,
        pool: &str,
        challenge: &VerifierChallenge<'_>,
    ) -> Result<RespondToAuthChallenge, Error> {
        let user = challenge.required("USER_ID_FOR_SRP")?;
        let identity = Identity { pool, user, password: self.password.expose() };
        challenge.answer(ChallengeName::PasswordVerifier, identity, &self.key)
    }
}

/// A challenge that asks for a proof: PASSWORD_VERIFIER or DEVICE_PASSWORD_VERIFIER.
pub(super) struct VerifierChallenge<'a> {
    /// The user name that the answer contains as `USERNAME`.
    pub(super) username: &'a str,
    pub(super) response: &'a InitiateAuthResponse,
    pub(super) metadata: &'a Metadata,
    pub(super) now: Timestamp,
}

impl VerifierChallenge<'_> {
    /// Answers the challenge with this user name, and with a proof of the password of `identity`.
    pub(super) fn answer(
        &self,
        name: ChallengeName,
        identity: Identity<'_>,
        key: &EphemeralKey,
    ) -> Result<RespondToAuthChallenge, Error> {
        let secret_block = self.required("SECRET_BLOCK")?;
        // The timestamp must match the service's clock. Therefore, use the `Date` header of the last
        // response.
        let timestamp = self.metadata.date.unwrap_or(self.now).cognito_text();
        let signature = key
            .exchange(identity, self.required("SALT")?, self.required("SRP_B")?)
            .and_then(|exchange| exchange.claim_signature(secret_block, &timestamp))
            .map_err(|error| self.metadata.malformed(error.to_string()))?;
        let responses = Parameters::from_iter([
            ("USERNAME", self.username),
            ("PASSWORD_CLAIM_SECRET_BLOCK", secret_block),
            ("PASSWORD_CLAIM_SIGNATURE", &signature),
            ("TIMESTAMP", &timestamp),
        ]);
        let mut operation = RespondToAuthChallenge::new(name, responses);
        operation.session.clone_from(&self.response.session);
        Ok(operation)
    }

    fn required(&self, name: &str) -> Result<&str, Error> {
        let missing = || self.metadata.malformed(format!("the challenge has no {name}"));
        self.response.challenge_parameters.get(name).ok_or_else(missing)
    }
}
