//! RespondToAuthChallenge: answers a challenge of a sign-in.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::failure::Failure;
use crate::sign_in::{self, Parameters, srp};
use crate::simulator::Simulator;
use crate::validation::{CLIENT_ID, Checks, SESSION};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RespondToAuthChallenge {
    client_id: Option<String>,
    challenge_name: Option<String>,
    session: Option<String>,
    challenge_responses: Option<BTreeMap<String, Option<String>>>,
}

const CHALLENGE_NAMES: [&str; 16] = [
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "PASSWORD_VERIFIER",
    "CUSTOM_CHALLENGE",
    "SELECT_CHALLENGE",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
    "ADMIN_NO_SRP_AUTH",
    "NEW_PASSWORD_REQUIRED",
    "SMS_OTP",
    "PASSWORD",
    "WEB_AUTHN",
    "PASSWORD_SRP",
];

impl Operation for RespondToAuthChallenge {
    const NAME: &'static str = "RespondToAuthChallenge";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let name = checks.one_of("challengeName", self.challenge_name, &CHALLENGE_NAMES);
        let session = checks.optional("session", self.session, &SESSION);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        let responses = Parameters::new(self.challenge_responses);
        match name.as_str() {
            "PASSWORD_VERIFIER" => srp::answer(simulator, now, &client, &responses),
            _ => sign_in::answer(simulator, now, &client, &name, session.as_deref(), &responses),
        }
    }
}
