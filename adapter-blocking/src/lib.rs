//! An Amazon Cognito client for blocking code.
//!
//! The crate `cognito-core` implements the rules of Cognito without I/O. This crate re-exports
//! `cognito-core`. A *flow* of the core says which request to send next, and receives the response. This
//! crate adds the parts that do I/O:
//!
//! - [`run`], which runs a flow;
//! - [`Client`], which runs flows and calls operations;
//! - [`UreqTransport`], an HTTP transport built on `ureq` and rustls (feature `ureq`, enabled by default);
//! - [`Sessions`], which keeps users signed in and saves their sessions in a [`Store`];
//! - [`CredentialsProvider`], which gets and refreshes AWS credentials.
//!
//! ```no_run
//! use cognito_blocking::{AppClient, Client, SignIn, SignInOutcome, UserPoolId};
//!
//! let user_pool_id = UserPoolId::new("us-east-1_QdbSdK39m")?;
//! let app_client = AppClient::new(user_pool_id, "3pu8tnp684l4lmlfoth25ojmd2")?;
//! let client = Client::new(app_client);
//! let sign_in = SignIn::srp(client.app_client(), "alice", "Very$ecur3", client.seed()?);
//! match client.run(sign_in)? {
//!     SignInOutcome::SignedIn(signed_in) => {
//!         println!("{} is signed in", signed_in.session.username());
//!     }
//!     SignInOutcome::Challenge(challenge) => {
//!         println!("the service asks for {:?}", challenge.name());
//!     }
//! }
//! # Ok::<(), cognito_blocking::Error>(())
//! ```

mod client;
mod credentials_provider;
mod file_store;
mod identity_pool_client;
mod run;
mod session_handle;
mod sessions;
mod shared_keeper;
mod store;
mod transport;
#[cfg(feature = "ureq")]
mod ureq_transport;

pub use client::Client;
pub use cognito_core::adapter::{RootCertificates, TransportSettings};
pub use cognito_core::*;
pub use credentials_provider::CredentialsProvider;
pub use file_store::FileStore;
pub use identity_pool_client::IdentityPoolClient;
pub use run::run;
pub use session_handle::SessionHandle;
pub use sessions::Sessions;
pub use store::{MemoryStore, Store, StoreLock};
pub use transport::{Transport, TransportFn, transport_fn};
#[cfg(feature = "ureq")]
pub use ureq_transport::UreqTransport;

/// Compiles and runs the code in the package's README.
#[cfg(all(doctest, feature = "ureq"))]
#[doc = include_str!("../README.md")]
struct PackageReadme;
