//! Amazon Cognito for tokio.
//!
//! Everything that Cognito is about is in `cognito-core`, which this crate hands on whole: flows that say what to send
//! and take what came back. Here are a [`Client`] that drives a flow, and [`Sessions`], which keep users signed in by way of
//! a [`Store`].

mod client;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
mod run;
mod session_handle;
mod sessions;
mod store;
mod transport;

pub use client::Client;
#[cfg(feature = "reqwest")]
pub use cognito_blocking::TransportSettings;
pub use cognito_core::*;
#[cfg(feature = "reqwest")]
pub use reqwest_transport::ReqwestTransport;
pub use session_handle::{SessionHandle, SignedOut};
pub use sessions::Sessions;
pub use store::{FileStore, MemoryStore, OffThread, Store, StoreLock};
pub use transport::{BoxFuture, Transport};
