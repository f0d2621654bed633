//! The tasks of a credentials keeper, and their inputs and results.

use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::operation::Logins;

/// A task for a [`CredentialsKeeper`](super::CredentialsKeeper).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsTask {
    /// Return valid credentials, and request new credentials if necessary.
    Get,
    /// Request new credentials even if the current ones are valid, so that a change of the role or of the
    /// user's attributes takes effect. If the request fails, the job fails, and the current credentials stay
    /// in memory.
    Refresh,
    /// Remove the credentials and the identity id from memory, and remove the identity id from the store.
    /// This task is for a user who has been deleted, or for a guest who should get a new identity.
    Forget,
}

/// The input of a credentials keeper's job: the user's logins.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CredentialsInput {
    /// The user's logins with fresh tokens, or empty logins for a guest.
    pub logins: Logins,
    /// The [generation](crate::SessionKeeper::generation) of the session that the logins come from, or `None`
    /// if the logins do not come from a session. When the session ends, the keeper drops the credentials for
    /// these logins.
    pub generation: Option<u64>,
}

impl CredentialsInput {
    /// Creates the input from a session's logins and the session's generation.
    #[must_use]
    pub fn from_session(logins: Logins, generation: u64) -> Self {
        Self { logins, generation: Some(generation) }
    }
}

/// Creates the input from logins that do not come from a session, or from the empty logins of a guest.
impl From<Logins> for CredentialsInput {
    fn from(logins: Logins) -> Self {
        Self { logins, generation: None }
    }
}

/// Valid credentials, together with the non-fatal errors of the job that returned the credentials.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct KeptCredentials {
    /// The valid credentials.
    pub credentials: Credentials,
    /// The error if new credentials were necessary but the job could not get them. In this case, the returned
    /// credentials are the old credentials, which expire soon.
    pub refresh_error: Option<Error>,
    /// The error if the identity id could not be saved. The unsaved identity id stays in memory, and the next
    /// job saves it.
    pub save_error: Option<Cause>,
}

impl KeptCredentials {
    /// Returns whether the service rejected the login token because the token has expired. The token may
    /// still be valid by the local clock, because the service uses a different clock. If this function
    /// returns `true`, refresh the session that the logins come from, and retry the task once.
    #[must_use]
    pub fn needs_fresh_logins(result: &Result<Self, Error>) -> bool {
        let error = result.as_ref().map_or_else(Some, |kept| kept.refresh_error.as_ref());
        error.is_some_and(Error::is_login_expired)
    }

    /// Returns the final result if the service [needs fresh logins](Self::needs_fresh_logins) but the session
    /// could not be refreshed. `result` is the result with the old logins, and `error` is the error of the
    /// refresh. If `result` contains valid credentials and the session has not ended, returns these
    /// credentials.
    ///
    /// # Errors
    /// Returns `error` if `result` contains no credentials, or if the session has ended.
    pub fn without_fresh_logins(result: Result<Self, Error>, error: Error) -> Result<Self, Error> {
        let has_ended = matches!(error, Error::NotSignedIn) || error.ends_session();
        result.ok().filter(|_| !has_ended).ok_or(error)
    }
}

/// Creates a result with these valid credentials and no errors.
impl From<Credentials> for KeptCredentials {
    fn from(credentials: Credentials) -> Self {
        Self { credentials, refresh_error: None, save_error: None }
    }
}
