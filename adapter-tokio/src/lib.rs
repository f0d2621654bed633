//! Amazon Cognito for tokio.
//!
//! Everything that Cognito is about is in `cognito-core`, which this crate hands on whole: flows that say what to send
//! and take what came back. Here are a [`Client`] that drives a flow, with its arithmetic off the reactor, an HTTP transport
//! on `reqwest` with rustls (`ReqwestTransport`, feature `reqwest`, on by default), and [`Sessions`], which keep users
//! signed in by way of a [`Store`] and share each refresh between all who ask.
//!
//! ```no_run
//! use cognito_tokio::{AppClient, Client, SignIn, SignInOutcome, UserPoolId};
//!
//! # async fn sign_in() -> Result<(), cognito_tokio::Error> {
//! let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
//! let client = Client::new(app_client);
//! let sign_in = SignIn::srp(client.app_client(), "alice", "Very$ecur3", client.seed()?);
//! match client.run(sign_in).await? {
//!     SignInOutcome::SignedIn(signed_in) => println!("{} is signed in", signed_in.session.username()),
//!     SignInOutcome::Challenge(challenge) => println!("the service asks for {:?}", challenge.name()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Any future of this crate may be dropped at any point. A refresh that was on its way goes on for whoever else waits for
//! it, and what was lost with the last of them is sent again by the next.

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
pub use cognito_core::adapter::TransportSettings;
pub use cognito_core::*;
pub use credentials_provider::CredentialsProvider;
pub use identity_pool_client::IdentityPoolClient;
#[cfg(feature = "reqwest")]
pub use reqwest_transport::ReqwestTransport;
pub use session_handle::SessionHandle;
pub use sessions::Sessions;
pub use store::{FileStore, MemoryStore, SpawnBlocking, Store, StoreLock};
pub use transport::{BoxFuture, Transport, TransportFn, transport_fn};

/// The code in the README is compiled, and run where it can be.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The code in the package's README is compiled and run.
#[cfg(all(doctest, feature = "reqwest"))]
#[doc = include_str!("../README.md")]
struct PackageReadme;
