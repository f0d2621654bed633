//! Challenges that have no type of their own here.

use super::super::pending::Pending;
use crate::operation::{ChallengeName, Parameters};

/// A challenge that this version has no typed answer for. [`Challenge::answer_with`](super::Challenge::answer_with) answers
/// it with parameters as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherChallenge(pub(super) Pending);

impl OtherChallenge {
    /// Which challenge it is.
    #[must_use]
    pub fn name(&self) -> &ChallengeName {
        &self.0.name
    }

    /// `ChallengeParameters`.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }
}
