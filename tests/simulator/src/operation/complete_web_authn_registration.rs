//! CompleteWebAuthnRegistration: stores the passkey that a browser created for the signed-in user.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::bearer::bearer;
use crate::failure::Failure;
use crate::passkey;
use crate::simulator::Simulator;
use crate::validation::{Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CompleteWebAuthnRegistration {
    access_token: Option<String>,
    credential: Option<Value>,
}

impl Operation for CompleteWebAuthnRegistration {
    const NAME: &'static str = "CompleteWebAuthnRegistration";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.present("credential", self.credential.is_some());
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let config = simulator.pools.get(&bearer.pool_id)?.config.web_authn.clone();
        let relying_party = passkey::relying_party(config.as_ref())?;
        let user = bearer.user_mut(&mut simulator.pools)?;
        passkey::complete(user, &bearer, relying_party, self.credential.unwrap_or_default(), now)?;
        Ok(json!({}))
    }
}
