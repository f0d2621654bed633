//! USER_PASSWORD_AUTH: the password is sent to the service over TLS.

use super::request::FirstRequest;
use crate::error::InvalidInput;
use crate::operation::{AuthFlow, InitiateAuth, Parameters};
use crate::secret::Password;

pub(super) fn initiate(username: &str, password: &Password) -> Result<FirstRequest, InvalidInput> {
    InvalidInput::require("password", password.expose())?;
    let parameters = Parameters::from_iter([("USERNAME", username), ("PASSWORD", password.expose())]);
    Ok(InitiateAuth::new(AuthFlow::UserPasswordAuth, parameters).into())
}
