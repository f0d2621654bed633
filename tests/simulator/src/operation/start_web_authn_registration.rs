//! StartWebAuthnRegistration: returns the options that a browser needs to create a passkey.

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
pub(crate) struct StartWebAuthnRegistration {
    access_token: Option<String>,
}

impl Operation for StartWebAuthnRegistration {
    const NAME: &'static str = "StartWebAuthnRegistration";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("accessToken", self.access_token, &TOKEN);
        checks.finish()?;
        let bearer = bearer(simulator, &token, now)?;
        let Simulator { pools, random, .. } = simulator;
        let config = pools.get(&bearer.pool_id)?.config.web_authn.clone();
        passkey::relying_party(config.as_ref())?;
        let config = config.unwrap_or_default();
        let options = passkey::begin(bearer.user_mut(pools)?, &bearer, &config, random, now)?;
        Ok(json!({ "CredentialCreationOptions": options }))
    }
}
