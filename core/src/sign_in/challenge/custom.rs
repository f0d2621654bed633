//! CUSTOM_CHALLENGE: the user answers a question of the user pool's Lambda triggers.

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending};
use crate::configuration::AppClient;
use crate::operation::{ChallengeName, Parameters};
use crate::secret::Parameter;
use crate::seed::Seed;

/// A challenge that the user pool's Lambda triggers create. Any number of custom challenges may follow one
/// another.
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
    /// Returns the public challenge parameters from the Lambda trigger, and the parameter `USERNAME`.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }

    /// Creates a flow that answers the challenge with this text. If the answer is wrong, the flow may succeed
    /// with another challenge from the Lambda trigger.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, answer: impl Into<Parameter>, seed: Seed) -> SignIn {
        SignIn::answer_one(app_client, &self.0, "ANSWER", answer.into(), seed)
    }
}
