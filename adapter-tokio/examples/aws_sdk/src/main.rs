//! Signs the requests of an AWS SDK client with the credentials of a Cognito sign-in. The example asks AWS
//! for the identity of the caller, first as a guest and then as a user. By default it uses a simulated
//! service:
//!
//! ```text
//! cargo run --manifest-path adapter-tokio/examples/aws_sdk/Cargo.toml
//! ```
//!
//! To use your own pools, set COGNITO_USER_POOL_ID, COGNITO_CLIENT_ID, COGNITO_IDENTITY_POOL_ID,
//! COGNITO_USERNAME and COGNITO_PASSWORD. COGNITO_ENDPOINT, COGNITO_IDENTITY_ENDPOINT and AWS_ENDPOINT_URL
//! are optional.

use std::env;
use std::error::Error;
use std::sync::Arc;

use aws_sdk_sts::config::Region;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use cognito_testkit::{Config, Server};
use cognito_tokio::{
    AppClient, Client, CredentialsProvider, Endpoint, IdentityPool, IdentityPoolClient, IdentityPoolId, MemoryStore,
    Sessions, SignIn, SignInOutcome, UserPoolId,
};

/// The pools, the endpoint of AWS and the user of this example.
struct Place {
    app_client: AppClient,
    identity_pool: IdentityPool,
    /// The URL of the Security Token Service, if it is not the URL of AWS.
    aws_endpoint: Option<String>,
    username: String,
    password: String,
    /// The simulated service, which runs until this value is dropped.
    _simulated: Option<Server>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let place = match variable("COGNITO_IDENTITY_POOL_ID") {
        Some(identity_pool_id) => place_from_environment(identity_pool_id)?,
        None => simulated_place()?,
    };
    let client = Client::new(place.app_client.clone());
    let identity_pool_client = IdentityPoolClient::with_transport_of(&client, place.identity_pool.clone());
    let store = Arc::new(MemoryStore::new());

    // First, as a guest.
    let guest = CredentialsProvider::for_guest(identity_pool_client.clone(), Arc::clone(&store));
    print_caller(&place, "guest", guest).await?;

    // Then, as a user. The user keeps the identity of the guest.
    let flow = SignIn::srp(client.app_client(), &*place.username, &*place.password, client.seed()?);
    let SignInOutcome::SignedIn(signed_in) = client.run(flow).await? else {
        return Err("this example cannot answer a challenge".into());
    };
    let session = Sessions::new(client, Arc::clone(&store)).save(&signed_in).await?;
    let user = CredentialsProvider::for_session(identity_pool_client, store, session);
    print_caller(&place, "user", user).await
}

/// Calls GetCallerIdentity of the Security Token Service with a client of the AWS SDK.
async fn print_caller(
    place: &Place,
    what: &str,
    provider: CredentialsProvider,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    println!("{what}: the identity {}", provider.get().await?.credentials.identity_id);
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut config = aws_sdk_sts::Config::builder()
        .region(Region::new(place.identity_pool.id().region().to_owned()))
        .http_client(http)
        .credentials_provider(provider);
    config.set_endpoint_url(place.aws_endpoint.clone());
    let caller = aws_sdk_sts::Client::from_conf(config.build()).get_caller_identity().send().await?;
    println!("{what}: AWS says {}", caller.arn().unwrap_or("nothing"));
    Ok(())
}

fn place_from_environment(identity_pool_id: String) -> Result<Place, Box<dyn Error + Send + Sync>> {
    let required = |name: &str| variable(name).ok_or(format!("set {name}"));
    let user_pool_id = UserPoolId::new(required("COGNITO_USER_POOL_ID")?)?;
    let mut app_client = AppClient::new(user_pool_id, required("COGNITO_CLIENT_ID")?)?;
    if let Some(url) = variable("COGNITO_ENDPOINT") {
        app_client = app_client.with_endpoint(Endpoint::custom(&url)?);
    }
    let mut identity_pool = IdentityPool::new(IdentityPoolId::new(identity_pool_id)?)?;
    if let Some(url) = variable("COGNITO_IDENTITY_ENDPOINT") {
        identity_pool = identity_pool.with_endpoint(Endpoint::custom(&url)?);
    }
    Ok(Place {
        app_client,
        identity_pool,
        aws_endpoint: variable("AWS_ENDPOINT_URL"),
        username: required("COGNITO_USERNAME")?,
        password: required("COGNITO_PASSWORD")?,
        _simulated: None,
    })
}

fn simulated_place() -> Result<Place, Box<dyn Error + Send + Sync>> {
    let config = r#"{"pools":[{"name":"pool","clients":[{"name":"app"}],
        "users":[{"username":"alice","password":"Correct-horse-1"}]}],
        "identity_pools":[{"user_pools":["pool"],"allow_unauthenticated_identities":true,"roles":{
            "authenticated":"arn:aws:iam::123456789012:role/user",
            "unauthenticated":"arn:aws:iam::123456789012:role/guest"}}]}"#;
    let server = Server::with_config([7; 32], Config::from_json(config)?)?;
    let (mut pools, identity_pools) = server.with(|simulator| (simulator.pools(), simulator.identity_pools()));
    let pool = pools.pop().ok_or("the simulated service has no user pool")?;
    let app = pool.clients.first().ok_or("the simulated pool has no app client")?;
    let identity_pool = identity_pools.first().ok_or("the simulated service has no identity pool")?;
    let endpoint = Endpoint::custom(&server.url())?;
    Ok(Place {
        app_client: AppClient::new(UserPoolId::new(&pool.id)?, &app.id)?.with_endpoint(endpoint.clone()),
        identity_pool: IdentityPool::new(IdentityPoolId::new(&identity_pool.id)?)?.with_endpoint(endpoint),
        aws_endpoint: Some(server.url()),
        username: "alice".to_owned(),
        password: "Correct-horse-1".to_owned(),
        _simulated: Some(server),
    })
}

/// Returns the value of an environment variable, or `None` if the variable is unset or empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
