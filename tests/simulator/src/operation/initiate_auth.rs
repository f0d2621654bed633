//! InitiateAuth: starts a sign-in, or refreshes tokens.

use alloc::collections::BTreeMap;

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::failure::Failure;
use crate::sign_in::{Parameters, custom, password, refresh, srp};
use crate::simulator::Simulator;
use crate::validation::{CLIENT_ID, Checks};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InitiateAuth {
    auth_flow: Option<String>,
    client_id: Option<String>,
    auth_parameters: Option<BTreeMap<String, Option<String>>>,
}

const AUTH_FLOWS: [&str; 8] = [
    "USER_SRP_AUTH",
    "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN",
    "CUSTOM_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_AUTH",
];

impl Operation for InitiateAuth {
    const NAME: &'static str = "InitiateAuth";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let flow = checks.one_of("authFlow", self.auth_flow, &AUTH_FLOWS);
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        if flow.starts_with("ADMIN_") {
            return Err(Failure::invalid_parameter("Initiate Auth method not supported."));
        }
        let flow = if flow == "REFRESH_TOKEN" { "REFRESH_TOKEN_AUTH" } else { &flow };
        client.check_flow(flow)?;
        let parameters = Parameters::new(self.auth_parameters);
        match flow {
            "USER_SRP_AUTH" => srp::begin(simulator, now, &client, &parameters, None),
            "USER_PASSWORD_AUTH" => password::begin(simulator, now, &client, &parameters),
            "CUSTOM_AUTH" => custom::begin(simulator, now, &client, &parameters),
            "REFRESH_TOKEN_AUTH" => refresh::begin(simulator, now, &client, &parameters),
            _ => Err(Failure::not_simulated(&format!("the flow {flow}"))),
        }
    }
}
