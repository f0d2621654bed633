//! The data that all kinds of challenges have in common.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::lists;
use super::names::UserNames;
use crate::configuration::AppClient;
use crate::error::Error;
use crate::operation::{ChallengeName, Parameters, RespondToAuthChallenge};
use crate::secret::{ChallengeSession, SecretCode};

/// A challenge that the user has not answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) name: ChallengeName,
    pub(super) names: UserNames,
    pub(super) session: Option<ChallengeSession>,
    pub(super) parameters: Parameters,
    pub(super) available_challenges: Vec<ChallengeName>,
    pub(super) gone_device_key: Option<String>,
    /// The URL of the endpoint that sent the challenge, or `None` if an earlier version stored the challenge.
    pub(super) endpoint: Option<String>,
    /// The authenticator app that is being set up. The field is `Some` only in MFA_SETUP, after the user has
    /// chosen an authenticator app.
    pub(super) software_token: Option<SoftwareToken>,
}

/// An authenticator app that is being set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SoftwareToken {
    pub(super) secret_code: SecretCode,
    pub(super) friendly_device_name: Option<String>,
}

/// A type for one kind of challenge.
pub(super) trait ChallengeKind: Sized {
    /// Returns the challenge as this type, or `None` if the challenge is of another kind.
    fn from_pending(pending: &Pending) -> Option<Self>;

    fn pending(&self) -> &Pending;
}

impl Pending {
    /// Fails if another endpoint sent the challenge. Accepts a challenge whose endpoint is unknown, because
    /// every challenge expires after a few minutes.
    pub(super) fn require_endpoint(&self, app_client: &AppClient) -> Result<(), Error> {
        self.endpoint.as_deref().map_or(Ok(()), |endpoint| app_client.require_endpoint(Some(endpoint)))
    }

    /// Creates the request that answers the challenge with these responses.
    pub(super) fn response(&self, mut responses: Parameters) -> RespondToAuthChallenge {
        if responses.get("USERNAME").is_none() {
            responses.insert("USERNAME", self.names.username.as_str());
        }
        let mut operation = RespondToAuthChallenge::new(self.name.clone(), responses);
        operation.session.clone_from(&self.session);
        operation
    }

    /// Replaces the challenge session with `session`, unless `session` is `None`.
    pub(super) fn renewed(mut self, session: Option<ChallengeSession>) -> Self {
        self.session = session.or(self.session);
        self
    }

    /// Parses a parameter that contains JSON. Returns the default value if the parameter is absent or cannot
    /// be parsed.
    pub(super) fn json<T: Default + for<'de> Deserialize<'de>>(&self, parameter: &str) -> T {
        self.parameters.get(parameter).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Reads a parameter that lists names. The list is empty if the parameter is absent or has an unknown
    /// form.
    pub(super) fn listed_names(&self, parameter: &str) -> Vec<String> {
        self.parameters.get(parameter).map(lists::names).unwrap_or_default()
    }

    /// Reads a parameter that lists second factors. The list is empty if the parameter is absent or has an
    /// unknown form.
    pub(super) fn factors(&self, parameter: &str) -> Vec<ChallengeName> {
        self.parameters.get(parameter).map(lists::factors).unwrap_or_default()
    }
}
