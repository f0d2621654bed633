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
use crate::flow::Timestamp;
use crate::operation::{ChallengeName, InitiateAuthResponse, NewDeviceMetadata, Parameters};
use crate::session::Session;
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
    /// The session. Its user name is the canonical one: what the access token claims, and if that cannot be read what
    /// the service called the user. It differs from what was typed when that was an alias.
    pub session: Session,
    /// The device's new keys, when the pool tracks devices and this one is new. The service refuses to refresh the
    /// tokens until the device is registered, by [`ConfirmDevice`](crate::operation::ConfirmDevice).
    pub new_device: Option<NewDeviceMetadata>,
}

/// Reads any answer to InitiateAuth or RespondToAuthChallenge. `username` is what the service last called the user.
fn outcome(
    mut response: InitiateAuthResponse,
    now: Timestamp,
    metadata: &Metadata,
    username: &str,
) -> Result<SignInOutcome, Error> {
    let username = canonical_username(&response.challenge_parameters).unwrap_or(username).to_string();
    // Tokens that have arrived are never given up for anything else in the answer.
    if let Some(mut result) = response.authentication_result.take() {
        let new_device = result.new_device_metadata.take();
        if let Some(tokens) = Tokens::from_result(result) {
            let session = Session::of_claimed_user(username, tokens, now, metadata.date);
            return Ok(SignInOutcome::SignedIn(SignedIn { session, new_device }));
        }
    }
    let (parameters, choices) = (response.challenge_parameters, response.available_challenges);
    let name = response.challenge_name.filter(|name| *name != ChallengeName::Unknown(String::new()));
    let name = name.ok_or_else(|| metadata.malformed("neither tokens nor a challenge"))?;
    Ok(SignInOutcome::Challenge(Challenge::new(name, username, response.session, parameters, choices)))
}

/// What the service calls the user: the echoed USERNAME, else USER_ID_FOR_SRP.
fn canonical_username(parameters: &Parameters) -> Option<&str> {
    let named = |name| parameters.get(name).filter(|text| !text.is_empty());
    named("USERNAME").or(named("USER_ID_FOR_SRP"))
}
