//! Signs in to the user pool that the environment variables name, and prints the lifetime of the access
//! token. The other folders in `weight` contain the same program for other clients.

use std::env::var;
use std::error::Error;

use aws_cognito_srp::{SrpClient, User};
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Region};
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, ChallengeNameType};
use aws_sdk_cognitoidentityprovider::{Client, Config};
use tokio::runtime::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    Builder::new_current_thread().enable_all().build()?.block_on(sign_in())
}

async fn sign_in() -> Result<(), Box<dyn Error>> {
    let (user_pool_id, client_id) = (var("COGNITO_USER_POOL_ID")?, var("COGNITO_CLIENT_ID")?);
    let region = user_pool_id.split('_').next().unwrap_or_default().to_owned();
    let mut config = Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new(region));
    config.set_endpoint_url(var("COGNITO_ENDPOINT").ok());
    let client = Client::from_conf(config.build());
    let user = User::new(&user_pool_id, &var("COGNITO_USERNAME")?, &var("COGNITO_PASSWORD")?);
    let srp = SrpClient::new(user, &client_id, None);

    let parameters = srp.get_auth_parameters();
    let initiated = client
        .initiate_auth()
        .client_id(&client_id)
        .auth_flow(AuthFlowType::UserSrpAuth)
        .auth_parameters("USERNAME", parameters.username)
        .auth_parameters("SRP_A", parameters.a)
        .send()
        .await?;
    let challenge = initiated.challenge_parameters().ok_or("the service has not asked a challenge")?;
    let parameter = |name: &str| challenge.get(name).ok_or(format!("the challenge has no {name}"));
    let user_id = parameter("USER_ID_FOR_SRP")?;
    let claim = srp.verify(parameter("SECRET_BLOCK")?, user_id, parameter("SALT")?, parameter("SRP_B")?)?;

    let completed = client
        .respond_to_auth_challenge()
        .client_id(&client_id)
        .challenge_name(ChallengeNameType::PasswordVerifier)
        .challenge_responses("USERNAME", user_id)
        .challenge_responses("PASSWORD_CLAIM_SECRET_BLOCK", claim.password_claim_secret_block)
        .challenge_responses("PASSWORD_CLAIM_SIGNATURE", claim.password_claim_signature)
        .challenge_responses("TIMESTAMP", claim.timestamp)
        .send()
        .await?;
    let tokens = completed.authentication_result().ok_or("this program cannot answer a challenge")?;
    println!("{} seconds", tokens.expires_in());
    Ok(())
}
