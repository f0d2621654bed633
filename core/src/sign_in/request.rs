//! The requests of a sign-in: first InitiateAuth, then RespondToAuthChallenge for each challenge.

use crate::configuration::AppClient;
use crate::error::{Error, InvalidInput};
use crate::flow::{Event, Flow, Step};
use crate::operation::{Context, InitiateAuth, InitiateAuthResponse, Parameters, RespondToAuthChallenge};
use crate::protocol::{Call, Metadata};
use crate::secret::Password;
use crate::timestamp::Timestamp;

/// A request whose response contains tokens or a challenge.
#[derive(Debug, Clone)]
pub(super) enum AuthRequest {
    Initiate(InitiateAuth),
    Respond(RespondToAuthChallenge),
}

impl AuthRequest {
    pub(super) fn parameters_mut(&mut self) -> &mut Parameters {
        match self {
            Self::Initiate(operation) => &mut operation.auth_parameters,
            Self::Respond(operation) => &mut operation.challenge_responses,
        }
    }

    pub(super) fn set_context(&mut self, context: Context) {
        match self {
            Self::Initiate(operation) => operation.context = context,
            Self::Respond(operation) => operation.context = context,
        }
    }

    pub(super) fn call(self, app_client: &AppClient) -> AuthCall {
        match self {
            Self::Initiate(operation) => AuthCall::Initiate(Call::new(app_client, operation)),
            Self::Respond(operation) => AuthCall::Respond(Call::new(app_client, operation)),
        }
    }
}

/// A running [`AuthRequest`].
#[derive(Debug)]
pub(super) enum AuthCall {
    Initiate(Call<InitiateAuth>),
    Respond(Call<RespondToAuthChallenge>),
}

impl AuthCall {
    pub(super) fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<InitiateAuthResponse>, Error> {
        match self {
            Self::Initiate(call) => call.step(now, event),
            Self::Respond(call) => call.step(now, event),
        }
    }

    pub(super) fn metadata(&self) -> &Metadata {
        match self {
            Self::Initiate(call) => call.metadata(),
            Self::Respond(call) => call.metadata(),
        }
    }
}

/// The first request of a flow.
#[derive(Debug, Clone)]
pub(super) struct FirstRequest {
    pub(super) request: AuthRequest,
    /// The password that the flow proves over SRP: the flow adds `SRP_A` to the request and answers
    /// PASSWORD_VERIFIER.
    pub(super) password: Option<Password>,
}

impl FirstRequest {
    /// Makes the flow prove this password over SRP. Fails if the password is empty.
    pub(super) fn proving(self, password: &Password) -> Result<Self, InvalidInput> {
        InvalidInput::require("password", password.expose())?;
        Ok(Self { password: Some(password.clone()), ..self })
    }
}

impl From<InitiateAuth> for FirstRequest {
    fn from(operation: InitiateAuth) -> Self {
        Self { request: AuthRequest::Initiate(operation), password: None }
    }
}

impl From<RespondToAuthChallenge> for FirstRequest {
    fn from(operation: RespondToAuthChallenge) -> Self {
        Self { request: AuthRequest::Respond(operation), password: None }
    }
}
