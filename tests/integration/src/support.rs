//! Helpers that the integration tests and the examples share.

pub mod adapter;
pub mod api_model;
pub mod authenticator;
pub mod challenges;
pub mod devices;
pub mod files;
pub mod identities;
pub mod pair;
pub mod scene;
pub mod service;
pub mod sessions;
pub mod srp_client;
pub mod trace_recorder;
pub mod words;
