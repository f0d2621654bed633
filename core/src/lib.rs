//! Amazon Cognito's sign-in flows as state machines that do no I/O.
//!
//! You pass each event to a [`Flow`]: the start, the outcome of a request, or the end of a wait. The flow
//! returns the next step: send a [`Request`], wait, or take the output.
//!
//! This crate has no clock, no randomness, no socket, no thread and no storage, and does not need `std`. You
//! pass the time as a parameter, and randomness as a [`Seed`]. Every flow runs in the same loop. This is the
//! whole loop:
//!
//! ```
//! use cognito_core::{Error, Event, Flow, Request, SendOutcome, Step, Timestamp};
//!
//! fn run<F: Flow>(
//!     mut flow: F,
//!     send: impl Fn(Request) -> SendOutcome,
//! ) -> Result<F::Output, Error> {
//!     let mut event = Event::Start;
//!     loop {
//!         event = match flow.step(now(), event)? {
//!             Step::Send(request) => Event::Sent(send(request)),
//!             Step::Wait(backoff) => {
//!                 sleep_a_random_time_up_to(backoff.at_most_millis);
//!                 Event::Woke
//!             }
//!             Step::Done(output) => return Ok(output),
//!         };
//!     }
//! }
//! # fn now() -> Timestamp { Timestamp::from_unix_seconds(0) }
//! # fn sleep_a_random_time_up_to(_: u64) {}
//! ```
//!
//! The crates `cognito-blocking` and `cognito-tokio` run this loop with an HTTP client.
//!
//! # Overview
//!
//! An [`AppClient`] holds the ids of a user pool and an app client, and the [`Endpoint`] for requests. A
//! [`Call`] is the flow of one [`operation`]. A [`SignIn`] is a flow that ends with a [`Session`] or with a
//! [`Challenge`], which the user must answer. A challenge is a plain value. A method of the challenge creates
//! the next flow from the user's answer. [`Devices`] holds the stored records of remembered devices.
//!
//! The [`Plan`] of a session says whether to use its tokens, to refresh them, or to sign in again. A
//! [`Refresh`] gets a new session from the refresh token, and a [`SignOut`] ends a session. A
//! [`SessionKeeper`] loads, refreshes and saves a stored session. A [`GetCredentials`] flow gets AWS
//! credentials from an [`IdentityPool`]. The module [`srp`] computes the values of Secure Remote Password
//! (SRP). Every failure is an [`Error`], whose variant says who or what caused the failure.
//!
//! # Features
//!
//! By default, no feature is on, and this crate is `no_std`. Each feature needs the standard library.
//!
//! - `std`: adds the module `adapter`, which helps authors of adapters. The module reads the system's clock,
//!   gets randomness from the operating system, and contains settings for transports and functions for
//!   private files.
//!
//! - `tracing`: reports each request to the crate `tracing`, and turns on `std`.
//!
//! - `http`: adds conversions to and from the types of the crate `http`. The feature `http` does not turn on
//!   the feature `std`. The feature `std` needs the crate `getrandom`, which does not build for some targets,
//!   such as `wasm32-unknown-unknown`.
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::alloc_instead_of_core, clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "std")]
pub mod adapter;
mod configuration;
mod credentials;
mod device;
mod encoding;
pub mod error;
mod flow;
mod http;
mod keeper;
mod mfa;
pub mod operation;
pub mod plain_text;
mod protocol;
mod refresh_method;
pub mod secret;
mod seed;
pub mod session;
mod sign_in;
pub mod srp;
pub mod storage;
#[cfg(test)]
mod test_support;
mod timestamp;

pub use configuration::endpoint::{self, Endpoint};
pub use configuration::{AppClient, IdentityPool, IdentityPoolId, UserPoolId};
pub use credentials::{
    AssumedRole, Credentials, CredentialsInput, CredentialsKeeper, CredentialsTask, GetCredentials, KeptCredentials,
    Role,
};
pub use device::{
    ConfirmedDevice, DeviceRecord, DeviceRegistration, DeviceReport, Devices, FailedRegistration, NewDevice,
    RegisterDevice,
};
pub use error::{Cause, Error};
pub use flow::{Backoff, Event, Flow, SendOutcome, Step};
pub use http::{Headers, Method, Request, Response};
pub use keeper::{
    Admission, Computation, Computed, JobId, Keeper, KeeperEvent, KeeperStep, KeepersByName, MAX_LOCK_WAIT,
    SHORT_LOCK_WAIT,
};
pub use mfa::{FactorState, SetMfaPreference};
pub use operation::Logins;
pub use protocol::{Call, MAX_ATTEMPTS};
pub use refresh_method::RefreshMethod;
pub use seed::Seed;
pub use session::{
    AccessTokenClaims, ChangeDevices, IdTokenClaims, KeptSession, Pages, Plan, Refresh, RemoteSignOut, Session,
    SessionCall, SessionEvent, SessionEventKind, SessionKeeper, SessionOutcome, SessionSettings, SessionTask, SignOut,
    SignOutScope, SignedIn, SignedOut, Tokens,
};
pub use sign_in::challenge::*;
pub use sign_in::{SignIn, SignInOutcome};
pub use storage::{devices_key, identity_key};
pub use timestamp::Timestamp;

/// Compiles and runs the code in the package's README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct PackageReadme;
