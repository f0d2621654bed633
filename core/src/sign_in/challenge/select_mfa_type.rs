//! SELECT_MFA_TYPE: the user chooses the second factor.

use alloc::vec::Vec;

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending};
use crate::configuration::AppClient;
use crate::error::InvalidInput;
use crate::operation::{ChallengeName, Parameters};
use crate::seed::Seed;

/// The user is to choose a second factor, which is then asked for.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectMfaTypeChallenge(Pending);

impl ChallengeKind for SelectMfaTypeChallenge {
    fn from_pending(pending: &Pending) -> Option<Self> {
        (pending.name == ChallengeName::SelectMfaType).then(|| Self(pending.clone()))
    }

    fn pending(&self) -> &Pending {
        &self.0
    }
}

impl SelectMfaTypeChallenge {
    /// `MFAS_CAN_CHOOSE`: the factors that there are. Empty if the service did not say so in a form that is known.
    #[must_use]
    pub fn choices(&self) -> Vec<ChallengeName> {
        self.0.factors("MFAS_CAN_CHOOSE")
    }

    /// Chooses this factor, which must be one of the [`choices`](Self::choices) if there are any.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, choice: &ChallengeName, seed: Seed) -> SignIn {
        let choices = self.choices();
        let responses = if choices.is_empty() || choices.contains(choice) {
            Ok(Parameters::from_iter([("ANSWER", choice.as_str())]))
        } else {
            Err(InvalidInput::new("ANSWER", "is not one of the choices"))
        };
        SignIn::answer(app_client, &self.0, responses, seed)
    }
}
