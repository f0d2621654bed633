//! Challenges for which this version of the crate has no type.

use super::super::pending::Pending;
use crate::operation::{ChallengeName, Parameters};

/// A challenge for which this version of the crate has no type. Use
/// [`Challenge::answer_with`](super::Challenge::answer_with) to answer the challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherChallenge(pub(super) Pending);

impl OtherChallenge {
    /// Returns the name of the challenge.
    #[must_use]
    pub fn name(&self) -> &ChallengeName {
        &self.0.name
    }

    /// Returns the `ChallengeParameters` that the service sent, unchanged.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }
}
