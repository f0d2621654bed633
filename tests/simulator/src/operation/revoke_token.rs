//! RevokeToken: revokes a refresh token, and the access tokens that came from it.

use cognito_core::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operation;
use crate::failure::Failure;
use crate::simulator::Simulator;
use crate::tokens::Kind;
use crate::validation::{CLIENT_ID, CLIENT_SECRET, Checks, TOKEN};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RevokeToken {
    token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl Operation for RevokeToken {
    const NAME: &'static str = "RevokeToken";

    fn run(self, simulator: &mut Simulator, _: Timestamp) -> Result<Value, Failure> {
        let mut checks = Checks::default();
        let token = checks.required("token", self.token, &TOKEN);
        let client_id = checks.required("clientId", self.client_id, &CLIENT_ID);
        let secret = checks.optional("clientSecret", self.client_secret, &CLIENT_SECRET);
        checks.finish()?;
        let client = simulator.client(&client_id)?;
        if client.secret != secret {
            return Err(unauthorized("Invalid client secret"));
        }
        if !client.config.enable_token_revocation {
            return Err(Failure::new("UnsupportedOperationException", "Revocation is not enabled for this client"));
        }
        // RFC 7009, section 2.2: the response for an unknown token is a success.
        let Some((kind, family)) = simulator.tokens.issued_mut(&token) else { return Ok(json!({})) };
        if kind != Kind::Refresh {
            return Err(Failure::new("UnsupportedTokenTypeException", "Unsupported token type"));
        }
        if family.client_id != client.id {
            return Err(unauthorized("Token was not issued to this client"));
        }
        family.revoked = true;
        Ok(json!({}))
    }
}

fn unauthorized(text: &str) -> Failure {
    Failure::new("UnauthorizedException", text)
}
