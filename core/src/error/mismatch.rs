//! The errors for sessions, challenges and tokens that do not belong to the configured endpoint or user pool.

use alloc::string::String;

/// The error of a session or a challenge from an endpoint other than the configured one. The flow sent no
/// request.
///
/// To fix this error, configure the endpoint at which the user signed in, or let the user sign in again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the user signed in at the endpoint {}, but {configured} is configured: \
     configure that endpoint, or sign in again",
    signed_in_at.as_deref().unwrap_or("of AWS")
)]
#[non_exhaustive]
pub struct OtherEndpoint {
    /// The URL of the endpoint at which the user signed in. The value is `None` if an earlier version of this
    /// crate stored the session. In this case, this crate assumes that the user signed in at an endpoint of
    /// AWS.
    pub signed_in_at: Option<String>,
    /// The URL of the configured endpoint.
    pub configured: String,
}

/// The error of a sign-in whose tokens are for a user pool other than the configured one.
///
/// To fix this error, correct the configured id of the user pool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tokens are for user pool {issued_by}, but {configured} is configured")]
#[non_exhaustive]
pub struct OtherUserPool {
    /// The id of the user pool that issued the tokens.
    pub issued_by: String,
    /// The id of the configured user pool.
    pub configured: String,
}
