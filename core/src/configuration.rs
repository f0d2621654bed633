//! What flows are made from: an app client or an identity pool, and where its requests go.

pub(crate) mod app_client;
mod connection;
pub mod endpoint;
pub(crate) mod identity_pool;

pub use app_client::{AppClient, UserPoolId};
pub use identity_pool::{IdentityPool, IdentityPoolId};
