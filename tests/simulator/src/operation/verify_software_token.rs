//! VerifySoftwareToken: checks the first code of an authenticator app, which completes the app's set-up.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use super::associate_software_token::{TokenOrSession, token_or_session};
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::mfa::WRONG_CODE;
use crate::sign_in::mfa_setup;
use crate::simulator::Simulator;
use crate::validation::{Checks, SESSION, STRING, TOKEN, USER_CODE};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VerifySoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
    user_code: Option<String>,
    friendly_device_name: Option<String>,
}

impl Operation for VerifySoftwareToken {
    const NAME: &'static str = "VerifySoftwareToken";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.optional("accessToken", self.access_token, &TOKEN);
        let session = checks.optional("session", self.session, &SESSION);
        let code = checks.required("userCode", self.user_code, &USER_CODE);
        let name = checks.optional("friendlyDeviceName", self.friendly_device_name, &STRING);
        checks.finish()?;
        let token = match token_or_session(token, session)? {
            TokenOrSession::Token(token) => token,
            TokenOrSession::Session(session) => return mfa_setup::verify(simulator, now, &session, &code, name),
        };
        let bearer = bearer(simulator, &token, now)?;
        let reports_error = simulator.pools.get(&bearer.pool_id)?.config.software_token_status_error;
        match bearer.user_mut(&mut simulator.pools)?.mfa.verify(name, &code, now) {
            Ok(()) => Ok(json!({ "Status": "SUCCESS" })),
            Err(failure) if reports_error && failure.name() == WRONG_CODE => Ok(json!({ "Status": "ERROR" })),
            Err(failure) => Err(failure),
        }
    }
}
