//! Rules for request and response members that several operations have.

use serde::{Deserialize, Deserializer};

use crate::error::InvalidInput;
use crate::secret::ChallengeSession;

/// Checks that a request has either an access token or a challenge session, but not both.
pub(in crate::operation) fn either_token_or_session(
    has_access_token: bool,
    session: Option<&ChallengeSession>,
) -> Result<(), InvalidInput> {
    if has_access_token == session.is_some() {
        return Err(InvalidInput::new("session", "pass either a challenge session or an access token, not both"));
    }
    Ok(())
}

/// Deserializes `null` as the default value, because the service may leave out an empty member or send it as
/// `null`.
pub(in crate::operation) fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
