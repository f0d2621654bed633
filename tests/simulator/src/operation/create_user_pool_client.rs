//! CreateUserPoolClient: creates an app client.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::client_settings::ClientSettings;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::validation::{Checks, NAME, POOL_ID};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateUserPoolClient {
    user_pool_id: Option<String>,
    client_name: Option<String>,
    generate_secret: Option<bool>,
    #[serde(flatten)]
    settings: ClientSettings,
}

impl Operation for CreateUserPoolClient {
    const NAME: &'static str = "CreateUserPoolClient";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let pool_id = checks.required("userPoolId", self.user_pool_id, &POOL_ID);
        let name = checks.required("clientName", self.client_name, &NAME);
        self.settings.check(&mut checks);
        checks.finish()?;
        let mut config = self.settings.read(name)?;
        config.generate_secret = self.generate_secret.unwrap_or(false);
        config.check_flows()?;
        Ok(json!({ "UserPoolClient": simulator.add_client(&pool_id, config, now)?.description() }))
    }
}
