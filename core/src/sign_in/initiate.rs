//! The ways in which a sign-in begins: InitiateAuth.

use alloc::string::String;

use super::request::FirstRequest;
use super::{custom, password, srp};
use crate::error::InvalidInput;
use crate::secret::Password;

/// How a sign-in begins, and begins again if the service refuses its device.
#[derive(Debug, Clone)]
pub(super) struct Initiation {
    /// As the caller typed it.
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
