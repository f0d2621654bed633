//! VerifySoftwareToken: takes the first code of an authenticator app, and so has the user's software token set up.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use super::associate_software_token::one_of;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, SESSION, TOKEN, USER_CODE};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VerifySoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
    user_code: Option<String>,
}

impl Operation for VerifySoftwareToken {
    const NAME: &'static str = "VerifySoftwareToken";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.optional("accessToken", self.access_token, &TOKEN);
        let session = checks.optional("session", self.session, &SESSION);
        let code = checks.required("userCode", self.user_code, &USER_CODE);
        checks.finish()?;
        let token = one_of(token, session.as_deref())?;
        let bearer = bearer(simulator, &token, now)?;
        let mfa = &mut bearer.user_mut(&mut simulator.pools)?.mfa;
        let Some(secret) = mfa.pending.clone().or_else(|| mfa.software_token.clone()) else {
            let text = "Software Token MFA does not exist for the user.";
            return Err(Failure::new("SoftwareTokenMFANotFoundException", text));
        };
        if !secret.accepts(&code, now) {
            let text = "Code mismatch and fail enable Software Token MFA";
            return Err(Failure::new("EnableSoftwareTokenMFAException", text));
        }
        mfa.software_token = Some(secret);
        mfa.pending = None;
        Ok(json!({ "Status": "SUCCESS" }))
    }
}
