//! The configuration of clients: an app client or an identity pool, and the endpoint of its requests.

pub(crate) mod app_client;
mod connection;
pub mod endpoint;
pub(crate) mod identity_pool;

pub use app_client::{AppClient, UserPoolId};
pub use identity_pool::{IdentityPool, IdentityPoolId};
