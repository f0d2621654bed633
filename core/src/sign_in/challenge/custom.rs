//! CUSTOM_CHALLENGE: what the pool's triggers ask.

use super::super::SignIn;
use super::Pending;
use crate::configuration::AppClient;
use crate::operation::Parameters;
use crate::secret::Parameter;
use crate::seed::Seed;

/// A challenge of the pool's own triggers, of which there may be any number, one after the other.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-challenge.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomChallenge(pub(super) Pending);

impl CustomChallenge {
    /// What the trigger made public of it, and `USERNAME`.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.0.parameters
    }

    /// Answers with this text. The trigger that judges it may ask again: a wrong answer need not be an error.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, answer: impl Into<Parameter>, seed: Seed) -> SignIn {
        self.0.answer_one(app_client, "ANSWER", answer.into(), seed)
    }
}
