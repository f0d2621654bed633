//! UpdateUserPoolClient: changes an app client.
//!
//! As in the real service, a setting that is absent from the request returns to its default.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::client_settings::ClientSettings;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{CLIENT_ID, Checks, NAME, POOL_ID};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateUserPoolClient {
    user_pool_id: Option<String>,
    client_id: Option<String>,
    client_name: Option<String>,
    #[serde(flatten)]
    settings: ClientSettings,
}

impl Operation for UpdateUserPoolClient {
    const NAME: &'static str = "UpdateUserPoolClient";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let name = checks.optional("clientName", self.client_name, &NAME);
        self.settings.check(&mut checks);
        checks.finish()?;
        simulator.pools.get(&pool_id)?;
        let mut client = simulator.client_of(&pool_id, &client_id)?;
        client.config = self.settings.read(name.unwrap_or(client.config.name))?;
        client.config.check_flows()?;
        client.modified = now.as_unix_seconds();
        simulator.clients.insert(client_id, client.clone());
        Ok(json!({ "UserPoolClient": client.description() }))
    }
}
