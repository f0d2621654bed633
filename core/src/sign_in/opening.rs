//! How a sign-in begins.

use alloc::boxed::Box;
use alloc::string::String;

use super::challenge::SoftwareTokenSetup;
use crate::error::InvalidInput;
use crate::operation::{AuthFlow, InitiateAuth, Parameters, RespondToAuthChallenge, VerifySoftwareToken};
use crate::secret::{ChallengeSession, Password};
use crate::srp::EphemeralKey;

/// With what a flow begins.
#[derive(Debug)]
pub(super) enum Opening {
    /// A sign-in, which can begin again.
    Initiate { typed: String, credentials: Credentials },
    /// An answer.
    Answer(Result<Box<RespondToAuthChallenge>, InvalidInput>),
    /// The device's answer to DEVICE_SRP_AUTH.
    Device(Option<ChallengeSession>),
    /// The first code of an authenticator app.
    Verify { setup: Box<SoftwareTokenSetup>, operation: Result<VerifySoftwareToken, InvalidInput> },
}

#[derive(Debug)]
pub(super) enum Credentials {
    Srp(Password),
    Password(Password),
    Custom,
    CustomWithSrp(Password),
}

impl Credentials {
    /// Whether the password is proven, rather than sent.
    pub(super) fn has_srp(&self) -> bool {
        matches!(self, Self::Srp(_) | Self::CustomWithSrp(_))
    }

    pub(super) fn password(&self) -> Option<&Password> {
        match self {
            Self::Srp(password) | Self::Password(password) | Self::CustomWithSrp(password) => Some(password),
            Self::Custom => None,
        }
    }

    /// The request for the user of this name, with the key of a proof and the device where there are any.
    pub(super) fn operation(
        &self,
        username: &str,
        key: Option<&EphemeralKey>,
        device_key: Option<&str>,
    ) -> Result<InitiateAuth, InvalidInput> {
        InvalidInput::require("username", username)?;
        if let Some(password) = self.password() {
            InvalidInput::require("password", password.expose())?;
        }
        let mut parameters = Parameters::from_iter([("USERNAME", username)]);
        if let Some(key) = key {
            parameters.insert("SRP_A", key.srp_a());
        }
        if let Some(device_key) = device_key {
            parameters.insert("DEVICE_KEY", device_key);
        }
        let auth_flow = match self {
            Self::Srp(_) => AuthFlow::UserSrpAuth,
            Self::Password(password) => {
                parameters.insert("PASSWORD", password.expose());
                AuthFlow::UserPasswordAuth
            }
            Self::Custom => AuthFlow::CustomAuth,
            Self::CustomWithSrp(_) => {
                parameters.insert("CHALLENGE_NAME", "SRP_A");
                AuthFlow::CustomAuth
            }
        };
        Ok(InitiateAuth::new(auth_flow, parameters))
    }
}
