//! SELECT_MFA_TYPE: the user chooses the second factor.

use alloc::vec::Vec;

use super::super::SignIn;
use super::super::pending::{ChallengeKind, Pending};
use crate::configuration::AppClient;
use crate::error::InvalidInput;
use crate::operation::{ChallengeName, Parameters};
use crate::seed::Seed;

/// A challenge to choose a second factor. After the user's choice, the service asks for a code of the chosen
/// factor.
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
    /// Returns `MFAS_CAN_CHOOSE`: the factors that the user can choose. The list is empty if the parameter is
    /// absent or has an unknown form. If the list is empty, the user can choose any factor.
    /// [`options`](Self::options) returns the factors to offer.
    #[must_use]
    pub fn choices(&self) -> Vec<ChallengeName> {
        self.0.factors("MFAS_CAN_CHOOSE")
    }

    /// Returns the factors to offer to the user. These are the [`choices`](Self::choices). If that list is
    /// empty, returns all factors that this version supports.
    #[must_use]
    pub fn options(&self) -> Vec<ChallengeName> {
        let choices = self.choices();
        if choices.is_empty() {
            return [ChallengeName::SmsMfa, ChallengeName::SoftwareTokenMfa, ChallengeName::EmailOtp].into();
        }
        choices
    }

    /// Creates a flow that chooses this factor. If the list [`choices`](Self::choices) is not empty, the list
    /// must contain this factor.
    #[must_use]
    pub fn answer(&self, app_client: &AppClient, choice: &ChallengeName, seed: Seed) -> SignIn {
        let choices = self.choices();
        let responses = if choices.is_empty() || choices.contains(choice) {
            Ok(Parameters::from_iter([("ANSWER", choice.as_str())]))
        } else {
            Err(InvalidInput::new("ANSWER", "must be one of the choices"))
        };
        SignIn::answer(app_client, &self.0, responses, seed)
    }
}
