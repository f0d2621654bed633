//! DEVICE_KEY: how a request names the device that it comes from, and how the service refuses that name.
//!
//! The sign-in and the refresh both name the device here. A sign-in names it in every request once it is
//! known who the user is: InitiateAuth with SRP_A does not name it, the answers that follow do.

use crate::error::{Error, NotAuthorized, Refusal, RefusalKind};
use crate::operation::{GetTokensFromRefreshToken, Parameters};

const DEVICE_KEY: &str = "DEVICE_KEY";

/// What can name the device that a request comes from.
pub(crate) trait NamesDevice {
    /// The key of the device that is named.
    fn device_key(&self) -> Option<&str>;

    /// Names the device of this key, or none.
    fn set_device_key(&mut self, device_key: Option<&str>);
}

/// `AuthParameters` of InitiateAuth and `ChallengeResponses` of RespondToAuthChallenge.
impl NamesDevice for Parameters {
    fn device_key(&self) -> Option<&str> {
        self.get(DEVICE_KEY)
    }

    fn set_device_key(&mut self, device_key: Option<&str>) {
        match device_key {
            Some(device_key) => self.insert(DEVICE_KEY, device_key),
            None => self.remove(DEVICE_KEY),
        }
    }
}

impl NamesDevice for GetTokensFromRefreshToken {
    fn device_key(&self) -> Option<&str> {
        self.device_key.as_deref()
    }

    fn set_device_key(&mut self, device_key: Option<&str>) {
        self.device_key = device_key.map(Into::into);
    }
}

/// Whether the service refuses a request because of the device that it names; `is_proof`, of one that proves
/// the device.
pub(crate) fn is_gone(error: &Error, is_proof: bool) -> bool {
    let Error::Refused(refusal) = error else { return false };
    let Refusal { kind, message, .. } = &**refusal;
    let message = message.to_ascii_lowercase();
    match kind {
        RefusalKind::ResourceNotFound => message.contains("device"),
        RefusalKind::InvalidParameter => message.contains("device key"),
        RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword | NotAuthorized::Other) => is_proof,
        _ => false,
    }
}
