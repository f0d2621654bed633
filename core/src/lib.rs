//! Amazon Cognito's sign-in as state machines that do no I/O.
//!
//! - You push what happened into a [`Flow`]: it has started, this answer came, the request was not sent.
//! - You pull what to do next: send this [`Request`], wait, or take the output.
//!
//! There is no clock, no randomness, no socket, no thread and no storage in here, and no `std`. Time is a parameter,
//! randomness is a [`Seed`] that you draw. The loop that drives a flow is the same for every flow; this is all of it:
//!
//! ```
//! use cognito_core::{Error, Event, Flow, Request, SendOutcome, Step, Timestamp};
//!
//! fn run<F: Flow>(mut flow: F, send: impl Fn(Request) -> SendOutcome) -> Result<F::Output, Error> {
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
//! The crates `cognito-blocking` and `cognito-tokio` are this loop with an HTTP client.
//!
//! What there is, in the order in which data flows: an [`AppClient`] is the configuration, with its [`Endpoint`]; an
//! [`operation`] becomes a flow as a [`Call`]; [`SignIn`] is a flow that runs calls inside, and ends with a [`Session`] or
//! with a [`Challenge`] to the user, a plain value whose answer is the next flow. [`Devices`] are what is kept of remembered
//! devices. A session says what its tokens are good for ([`Plan`]); [`Refresh`] makes the next one, [`SignOut`] ends it, and a
//! [`SessionKeeper`] does what is to be done about a stored one. [`srp`] is the arithmetic. Whatever fails is an
//! [`Error`], told apart by who is to blame.
//!
//! # Features
//!
//! Without features, which is the default, this crate is `no_std`. Each feature needs the standard library:
//!
//! - `std`: the module `adapter`, for those who write an adapter: the system's clock and randomness, settings of
//!   transports, private files.
//! - `tracing`: turns on `std`, and reports each request to the crate `tracing`.
//! - `http`: conversions to and from the types of the crate `http`. It does not turn on `std`, whose randomness does not
//!   build everywhere, such as on `wasm32-unknown-unknown`.
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
pub use keeper::{Admission, Computation, Computed, JobId, Keeper, KeeperEvent, KeeperStep, KeepersByName};
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

/// The code in the package's README is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct PackageReadme;
