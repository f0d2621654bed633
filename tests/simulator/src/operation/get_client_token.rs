//! GetClientToken: returns an access token for an app client itself, with scopes of the app client.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::client::{Client, ExplicitAuthFlow};
use crate::failure::Failure;
use crate::jwt;
use crate::simulator::Simulator;
use crate::validation::{CLIENT_ID, CLIENT_SECRET, Checks};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetClientToken {
    client_id: Option<String>,
    secret: Option<String>,
    scopes: Option<Vec<String>>,
}

impl Operation for GetClientToken {
    const NAME: &'static str = "GetClientToken";

    fn run(self, simulator: &mut Simulator, now: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let secret = checks.required("secret", self.secret, &CLIENT_SECRET);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        if client.secret.as_ref() != Some(&secret) {
            let text = format!("Unable to verify client secret for client {client_id}");
            return Err(Failure::not_authorized(text));
        }
        if !client.config.explicit_auth_flows.contains(&ExplicitAuthFlow::AllowClientTokenAuth) {
            return Err(Failure::invalid_parameter("ALLOW_CLIENT_TOKEN_AUTH flow not enabled for this client"));
        }
        let scopes = self.scopes.unwrap_or_else(|| client.config.scopes.clone());
        if scopes.is_empty() || !scopes.iter().all(|scope| client.config.scopes.contains(scope)) {
            return Err(Failure::invalid_parameter("Invalid scope requested."));
        }
        let token = token(simulator, &client, &scopes, now)?;
        let seconds = client.config.access_token_validity.seconds();
        let result = json!({ "AccessToken": token, "ExpiresIn": seconds, "TokenType": "Bearer" });
        Ok(json!({ "ClientAuthenticationResult": result }))
    }
}

fn token(simulator: &mut Simulator, client: &Client, scopes: &[String], now: Timestamp) -> Result<String, Failure> {
    let issued = now.as_unix_seconds();
    jwt::sign(&json!({
        "sub": client.id,
        "token_use": "access",
        "scope": scopes.join(" "),
        "auth_time": issued,
        "iss": simulator.pools.get(&client.pool_id)?.issuer(),
        "exp": issued.saturating_add(client.config.access_token_validity.seconds()),
        "iat": issued,
        "version": 2,
        "jti": simulator.random.uuid(),
        "client_id": client.id,
    }))
}
