//! Gets AWS credentials from a simulated identity pool: as a guest, then as a signed-in user, in the enhanced
//! flow and in the basic flow.
//!
//! ```text
//! cargo run -p cognito-blocking --example credentials
//! ```

use std::error::Error;
use std::sync::Arc;

use cognito_blocking::{
    AppClient, AssumedRole, Client, CredentialsProvider, Endpoint, IdentityPool, IdentityPoolClient, IdentityPoolId,
    MemoryStore, Role, Sessions, SignIn, SignInOutcome, UserPoolId,
};
use cognito_testkit::{Config, Server};

const SERVICE: &str = r#"{"pools":[{"name":"pool","clients":[{"name":"app"}],
    "users":[{"username":"alice","password":"Correct-horse-1"}]}],
  "identity_pools":[{"user_pools":["pool"],"allow_unauthenticated_identities":true,"allow_classic_flow":true,
    "roles":{"authenticated":"arn:aws:iam::123456789012:role/user",
             "unauthenticated":"arn:aws:iam::123456789012:role/guest"}}]}"#;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = Server::with_config([7; 32], Config::from_json(SERVICE)?)?;
    let endpoint = Endpoint::custom(&server.url())?;
    let (user_pools, identity_pools) = server.with(|simulator| (simulator.pools(), simulator.identity_pools()));
    let user_pool = user_pools.first().ok_or("the simulated service has no user pool")?;
    let app = user_pool.clients.first().ok_or("the simulated pool has no app client")?;
    let identity_pool = identity_pools.first().ok_or("the simulated service has no identity pool")?;

    let app_client = AppClient::new(UserPoolId::new(&user_pool.id)?, &app.id)?.with_endpoint(endpoint.clone());
    let client = Client::new(app_client);
    let identity_pool = IdentityPool::new(IdentityPoolId::new(&identity_pool.id)?)?
        .with_endpoint(endpoint.clone())
        .with_sts_endpoint(endpoint);
    let identity_pool_client = IdentityPoolClient::with_transport_of(&client, identity_pool);
    let store = Arc::new(MemoryStore::new());

    let guest = CredentialsProvider::for_guest(identity_pool_client.clone(), Arc::clone(&store));
    show(&server, "a guest", &guest)?;

    let flow = SignIn::srp(client.app_client(), "alice", "Correct-horse-1", client.seed()?);
    let SignInOutcome::SignedIn(signed_in) = client.run(flow)? else {
        return Err("the simulated pool must not ask a challenge".into());
    };
    let session = Sessions::new(client, MemoryStore::new()).save(&signed_in)?;
    let user = CredentialsProvider::for_session(identity_pool_client, store, session);
    show(&server, "a user", &user)?;

    let role = Role::Assumed(AssumedRole::new("arn:aws:iam::123456789012:role/user", "alice"));
    show(&server, "a user who assumes a role", &user.with_role(role))
}

fn show(server: &Server, who: &str, provider: &CredentialsProvider) -> Result<(), Box<dyn Error + Send + Sync>> {
    let credentials = provider.get()?.credentials;
    let owner = server.with(|simulator| simulator.credentials_owner(&credentials.access_key_id));
    let role = owner.ok_or("the simulated service did not issue these credentials")?.role_arn;
    println!("{who}: {} of {role} for the identity {}", credentials.access_key_id, credentials.identity_id);
    Ok(())
}
