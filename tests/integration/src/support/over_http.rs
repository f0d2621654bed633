//! Clients and the simulated service over real HTTP, with sessions in stores.

use std::time::Duration;

use cognito_blocking::{
    AppClient, Client, Endpoint, MemoryStore, Session, Sessions, SignIn, SignInOutcome, TransportSettings,
    UreqTransport, UserPoolId,
};
use cognito_testkit::{Config, FaultPlan, Server};

pub const HOUR: Duration = Duration::from_secs(3600);

/// A service with two users whose refresh tokens rotate, as the setting says, with so many seconds of grace.
pub fn service(rotation: &str) -> Server {
    let config = format!(
        r#"{{"pools":[{{"clients":[{{"name":"app","generate_secret":true,{rotation}
            "explicit_auth_flows":["ALLOW_USER_SRP_AUTH","ALLOW_REFRESH_TOKEN_AUTH"]}}],
            "users":[{{"username":"alice","password":"Correct-horse-1","attributes":{{"email":"alice@example.com"}}}},
                     {{"username":"bob","password":"Correct-horse-1"}}]}}]}}"#
    );
    Server::with_config([7; 32], Config::from_json(&config).unwrap()).unwrap()
}

pub const GRACE_OF_A_MINUTE: &str = r#""refresh_token_rotation":{"retry_grace_period_seconds":60},"#;

pub fn client(service: &Server) -> Client {
    let pool = service.with(|simulator| simulator.pools().remove(0));
    let app = &pool.clients[0];
    let app_client = AppClient::new(UserPoolId::new(&pool.id).unwrap(), &app.id).unwrap();
    let app_client = app_client
        .with_secret(app.secret.clone().unwrap_or_default())
        .with_endpoint(Endpoint::custom(&service.url()).unwrap());
    let mut settings = TransportSettings::default();
    settings.total_timeout = Duration::from_secs(5);
    Client::with_transport(app_client, UreqTransport::new(&settings))
}

pub fn sign_in(client: &Client, username: &str) -> Session {
    let flow = SignIn::srp(client.app_client(), username, "Correct-horse-1", client.seed().unwrap());
    match client.run(flow).unwrap() {
        SignInOutcome::SignedIn(signed_in) => signed_in.session,
        SignInOutcome::Challenge(challenge) => panic!("{challenge:?}"),
    }
}

/// Sessions in memory, with alice signed in. Their margin is an hour, so that every use is a refresh.
pub fn sessions_to_refresh(service: &Server) -> Sessions {
    let client = client(service);
    let sessions = Sessions::new(client.clone(), MemoryStore::new()).with_margin(HOUR);
    sessions.save(&sign_in(&client, "alice").into()).unwrap();
    sessions
}

pub fn fault(service: &Server, plan: FaultPlan) {
    service.with(|simulator| simulator.faults().plan(plan));
}
