//! AssociateSoftwareToken: returns a new secret for a user's authenticator app.
//!
//! The user is signed in, or sets up the app during a sign-in.

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

/// The user's access token, or the `Session` of an MFA_SETUP challenge.
pub(super) enum TokenOrSession {
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
        let token = match token_or_session(token, session)? {
            TokenOrSession::Token(token) => token,
            TokenOrSession::Session(session) => return mfa_setup::associate(simulator, now, &session),
        };
        let bearer = bearer(simulator, &token, now)?;
        let Simulator { pools, random, .. } = simulator;
        check_software_token_enabled(&pools.get(&bearer.pool_id)?.config)?;
        let secret = Secret::new(random.bytes());
        let code = secret.base32();
        // A secret that was verified earlier stays in use until the new secret is verified.
        bearer.user_mut(pools)?.mfa.pending = Some(secret);
        Ok(json!({ "SecretCode": code }))
    }
}

/// Rejects a request with both an access token and a `Session`, or with neither.
pub(super) fn token_or_session(token: Option<String>, session: Option<String>) -> Result<TokenOrSession, Failure> {
    match (token, session) {
        (Some(token), None) => Ok(TokenOrSession::Token(token)),
        (None, Some(session)) => Ok(TokenOrSession::Session(session)),
        (Some(_), Some(_)) => Err(Failure::invalid_parameter("Only one of AccessToken and Session can be given.")),
        (None, None) => Err(Failure::missing_parameter("AccessToken")),
    }
}
