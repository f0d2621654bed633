//! InitiateAuth: the first request of a sign-in.

use alloc::string::String;

use super::request::FirstRequest;
use super::{custom, password, srp};
use crate::error::InvalidInput;
use crate::secret::Password;

/// The user name and the method of a sign-in. If the service rejects the device, the flow starts the sign-in
/// again with the same user name and the same method.
#[derive(Debug, Clone)]
pub(super) struct Initiation {
    /// The user name that the caller passed.
    pub(super) username: String,
    pub(super) method: Method,
}

#[derive(Debug, Clone)]
pub(super) enum Method {
    Srp(Password),
    Password(Password),
    Custom,
    CustomWithSrp(Password),
}

impl Initiation {
    pub(super) fn request(&self) -> Result<FirstRequest, InvalidInput> {
        InvalidInput::require("username", &self.username)?;
        match &self.method {
            Method::Srp(password) => srp::initiate(&self.username, password),
            Method::Password(password) => password::initiate(&self.username, password),
            Method::Custom => Ok(custom::initiate(&self.username)),
            Method::CustomWithSrp(password) => custom::initiate_with_srp(&self.username, password),
        }
    }
}
