//! Rules for members that several operations have.

use serde::{Deserialize, Deserializer};

use crate::error::InvalidInput;
use crate::secret::ChallengeSession;

/// The check of an operation that takes either an access token or a challenge session.
pub(in crate::operation) fn either_token_or_session(
    has_access_token: bool,
    session: Option<&ChallengeSession>,
) -> Result<(), InvalidInput> {
    if has_access_token == session.is_some() {
        return Err(InvalidInput::new("session", "must be there when there is no access token, and only then"));
    }
    Ok(())
}

/// Reads a member that the service may leave out or send as null where it means nothing.
pub(in crate::operation) fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
