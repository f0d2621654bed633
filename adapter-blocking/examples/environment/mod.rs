//! Reads the user pool and the app client from environment variables.

use std::env;
use std::error::Error;

use cognito_blocking::secret::ClientSecret;
use cognito_blocking::{AppClient, Endpoint, UserPoolId};

/// Returns the value of an environment variable, or `None` if the variable is unset or empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the app client that COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID name, or `None` if both variables
/// are unset. COGNITO_CLIENT_SECRET and COGNITO_ENDPOINT are optional.
pub(crate) fn app_client() -> Result<Option<AppClient>, Box<dyn Error>> {
    let (user_pool_id, client_id) = match (variable("COGNITO_USER_POOL_ID"), variable("COGNITO_CLIENT_ID")) {
        (None, None) => return Ok(None),
        (Some(user_pool_id), Some(client_id)) => (user_pool_id, client_id),
        _ => return Err("set both COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID, or neither".into()),
    };
    let mut app_client = AppClient::new(UserPoolId::new(user_pool_id)?, client_id)?;
    if let Some(secret) = variable("COGNITO_CLIENT_SECRET") {
        app_client = app_client.with_secret(ClientSecret::from(secret));
    }
    if let Some(url) = variable("COGNITO_ENDPOINT") {
        app_client = app_client.with_endpoint(Endpoint::custom(&url)?);
    }
    Ok(Some(app_client))
}
