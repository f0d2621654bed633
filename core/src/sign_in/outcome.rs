//! What a sign-in comes to.

use super::SignIn;
use super::challenge::Challenge;
use super::steps::Ended;
use crate::error::Error;
use crate::flow::{Event, Flow, Step};
use crate::session::SignedIn;
use crate::timestamp::Timestamp;

/// What a sign-in, or an answer to one of its challenges, has come to.
#[derive(Debug, Clone)]
#[must_use = "it is either a session to keep or a challenge to answer"]
#[expect(clippy::exhaustive_enums, reason = "complete: the service gives tokens or asks for more")]
pub enum SignInOutcome {
    /// The user is signed in.
    SignedIn(SignedIn),
    /// The service asks for more.
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
