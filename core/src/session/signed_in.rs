//! What every way to tokens ends with.

use super::Session;
use crate::device::DeviceReport;

/// A user who has signed in, or whose tokens have been refreshed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignedIn {
    /// The session. Its user name is the canonical one: what the access token claims, and if that cannot be read what
    /// the service called the user. It differs from what was typed when that was an alias.
    pub session: Session,
    /// What became of the device.
    pub device: DeviceReport,
}

/// A session that came without a word on the device.
impl From<Session> for SignedIn {
    fn from(session: Session) -> Self {
        Self { session, device: DeviceReport::default() }
    }
}
