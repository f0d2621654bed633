//! ListUserSessions: returns the signed-in user's active sign-ins, in all app clients.
//!
//! Every session has the type TOKEN. The simulator does not know the IP address of a caller, so a session has
//! no address and no location.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::page::page;
use crate::simulator::Simulator;
use crate::validation::{Checks, PAGINATION_KEY, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListUserSessions {
    access_token: Option<String>,
    next_token: Option<String>,
}

impl Operation for ListUserSessions {
    const NAME: &'static str = "ListUserSessions";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let next = checks.optional("nextToken", self.next_token, &PAGINATION_KEY);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let sessions = simulator.tokens.sessions(&bearer.pool_id, &bearer.sub, now).into_iter().map(|(id, family)| {
            json!({
                "SessionId": family.session_id,
                "SessionType": "TOKEN",
                "ClientId": family.client_id,
                "CreateDate": family.auth_time,
                "LastActiveDate": family.last_active,
                "DeviceType": "unknown",
                "IsCurrentSession": id == bearer.family,
            })
        });
        Ok(page(sessions.collect(), 125, next.as_deref())?.answer("Sessions", "NextToken"))
    }
}
