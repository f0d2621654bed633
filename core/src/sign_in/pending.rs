//! A challenge as it came: what all kinds of challenges have in common.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::names::UserNames;
use crate::operation::{ChallengeName, Parameters, RespondToAuthChallenge};
use crate::secret::{ChallengeSession, SecretCode};

/// A challenge that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) name: ChallengeName,
    pub(super) names: UserNames,
    pub(super) session: Option<ChallengeSession>,
    pub(super) parameters: Parameters,
    pub(super) available_challenges: Vec<ChallengeName>,
    pub(super) gone_device_key: Option<String>,
    /// Of MFA_SETUP, once an authenticator app was chosen.
    pub(super) software_token: Option<SoftwareToken>,
}

/// An authenticator app that is being set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SoftwareToken {
    pub(super) secret_code: SecretCode,
    pub(super) friendly_device_name: Option<String>,
}

/// One kind of challenge.
pub(super) trait ChallengeKind: Sized {
    /// This challenge, if it is of this kind.
    fn from_pending(pending: &Pending) -> Option<Self>;

    fn pending(&self) -> &Pending;
}

impl Pending {
    /// The request that answers with these responses.
    pub(super) fn response(&self, mut responses: Parameters) -> RespondToAuthChallenge {
        if responses.get("USERNAME").is_none() {
            responses.insert("USERNAME", self.names.username.as_str());
        }
        let mut operation = RespondToAuthChallenge::new(self.name.clone(), responses);
        operation.session.clone_from(&self.session);
        operation
    }

    /// The same with a newer challenge session, if there is one.
    pub(super) fn renewed(mut self, session: Option<ChallengeSession>) -> Self {
        self.session = session.or(self.session);
        self
    }

    /// A parameter whose text is JSON; its default when it is missing or no such JSON.
    pub(super) fn json<T: Default + for<'de> Deserialize<'de>>(&self, parameter: &str) -> T {
        self.parameters.get(parameter).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// A parameter that is a list of second factors. Cognito's prose calls codes by e-mail EMAIL_MFA, and its API EMAIL_OTP.
    pub(super) fn factors(&self, parameter: &str) -> Vec<ChallengeName> {
        let one_name =
            |name| if name == ChallengeName::Unknown("EMAIL_MFA".into()) { ChallengeName::EmailOtp } else { name };
        self.json::<Vec<ChallengeName>>(parameter).into_iter().map(one_name).collect()
    }
}
