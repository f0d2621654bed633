//! An Amazon Cognito client for tokio.
//!
//! The crate `cognito-core` implements the rules of Cognito without I/O. This crate re-exports
//! `cognito-core`. A *flow* of the core says which request to send next, and receives the response. This
//! crate adds the parts that do I/O:
//!
//! - [`Client`], which runs flows and calls operations, and runs long computations on tokio's blocking
//!   threads;
//! - `ReqwestTransport`, an HTTP transport built on `reqwest` and rustls (feature `reqwest`, enabled by
//!   default);
//! - [`Sessions`], which keeps users signed in and saves their sessions in a [`Store`];
//! - [`CredentialsProvider`], which gets and refreshes AWS credentials.
//!
//! ```no_run
//! use cognito_tokio::{AppClient, Client, SignIn, SignInOutcome, UserPoolId};
//!
//! # async fn sign_in() -> Result<(), cognito_tokio::Error> {
//! let user_pool_id = UserPoolId::new("us-east-1_QdbSdK39m")?;
//! let app_client = AppClient::new(user_pool_id, "3pu8tnp684l4lmlfoth25ojmd2")?;
//! let client = Client::new(app_client);
//! let sign_in = SignIn::srp(client.app_client(), "alice", "Very$ecur3", client.seed()?);
//! match client.run(sign_in).await? {
//!     SignInOutcome::SignedIn(signed_in) => {
//!         println!("{} is signed in", signed_in.session.username());
//!     }
//!     SignInOutcome::Challenge(challenge) => {
//!         println!("the service asks for {:?}", challenge.name());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Every future of this crate is cancel-safe. A job of [`Sessions`] or of a [`CredentialsProvider`] runs in a
//! separate tokio task. If one caller drops its future, the job continues, and other callers still get the
//! result.

#[cfg(feature = "aws-credential-types")]
mod aws_credentials;
mod client;
mod credentials_provider;
mod identity_pool_client;
#[cfg(feature = "reqwest")]
mod reqwest_transport;
mod run;
mod session_handle;
mod sessions;
mod shared_keeper;
mod store;
mod transport;

pub use client::Client;
#[cfg(feature = "reqwest")]
pub use cognito_core::adapter::{RootCertificates, TransportSettings};
pub use cognito_core::*;
pub use credentials_provider::CredentialsProvider;
pub use identity_pool_client::IdentityPoolClient;
#[cfg(feature = "reqwest")]
pub use reqwest_transport::ReqwestTransport;
pub use session_handle::SessionHandle;
pub use sessions::Sessions;
pub use store::{FileStore, MemoryStore, SpawnBlocking, Store, StoreLock};
pub use transport::{BoxFuture, Transport, TransportFn, transport_fn};

/// Compiles the code examples in the project's README, and runs them where possible.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Compiles the code examples in the package's README.
#[cfg(all(doctest, feature = "reqwest"))]
#[doc = include_str!("../README.md")]
struct PackageReadme;
