//! Signs a user in on the device that the JavaScript package stored in a file, or on a new device. Then
//! writes the session and the device to the file.
//!
//! ```text
//! cargo run -p cognito-integration-tests --example web_storage_device -- \
//!     URL USER_POOL_ID CLIENT_ID FILE USERNAME PASSWORD
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use cognito_blocking::session::web_storage;
use cognito_blocking::{AppClient, Client, Devices, Endpoint, SignIn, SignInOutcome, UserPoolId};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, user_pool_id, client_id, file, username, password] = arguments.as_slice() else {
        return Err("usage: web_storage_device URL USER_POOL_ID CLIENT_ID FILE USERNAME PASSWORD".into());
    };
    let app_client = AppClient::new(UserPoolId::new(user_pool_id)?, client_id)?;
    let client = Client::new(app_client.with_endpoint(Endpoint::custom(url)?));
    let app_client = client.app_client();

    let mut entries: BTreeMap<String, String> = serde_json::from_str(&fs::read_to_string(file)?)?;
    let record = web_storage::import_device(app_client, username, |key| entries.get(key).cloned());
    let mut devices: Devices = record.into_iter().collect();
    let flow = SignIn::srp(app_client, username, password.as_str(), client.seed()?).with_devices(devices.clone());
    let signed_in = match client.run(flow)? {
        SignInOutcome::SignedIn(signed_in) => signed_in,
        SignInOutcome::Challenge(challenge) => {
            return Err(format!("the service requires the challenge {:?}", challenge.name()).into());
        }
    };
    devices.update(signed_in.session.username(), &signed_in.device);
    println!("signed in on {}", signed_in.session.device_key().unwrap_or("no device"));

    let exported = web_storage::export(app_client, &signed_in.session).into_iter();
    let exported = exported.chain(devices.iter().flat_map(|record| web_storage::export_device(app_client, record)));
    entries.extend(exported.map(|(key, value)| (key, value.expose().to_owned())));
    fs::write(file, serde_json::to_string(&entries)?)?;
    Ok(())
}
