//! The common result of a sign-in and of a refresh.

use super::Session;
use crate::device::DeviceReport;

/// A user who has signed in, or whose tokens have been refreshed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignedIn {
    /// The session, with the canonical user name. The canonical name comes from the access token, or from the
    /// service's response if the access token cannot be decoded. If the user typed an alias, the canonical
    /// name differs from the typed name.
    pub session: Session,
    /// The changes to the user's remembered device.
    pub device: DeviceReport,
}

/// Creates a result with this session and without changes to the device.
impl From<Session> for SignedIn {
    fn from(session: Session) -> Self {
        Self { session, device: DeviceReport::default() }
    }
}
