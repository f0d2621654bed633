//! SECRET_HASH, which an app client with a secret sends together with a user name.

use crate::client::Client;
use crate::crypto::{base64, hmac_sha256};
use crate::failure::Failure;

/// Checks the secret hash for a user name. An app client without a secret must not send a secret hash.
pub(crate) fn check(client: &Client, username: &str, received: Option<&str>) -> Result<(), Failure> {
    let id = &client.id;
    match (&client.secret, received) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(Failure::not_authorized(format!(
            "Client {id} is configured with secret but SECRET_HASH was not received"
        ))),
        (Some(secret), Some(received)) if received == secret_hash(secret, username, id) => Ok(()),
        (None, Some(_)) => {
            let text = format!("App client {id} is not configured for secret but secret hash was received");
            Err(Failure::invalid_parameter(text))
        }
        (Some(_), Some(_)) => Err(Failure::not_authorized(format!("Unable to verify secret hash for client {id}"))),
    }
}

/// Returns SECRET_HASH, which is `base64(HMAC-SHA256(client secret, user name | client id))`.
#[must_use]
pub fn secret_hash(secret: &str, username: &str, client_id: &str) -> String {
    base64(&hmac_sha256(secret.as_bytes(), &[username.as_bytes(), client_id.as_bytes()]))
}
