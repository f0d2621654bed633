//! GetUserAuthFactors: lists the factors with which the signed-in user can sign in.
//!
//! A code by e-mail or text message is listed if the user has enabled that second factor.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::mfa::MfaFactor;
use crate::simulator::Simulator;
use crate::user::User;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetUserAuthFactors {
    access_token: Option<String>,
}

impl Operation for GetUserAuthFactors {
    const NAME: &'static str = "GetUserAuthFactors";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let user = bearer.user(simulator.pools.get(&bearer.pool_id)?)?;
        let mut answer = json!({ "Username": user.username, "ConfiguredUserAuthFactors": factors(user) });
        user.mfa.describe(&mut answer);
        Ok(answer)
    }
}

fn factors(user: &User) -> Vec<&'static str> {
    let factors = [
        ("PASSWORD", user.verifier.is_some()),
        ("EMAIL_OTP", user.mfa.is_enabled(MfaFactor::Email)),
        ("SMS_OTP", user.mfa.is_enabled(MfaFactor::Sms)),
        ("WEB_AUTHN", !user.passkeys.credentials.is_empty()),
        ("SOFTWARE_TOKEN", user.mfa.software_token.is_some()),
    ];
    factors.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}
