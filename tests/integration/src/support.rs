//! What the integration tests share.

pub mod api_model;
pub mod authenticator;
pub mod challenges;
pub mod devices;
pub mod ear;
pub mod files;
pub mod identities;
pub mod over_http;
pub mod pair;
pub mod scene;
pub mod srp_client;
pub mod words;
