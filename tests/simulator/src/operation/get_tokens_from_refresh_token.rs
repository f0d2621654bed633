//! GetTokensFromRefreshToken: returns new tokens for a refresh token.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Operation;
use crate::failure::Failure;
use crate::sign_in::refresh;
use crate::simulator::Simulator;
use crate::validation::{CLIENT_ID, CLIENT_SECRET, Checks, DEVICE_KEY, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetTokensFromRefreshToken {
    client_id: Option<String>,
    client_secret: Option<String>,
    refresh_token: Option<String>,
    device_key: Option<String>,
}

impl Operation for GetTokensFromRefreshToken {
    const NAME: &'static str = "GetTokensFromRefreshToken";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let secret = checks.optional("clientSecret", self.client_secret, &CLIENT_SECRET);
        let token = checks.required("refreshToken", self.refresh_token, &TOKEN);
        let device_key = checks.optional("deviceKey", self.device_key, &DEVICE_KEY);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        if client.secret != secret {
            let text = format!("Unable to verify client secret for client {client_id}");
            return Err(Failure::not_authorized(text));
        }
        refresh::renew(simulator, now, &client, &token, device_key.as_deref())
    }
}
