//! Reads a session that the JavaScript package stored in a file, then uses, refreshes and writes the session.
//!
//! ```text
//! cargo run -p cognito-integration-tests --example web_storage -- \
//!     URL USER_POOL_ID CLIENT_ID FILE
//! ```
//!
//! The file is one JSON object with the keys and values of a browser's local storage.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use cognito_blocking::operation::GetUser;
use cognito_blocking::session::web_storage;
use cognito_blocking::{AppClient, Client, Endpoint, Refresh, UserPoolId};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, user_pool_id, client_id, file] = arguments.as_slice() else {
        return Err("usage: web_storage URL USER_POOL_ID CLIENT_ID FILE".into());
    };
    let app_client = AppClient::new(UserPoolId::new(user_pool_id)?, client_id)?;
    let client = Client::new(app_client.with_endpoint(Endpoint::custom(url)?));

    let mut entries: BTreeMap<String, String> = serde_json::from_str(&fs::read_to_string(file)?)?;
    let get = |key: &str| entries.get(key).cloned();
    let username = web_storage::last_user(client.app_client(), get).ok_or("the file names no signed-in user")?;
    let session =
        web_storage::import(client.app_client(), &username, get).ok_or("the file has no session of the user")?;

    let user = client.call_signed_in(&session, GetUser::new())?;
    println!("{} has {}", user.username, user.attribute("email").unwrap_or("no e-mail address"));
    let renewed = client.run(Refresh::new(client.app_client(), &session, client.seed()?))?.session;
    let exported = web_storage::export(client.app_client(), &renewed);
    entries.extend(exported.into_iter().map(|(key, value)| (key, value.expose().to_owned())));
    fs::write(file, serde_json::to_string(&entries)?)?;
    Ok(())
}
