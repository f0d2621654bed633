//! Refreshes a stored session, as one of several processes that share its file.
//!
//! ```text
//! cargo run -p cognito-testkit --example refresh_session -- URL USER_POOL_ID CLIENT_ID CLIENT_SECRET FILE USERNAME
//! ```

use std::error::Error;

use cognito_blocking::{AppClient, Client, Endpoint, FileStore, Sessions, UserPoolId};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, user_pool_id, client_id, client_secret, file, username] = arguments.as_slice() else {
        return Err("usage: refresh_session URL USER_POOL_ID CLIENT_ID CLIENT_SECRET FILE USERNAME".into());
    };
    let app_client = AppClient::new(UserPoolId::new(user_pool_id)?, client_id)?.with_secret(client_secret.as_str());
    let client = Client::new(app_client.with_endpoint(Endpoint::custom(url)?));
    let kept = Sessions::new(client, FileStore::new(file)).user(username).refresh()?;
    match kept.save_error {
        Some(error) => Err(error.to_string().into()),
        None => Ok(()),
    }
}
