//! The logins of a user who is signed in to a user pool.

use crate::configuration::AppClient;
use crate::error::InvalidInput;
use crate::operation::Logins;
use crate::session::Session;

impl Logins {
    /// Creates logins for the session's user, from the session's ID token.
    ///
    /// # Errors
    /// Returns an error if the session has no ID token. Identity pools require an ID token.
    pub fn for_session(app_client: &AppClient, session: &Session) -> Result<Self, InvalidInput> {
        let id_token =
            session.id_token().ok_or(InvalidInput::new("session", "has no ID token, which identity pools require"))?;
        Ok(Self::for_user_pool(app_client.user_pool_id(), id_token))
    }
}
