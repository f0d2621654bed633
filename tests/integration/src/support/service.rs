//! The simulated service on a local port, and the configuration that clients need to reach it.

use std::time::Duration;

use cognito_blocking::TransportSettings;
use cognito_core::{AppClient, Endpoint, IdentityPool, IdentityPoolId, UserPoolId};
use cognito_testkit::{ClientConfig, Config, ExplicitAuthFlow, PoolConfig, RefreshTokenRotation, Server, UserConfig};

use super::identities::open_identity_pool;
use super::scene::PASSWORD;

/// Starts the simulated service on a local port. `change` can change the configuration, which contains:
///
/// - a user pool with an app client that has a secret, and with the users alice and bob, whose password is
///   [`PASSWORD`];
/// - the identity pool [`open_identity_pool`], which trusts the user pool.
#[track_caller]
pub fn service(change: impl FnOnce(&mut Config)) -> Server {
    let client = ClientConfig {
        name: "app".to_owned(),
        generate_secret: true,
        explicit_auth_flows: vec![ExplicitAuthFlow::AllowUserSrpAuth, ExplicitAuthFlow::AllowRefreshTokenAuth],
        ..ClientConfig::default()
    };
    let user = |username: &str| UserConfig {
        username: username.to_owned(),
        password: Some(PASSWORD.to_owned()),
        attributes: [("email".to_owned(), format!("{username}@example.com"))].into(),
        ..UserConfig::default()
    };
    let users = vec![user("alice"), user("bob")];
    let pool = PoolConfig { clients: vec![client], users, ..PoolConfig::default() };
    let mut config = Config { pools: vec![pool], identity_pools: vec![open_identity_pool()], ..Config::default() };
    change(&mut config);
    Server::with_config([7; 32], config).unwrap()
}

/// Turns on the rotation of refresh tokens. A replaced refresh token stays valid for
/// `retry_grace_period_seconds`.
pub fn rotate(config: &mut Config, retry_grace_period_seconds: u64) {
    let rotation = RefreshTokenRotation { retry_grace_period_seconds, ..RefreshTokenRotation::default() };
    config.pools[0].clients[0].refresh_token_rotation = Some(rotation);
}

/// Returns the app client of the service's user pool.
#[track_caller]
pub fn app_client(service: &Server) -> AppClient {
    let pool = service.with(|simulator| simulator.pools().remove(0));
    let client = &pool.clients[0];
    AppClient::new(UserPoolId::new(&pool.id).unwrap(), &client.id)
        .unwrap()
        .with_secret(client.secret.clone().unwrap_or_default())
        .with_endpoint(endpoint(service))
}

/// Returns the identity pool of the service.
#[track_caller]
pub fn identity_pool(service: &Server) -> IdentityPool {
    let pool = service.with(|simulator| simulator.identity_pools().remove(0));
    let pool = IdentityPool::new(IdentityPoolId::new(pool.id).unwrap()).unwrap();
    pool.with_endpoint(endpoint(service)).with_sts_endpoint(endpoint(service))
}

#[track_caller]
fn endpoint(service: &Server) -> Endpoint {
    Endpoint::custom(&service.url()).unwrap()
}

/// Returns transport settings with this time-out for one HTTP exchange.
pub fn with_timeout(total_timeout: Duration) -> TransportSettings {
    let mut settings = TransportSettings::default();
    settings.total_timeout = total_timeout;
    settings
}
