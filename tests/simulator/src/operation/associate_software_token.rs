//! AssociateSoftwareToken: gives a user a secret for an authenticator app, signed in or in the middle of it.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::mfa::check_software_token_enabled;
use crate::sign_in::mfa_setup;
use crate::simulator::Simulator;
use crate::totp::Secret;
use crate::validation::{Checks, SESSION, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AssociateSoftwareToken {
    access_token: Option<String>,
    session: Option<String>,
}

/// What says who the user is: one of the two, and not both.
pub(super) enum Bearing {
    Token(String),
    Session(String),
}

impl Operation for AssociateSoftwareToken {
    const NAME: &'static str = "AssociateSoftwareToken";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.optional("accessToken", self.access_token, &TOKEN);
        let session = checks.optional("session", self.session, &SESSION);
        checks.finish()?;
        let token = match one_of(token, session)? {
            Bearing::Token(token) => token,
            Bearing::Session(session) => return mfa_setup::associate(simulator, now, &session),
        };
        let bearer = bearer(simulator, &token, now)?;
        let Simulator { pools, random, .. } = simulator;
        check_software_token_enabled(&pools.get(&bearer.pool_id)?.config)?;
        let secret = Secret::new(random.bytes());
        let code = secret.base32();
        // The older secret, if it was verified, stays in use until this one is.
        bearer.user_mut(pools)?.mfa.pending = Some(secret);
        Ok(json!({ "SecretCode": code }))
    }
}

pub(super) fn one_of(token: Option<String>, session: Option<String>) -> Result<Bearing, Failure> {
    match (token, session) {
        (Some(token), None) => Ok(Bearing::Token(token)),
        (None, Some(session)) => Ok(Bearing::Session(session)),
        (Some(_), Some(_)) => Err(Failure::invalid_parameter("Only one of AccessToken and Session can be given.")),
        (None, None) => Err(Failure::missing_parameter("AccessToken")),
    }
}
