//! Signs in to the user pool that the environment variables name, and prints the lifetime of the access
//! token. The other folders in `weight` contain the same program for other clients.

use std::env::var;
use std::error::Error;

use cognito_blocking::{AppClient, Client, Endpoint, SignIn, SignInOutcome, UserPoolId};

fn main() -> Result<(), Box<dyn Error>> {
    let user_pool_id = UserPoolId::new(var("COGNITO_USER_POOL_ID")?)?;
    let mut app_client = AppClient::new(user_pool_id, var("COGNITO_CLIENT_ID")?)?;
    if let Ok(url) = var("COGNITO_ENDPOINT") {
        app_client = app_client.with_endpoint(Endpoint::custom(&url)?);
    }
    let client = Client::new(app_client);
    let flow = SignIn::srp(client.app_client(), var("COGNITO_USERNAME")?, var("COGNITO_PASSWORD")?, client.seed()?);
    let SignInOutcome::SignedIn(signed_in) = client.run(flow)? else {
        return Err("this program cannot answer a challenge".into());
    };
    println!("{} seconds", signed_in.session.tokens().expires_in.ok_or("the access token has no lifetime")?);
    Ok(())
}
