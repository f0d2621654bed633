//! The configuration of clients: app clients, identity pools, and the endpoints of their requests.

pub(crate) mod app_client;
mod connection;
pub mod endpoint;
pub(crate) mod identity_pool;

pub use app_client::{AppClient, UserPoolId};
pub use identity_pool::{IdentityPool, IdentityPoolId};
