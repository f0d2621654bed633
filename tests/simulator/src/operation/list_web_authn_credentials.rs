//! ListWebAuthnCredentials: returns the signed-in user's passkeys.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::page::page;
use crate::passkey::Passkey;
use crate::simulator::Simulator;
use crate::validation::{Checks, PAGINATION_KEY, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListWebAuthnCredentials {
    access_token: Option<String>,
    max_results: Option<u64>,
    next_token: Option<String>,
}

impl Operation for ListWebAuthnCredentials {
    const NAME: &'static str = "ListWebAuthnCredentials";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        let next = checks.optional("nextToken", self.next_token, &PAGINATION_KEY);
        let limit = checks.at_most("maxResults", self.max_results, 20);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let user = bearer.user(simulator.pools.get(&bearer.pool_id)?)?;
        let credentials = user.passkeys.credentials.iter().map(Passkey::description).collect();
        Ok(page(credentials, limit, next.as_deref())?.answer("Credentials", "NextToken"))
    }
}
