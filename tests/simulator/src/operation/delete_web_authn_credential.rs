//! DeleteWebAuthnCredential: removes a passkey of the signed-in user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, STRING, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteWebAuthnCredential {
    access_token: Option<String>,
    credential_id: Option<String>,
}

impl Operation for DeleteWebAuthnCredential {
    const NAME: &'static str = "DeleteWebAuthnCredential";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let id = checks.required("credentialId", self.credential_id, &STRING);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let credentials = &mut bearer.user_mut(&mut simulator.pools)?.passkeys.credentials;
        let before = credentials.len();
        credentials.retain(|passkey| passkey.id != id);
        if credentials.len() == before {
            return Err(Failure::not_found("WebAuthn credential does not exist."));
        }
        Ok(json!({}))
    }
}
