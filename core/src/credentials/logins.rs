//! The logins of a user pool's session.

use crate::configuration::AppClient;
use crate::error::InvalidInput;
use crate::operation::Logins;
use crate::session::Session;

impl Logins {
    /// The user of this session.
    ///
    /// # Errors
    /// When the session has no ID token, which is what an identity pool takes.
    pub fn for_session(app_client: &AppClient, session: &Session) -> Result<Self, InvalidInput> {
        let id_token = session.id_token().ok_or(InvalidInput::new("session", "has no ID token"))?;
        Ok(Self::for_user_pool(app_client.user_pool_id(), id_token))
    }
}
