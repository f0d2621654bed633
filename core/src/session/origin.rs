//! Where a session comes from: the endpoint of the sign-in, and the user pool that issued the tokens.

use alloc::boxed::Box;

use super::{Session, Tokens};
use crate::configuration::{AppClient, UserPoolId};
use crate::error::{Error, OtherUserPool};
use crate::secret::IdToken;

impl Session {
    /// Returns the URL of the endpoint at which the user signed in, or `None` if it is unknown. A session
    /// without endpoint is bound to the endpoint of the keeper that stores it.
    ///
    /// A session is not refreshed, revoked or taken from a store at another endpoint, so that the other
    /// endpoint never gets its tokens: the error is [`Error::OtherEndpoint`]. AWS's own endpoints of a region
    /// count as one endpoint.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Binds the session to the endpoint of this app client.
    pub(crate) fn signed_in_at(mut self, app_client: &AppClient) -> Self {
        self.endpoint = Some(app_client.endpoint().url().into());
        self
    }

    /// Binds the session to the endpoint of this app client, unless it is bound to an endpoint already.
    pub(crate) fn bind(&mut self, app_client: &AppClient) {
        self.endpoint.get_or_insert_with(|| app_client.endpoint().url().into());
    }

    /// Fails if the session is bound to another endpoint.
    pub(crate) fn require_endpoint(&self, app_client: &AppClient) -> Result<(), Error> {
        self.endpoint().map_or(Ok(()), |endpoint| app_client.require_endpoint(Some(endpoint)))
    }

    /// Fails if the session, which is in a store, is bound to another endpoint. A stored session without
    /// endpoint, of an earlier version, counts as bound to AWS.
    pub(crate) fn require_stored_endpoint(&self, app_client: &AppClient) -> Result<(), Error> {
        app_client.require_endpoint(self.endpoint())
    }
}

/// Fails if a token says that another user pool issued it.
///
/// The issuer is a URL whose last segment is the id of the user pool. The host is not compared: user pools
/// have two issuers, and other servers and proxies use hosts of their own. A token without the id of a user
/// pool passes.
pub(crate) fn require_user_pool(app_client: &AppClient, tokens: &Tokens) -> Result<(), Error> {
    let access = tokens.access_token.unverified_claims().and_then(|claims| claims.iss);
    let id = tokens.id_token.as_ref().and_then(IdToken::unverified_claims).and_then(|claims| claims.iss);
    for issuer in access.into_iter().chain(id) {
        let last_segment = issuer.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let Ok(issued_by) = UserPoolId::new(last_segment) else { continue };
        let configured = app_client.user_pool_id();
        if issued_by != *configured {
            let (issued_by, configured) = (issued_by.as_str().into(), configured.as_str().into());
            return Err(Error::OtherUserPool(Box::new(OtherUserPool { issued_by, configured })));
        }
    }
    Ok(())
}
