//! Sessions: tokens, refresh and rotation in the simulated service, and stored sessions of the adapters.

mod adapters;
mod adapters_blocking;
mod adapters_end;
mod adapters_locks;
mod adapters_refresh;
mod adapters_stores;
mod adapters_tokio;
mod adapters_troubled_stores;
mod service;
mod service_rotation;
mod service_tokens;
use cognito_integration_tests::support::service::{rotate, service};
use cognito_testkit::{DeviceConfig, Server};

/// Starts a service that tracks devices and rotates refresh tokens. A replaced refresh token is invalid
/// immediately.
#[track_caller]
fn device_service() -> Server {
    service(|config| {
        rotate(config, 0);
        config.pools[0].device_configuration = Some(DeviceConfig::default());
    })
}
