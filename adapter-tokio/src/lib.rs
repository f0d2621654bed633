//! Amazon Cognito for tokio. The adapter is not written yet: this crate hands on `cognito-core`, whose loop can be
//! written in ten lines around any asynchronous HTTP client.

pub use cognito_core::*;
