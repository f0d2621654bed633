//! The outcome of a sign-in.

use super::SignIn;
use super::challenge::Challenge;
use super::steps::Ended;
use crate::error::Error;
use crate::flow::{Event, Flow, Step};
use crate::session::SignedIn;
use crate::timestamp::Timestamp;

/// The outcome of a flow that starts a sign-in or answers a challenge.
#[derive(Debug, Clone)]
#[must_use = "it contains either a session to save or a challenge to answer"]
#[expect(clippy::exhaustive_enums, reason = "complete: the service returns either tokens or a challenge")]
pub enum SignInOutcome {
    /// The user is signed in.
    SignedIn(SignedIn),
    /// The user must answer a challenge.
    Challenge(Challenge),
}

impl From<Ended> for SignInOutcome {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::SignedIn(signed_in) => Self::SignedIn(signed_in),
            Ended::Challenge(pending) => Self::Challenge(pending.into()),
        }
    }
}

impl Flow for SignIn {
    type Output = SignInOutcome;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<SignInOutcome>, Error> {
        Ok(self.0.step(now, event)?.map(SignInOutcome::from))
    }

    fn is_compute_heavy(&self) -> bool {
        true
    }
}
