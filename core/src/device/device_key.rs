//! The request parameter `DEVICE_KEY`, and the errors with which the service rejects a device.
//!
//! Both sign-in and refresh use this module. A sign-in with SRP sends the device key only after the service
//! has identified the user: the RespondToAuthChallenge requests contain the device key, but the InitiateAuth
//! request does not.

use crate::error::{Error, NotAuthorized, RefusalKind};
use crate::operation::{GetTokensFromRefreshToken, Parameters};

const DEVICE_KEY: &str = "DEVICE_KEY";

/// A request that can contain a device key.
pub(crate) trait NamesDevice {
    /// Returns the device key in the request, or `None` if the request contains no device key.
    fn device_key(&self) -> Option<&str>;

    /// Puts this device key into the request, or removes the device key if the argument is `None`.
    fn set_device_key(&mut self, device_key: Option<&str>);
}

/// The `AuthParameters` of InitiateAuth, and the `ChallengeResponses` of RespondToAuthChallenge.
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

/// Returns whether the service rejected a request because of the device key in the request. `is_proof` says
/// whether the request was part of the device's SRP proof.
pub(crate) fn is_gone(error: &Error, is_proof: bool) -> bool {
    let Error::Refused(refusal) = error else { return false };
    match refusal.kind {
        RefusalKind::ResourceNotFound => refusal.says(&["device"]),
        RefusalKind::InvalidParameter => refusal.says(&["device key"]),
        RefusalKind::NotAuthorized(NotAuthorized::IncorrectUsernameOrPassword | NotAuthorized::Other) => {
            is_proof && !refusal.is_from_trigger()
        }
        _ => false,
    }
}
