//! What a credentials keeper can be asked to do, and what comes back.

use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::operation::Logins;

/// What a [`CredentialsKeeper`](super::CredentialsKeeper) is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsTask {
    /// Return valid credentials. Get new ones if necessary.
    Get,
    /// Get new credentials even if there are valid ones, so that a changed role or attribute appears in them.
    /// If that fails the job fails, and the credentials stay.
    Refresh,
    /// Forget the credentials, and the identity id in the store and in memory: for a user who has been
    /// deleted, or a guest who is to be a new one.
    Forget,
}

/// The input of a job: who the user is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CredentialsInput {
    /// The user's logins, with fresh tokens; empty for a guest.
    pub logins: Logins,
    /// The [generation](crate::SessionKeeper::generation) of the session that the logins come from, if they
    /// come from one. The credentials end with it.
    pub generation: Option<u64>,
}

impl CredentialsInput {
    /// Logins of a session of this generation.
    #[must_use]
    pub fn from_session(logins: Logins, generation: u64) -> Self {
        Self { logins, generation: Some(generation) }
    }
}

/// Logins of any provider, or of a guest.
impl From<Logins> for CredentialsInput {
    fn from(logins: Logins) -> Self {
        Self { logins, generation: None }
    }
}

/// Valid credentials, and the errors that did not prevent returning them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptCredentials {
    /// The credentials.
    pub credentials: Credentials,
    /// Why there are no new ones although it was time for them. These are valid for a little longer.
    pub refresh_error: Option<Error>,
    /// Why the identity id could not be saved. It stays in memory, and the next job saves it.
    pub save_error: Option<Cause>,
}

impl KeptCredentials {
    /// True if the service took the login token to have expired. The service's clock decides: refresh the
    /// session that the logins come from, and ask once more.
    #[must_use]
    pub fn needs_fresh_logins(result: &Result<Self, Error>) -> bool {
        let error = result.as_ref().map_or_else(Some, |kept| kept.refresh_error.as_ref());
        error.is_some_and(Error::is_login_expired)
    }
}

/// Valid credentials with no errors.
impl From<Credentials> for KeptCredentials {
    fn from(credentials: Credentials) -> Self {
        Self { credentials, refresh_error: None, save_error: None }
    }
}
