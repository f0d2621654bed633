//! CUSTOM_AUTH: sign-in by the challenges of the user pool's Lambda triggers. The sign-in may first prove the
//! user's password over SRP.

use super::request::FirstRequest;
use crate::error::InvalidInput;
use crate::operation::{AuthFlow, InitiateAuth, Parameters};
use crate::secret::Password;

pub(super) fn initiate(username: &str) -> FirstRequest {
    InitiateAuth::new(AuthFlow::CustomAuth, Parameters::from_iter([("USERNAME", username)])).into()
}

pub(super) fn initiate_with_srp(username: &str, password: &Password) -> Result<FirstRequest, InvalidInput> {
    let parameters = Parameters::from_iter([("USERNAME", username), ("CHALLENGE_NAME", "SRP_A")]);
    FirstRequest::from(InitiateAuth::new(AuthFlow::CustomAuth, parameters)).proving(password)
}
