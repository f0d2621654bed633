//! Signing in.
//!
//! ```text
//!  SrpSignIn ──InitiateAuth──► PASSWORD_VERIFIER ──RespondToAuthChallenge──┐
//!      │                                                                   │
//!      └───────────────── any other answer ────────────────────────────────┤
//!                                                                          ▼
//!               AnswerChallenge ◄── answer() ── Challenge ◄──────── SignInOutcome ──► SignedIn
//!                     │                                                    ▲
//!                     └─────────────RespondToAuthChallenge─────────────────┘
//! ```
//!
//! A sign-in ends with the next question to the user, a [`Challenge`], or with tokens. Any challenge may follow any
//! other: every answer of the service goes through one interpreter.

mod challenge;
mod srp;
#[cfg(test)]
mod tests;

use alloc::string::{String, ToString};

use crate::call::Metadata;
use crate::error::Error;
use crate::operation::{InitiateAuthResponse, NewDeviceMetadata, Parameters};
use crate::tokens::Tokens;

pub use challenge::{AnswerChallenge, Challenge};
pub use srp::SrpSignIn;

/// What a sign-in, or an answer to one of its challenges, has come to.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "complete: the service gives tokens or asks for more")]
pub enum SignInOutcome {
    /// The user is signed in.
    SignedIn(SignedIn),
    /// The service asks for more.
    Challenge(Challenge),
}

/// A user who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedIn {
    /// The canonical user name: what the access token claims, and if that cannot be read what the service called the
    /// user. It differs from what was typed when that was an alias.
    pub username: String,
    /// The tokens.
    pub tokens: Tokens,
    /// The device's new keys, when the pool tracks devices and this one is new.
    pub new_device: Option<NewDeviceMetadata>,
}

/// Reads any answer to InitiateAuth or RespondToAuthChallenge. `username` is what the service last called the user.
fn outcome(response: InitiateAuthResponse, metadata: &Metadata, username: &str) -> Result<SignInOutcome, Error> {
    let username = canonical_username(&response.challenge_parameters).unwrap_or(username).to_string();
    if let Some(name) = response.challenge_name {
        let (parameters, choices) = (response.challenge_parameters, response.available_challenges);
        return Ok(SignInOutcome::Challenge(Challenge::new(name, username, response.session, parameters, choices)));
    }
    let mut result =
        response.authentication_result.ok_or_else(|| metadata.malformed("neither tokens nor a challenge"))?;
    let new_device = result.new_device_metadata.take();
    let tokens = Tokens::new(result).ok_or_else(|| metadata.malformed("an authentication without an access token"))?;
    let username = tokens.unverified_username().unwrap_or(username);
    Ok(SignInOutcome::SignedIn(SignedIn { username, tokens, new_device }))
}

/// What the service calls the user: the echoed USERNAME, else USER_ID_FOR_SRP.
fn canonical_username(parameters: &Parameters) -> Option<&str> {
    let named = |name| parameters.get(name).filter(|text| !text.is_empty());
    named("USERNAME").or(named("USER_ID_FOR_SRP"))
}
