//! AssociateSoftwareToken: gives the signed-in user a secret for an authenticator app.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::mfa::MfaFactor;
use crate::simulator::Simulator;
use crate::totp::Secret;
use crate::validation::{Checks, SESSION, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AssociateSoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
}

impl Operation for AssociateSoftwareToken {
    const NAME: &'static str = "AssociateSoftwareToken";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.optional("accessToken", self.access_token, &TOKEN);
        let session = checks.optional("session", self.session, &SESSION);
        checks.finish()?;
        let token = one_of(token, session.as_deref())?;
        let bearer = bearer(simulator, &token, now)?;
        let Simulator { pools, random, .. } = simulator;
        if !pools.get(&bearer.pool_id)?.config.mfa_factors.contains(&MfaFactor::SoftwareToken) {
            let text = "Software Token MFA has not been enabled by the userpool";
            return Err(Failure::new("SoftwareTokenMFANotFoundException", text));
        }
        let secret = Secret::new(random.bytes());
        let code = secret.base32();
        // The older secret, if it was verified, stays in use until this one is.
        bearer.user_mut(pools)?.mfa.pending = Some(secret);
        Ok(json!({ "SecretCode": code }))
    }
}

/// The access token, which comes alone; the form with the session of a challenge is not simulated.
pub(super) fn one_of(token: Option<String>, session: Option<&str>) -> Result<String, Failure> {
    match (token, session) {
        (Some(token), None) => Ok(token),
        (None, Some(_)) => Err(Failure::not_simulated("the set-up of a software token during sign-in")),
        (Some(_), Some(_)) => Err(Failure::invalid_parameter("Only one of AccessToken and Session can be given.")),
        (None, None) => Err(Failure::missing_parameter("AccessToken")),
    }
}
