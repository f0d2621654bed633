//! CUSTOM_CHALLENGE: what the pool's triggers ask.

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending};
use crate::configuration::AppClient;
use crate::operation::{ChallengeName, Parameters};
use crate::secret::Parameter;
use crate::seed::Seed;

/// A challenge of the pool's own triggers, of which there may be any number, one after the other.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomChallenge(Pending);

impl ChallengeKind for CustomChallenge {
    fn from_pending(pending: &Pending) -> Option<Self> {
        (pending.name == ChallengeName::CustomChallenge).then(|| Self(pending.clone()))
    }

    fn pending(&self) -> &Pending {
        &self.0
    }
}

impl CustomChallenge {
    /// What the trigger made public of it, and `USERNAME`.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }

    /// Answers with this text. The trigger that judges it may ask again: a wrong answer need not be an error.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, answer: impl Into<Parameter>, seed: Seed) -> SignIn {
        SignIn::answer_one(app_client, &self.0, "ANSWER", answer.into(), seed)
    }
}
