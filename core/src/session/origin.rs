//! The origin of a session: the endpoint at which the user signed in, and the user pool that issued the
//! tokens.

use alloc::boxed::Box;

use super::{Claims, Session};
use crate::configuration::{AppClient, UserPoolId};
use crate::error::{Error, OtherUserPool};

impl Session {
    /// Returns the URL of the endpoint at which the user signed in, or `None` if the endpoint is unknown. If
    /// a keeper stores a session without an endpoint, the keeper binds the session to the keeper's endpoint.
    ///
    /// A session can be refreshed, revoked and loaded from a store only at its own endpoint, so that no other
    /// endpoint receives the tokens. At any other endpoint, the error is [`Error::OtherEndpoint`]. All
    /// endpoints of AWS in one region are treated as the same endpoint.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Binds the session to the endpoint of this app client.
    pub(crate) fn signed_in_at(mut self, app_client: &AppClient) -> Self {
        self.endpoint = Some(app_client.endpoint().url().into());
        self
    }

    /// Binds the session to the endpoint of this app client, unless the session is already bound to an
    /// endpoint.
    pub(crate) fn bind(&mut self, app_client: &AppClient) {
        self.endpoint.get_or_insert_with(|| app_client.endpoint().url().into());
    }

    /// Fails if the session is bound to an endpoint other than this app client's endpoint.
    pub(crate) fn require_endpoint(&self, app_client: &AppClient) -> Result<(), Error> {
        self.endpoint().map_or(Ok(()), |endpoint| app_client.require_endpoint(Some(endpoint)))
    }

    /// Fails if this stored session is bound to an endpoint other than this app client's endpoint. If an
    /// earlier version of this crate stored the session without an endpoint, the session is treated as bound
    /// to AWS.
    pub(crate) fn require_stored_endpoint(&self, app_client: &AppClient) -> Result<(), Error> {
        app_client.require_endpoint(self.endpoint())
    }
}

/// Fails if the claim `iss` of a token names a user pool other than this app client's user pool.
///
/// The claim `iss` is a URL whose last segment is the id of the user pool. The function does not compare the
/// URL's host, because a user pool can have two issuer URLs, and because proxies and other servers have
/// different hosts. The function accepts tokens that contain no user pool id.
pub(super) fn require_user_pool(app_client: &AppClient, claims: &Claims) -> Result<(), Error> {
    for issuer in claims.issuers.iter().flatten() {
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
