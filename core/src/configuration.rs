//! What flows are made from: an app client or an identity pool, and where its requests go.

pub(crate) mod app_client;
pub mod endpoint;
pub(crate) mod identity_pool;
mod request_headers;

pub use app_client::{AppClient, UserPoolId};
pub use identity_pool::{IdentityPool, IdentityPoolId};
