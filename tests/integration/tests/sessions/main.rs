//! Sessions: tokens, refresh and rotation by the simulated service, and sessions in the adapters' stores.

mod adapters_blocking;
mod adapters_end;
mod adapters_refresh;
mod adapters_stores;
mod adapters_tokio;
mod adapters_troubled_stores;
mod service;
mod service_rotation;
mod service_tokens;
