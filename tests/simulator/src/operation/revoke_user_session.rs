//! RevokeUserSession: ends another sign-in of the signed-in user.
//!
//! The simulator has no SSO sessions that could be linked, so `RevokeAssociatedSessions` has no effect.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, SESSION_ID, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RevokeUserSession {
    access_token: Option<String>,
    session_id: Option<String>,
    revoke_associated_sessions: Option<String>,
}

impl Operation for RevokeUserSession {
    const NAME: &'static str = "RevokeUserSession";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let session_id = checks.required("sessionId", self.session_id, &SESSION_ID);
        let associated = self.revoke_associated_sessions.unwrap_or_else(|| "NONE".to_owned());
        checks.one_of("revokeAssociatedSessions", Some(associated), &["NONE", "LINKED"]);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let sessions = simulator.tokens.sessions(&bearer.pool_id, &bearer.sub, now);
        let found = sessions.into_iter().find(|(_, family)| family.session_id == session_id);
        let id = found.map(|(id, _)| id.to_owned()).ok_or_else(|| Failure::not_found("Session does not exist."))?;
        if id == bearer.family {
            return Err(Failure::invalid_parameter("The current session cannot be revoked."));
        }
        if let Some(family) = simulator.tokens.family_mut(&id) {
            family.revoked = true;
        }
        Ok(json!({}))
    }
}
