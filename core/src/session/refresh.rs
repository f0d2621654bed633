//! The refresh of a session: the service returns new tokens in exchange for the refresh token.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::String;

use crate::configuration::AppClient;
use crate::device::{self, NamesDevice};
use crate::error::{Error, InvalidInput, RefreshNotEnabled, Refusal, RefusalKind};
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Event, Flow, Step};
use crate::operation::{AuthFlow, AuthenticationResult, Context, GetTokensFromRefreshToken, InitiateAuth, Parameters};
use crate::protocol::{Call, Metadata};
use crate::refresh_method::RefreshMethod;
use crate::seed::Seed;
use crate::session::Session;
use crate::session::SignedIn;
use crate::session::Tokens;
use crate::session::completion::{Completion, Renewed};
use crate::timestamp::Timestamp;

/// Refreshes a session: gets a new access token and a new ID token in exchange for the session's refresh
/// token. To choose the operation, call [`AppClient::with_refresh_method`].
///
/// The returned session contains the new refresh token if the service sent one, or else the old refresh
/// token. Save the returned session before you do anything else: if the app client rotates refresh tokens,
/// the old refresh token soon becomes invalid.
///
/// The request contains the key of the device that the tokens were issued to. If the service no longer knows
/// the device, the flow retries the request once without the device key, and reports the key in
/// [`DeviceReport::gone_device_key`]. If the service sends the keys of a new device, the flow registers the
/// device, as a sign-in does.
///
/// If the session has no refresh token, the flow fails with [`Error::NoRefreshToken`]. If the session is
/// bound to another endpoint, the flow fails with [`Error::OtherEndpoint`]. In both cases, the flow sends no
/// request.
///
/// Only an error that [ends the session](Error::ends_session) means that the refresh token is invalid. After
/// any other error, keep the refresh token and try again later. After [`Error::RefreshNotEnabled`], configure
/// the [`AppClient`] with the [`RefreshMethod`] that the error suggests.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html>
///
/// ```
/// # use cognito_core::{
/// #     AppClient, Error, Event, Flow, Refresh, Seed, Session, Step, Timestamp,
/// # };
/// # fn begin(
/// #     app_client: &AppClient,
/// #     session: &Session,
/// #     now: Timestamp,
/// #     seed: Seed,
/// # ) -> Result<(), Error> {
/// let mut flow = Refresh::new(app_client, session, seed);
/// let Step::Send(request) = flow.step(now, Event::Start)? else { unreachable!() };
/// // Send the request, and continue as with any flow.
/// # Ok(())
/// # }
/// ```
///
/// [`DeviceReport::gone_device_key`]: crate::DeviceReport::gone_device_key
#[derive(Debug)]
pub struct Refresh(Guarded<Refreshing>);

#[derive(Debug)]
struct Refreshing {
    tokens: RefreshTokens,
    completion: Option<Box<Completion>>,
}

impl Refresh {
    /// Creates a flow that refreshes this session. If the flow registers a new device, the flow generates the
    /// device's password from the seed.
    #[must_use]
    pub fn new(app_client: &AppClient, session: &Session, seed: Seed) -> Self {
        Self(Guarded::new(Refreshing { tokens: RefreshTokens::new(app_client, session, seed), completion: None }))
    }

    /// Adds this context to the request. The flow does not send the parts of the context that the operation
    /// does not support.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.0.inner_mut().tokens.context = context;
        self
    }

    /// Sets the display name of a device that the flow registers.
    #[must_use]
    pub fn with_device_name(mut self, name: impl Into<String>) -> Self {
        self.0.inner_mut().tokens.device_name = Some(name.into());
        self
    }
}

impl Flow for Refresh {
    type Output = SignedIn;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<SignedIn>, Error> {
        self.0.step(now, event)
    }

    fn is_compute_heavy(&self) -> bool {
        true
    }
}

impl Steps for Refreshing {
    type Output = SignedIn;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<SignedIn>, Error> {
        if let Some(completion) = &mut self.completion {
            return completion.advance(now, event);
        }
        match self.tokens.advance(now, event)?.finished() {
            Ok(renewed) => self.completion.insert(Box::new(renewed.complete())).advance(now, Event::Start),
            Err(step) => Ok(step),
        }
    }
}

/// The first part of a refresh, which gets the new tokens but does not register a device.
#[derive(Debug)]
pub(crate) struct RefreshTokens {
    app_client: AppClient,
    session: Session,
    pub(crate) context: Context,
    pub(crate) device_name: Option<String>,
    seed: Seed,
    /// The key of a device that the service no longer knows.
    gone_device_key: Option<String>,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    GetTokens(Box<Call<GetTokensFromRefreshToken>>),
    InitiateAuth(Box<Call<InitiateAuth>>),
}

impl RefreshTokens {
    pub(crate) fn new(app_client: &AppClient, session: &Session, seed: Seed) -> Self {
        Self {
            app_client: app_client.clone(),
            session: session.clone(),
            context: Context::default(),
            device_name: None,
            seed,
            gone_device_key: None,
            state: State::Ready,
        }
    }
}

impl Steps for RefreshTokens {
    type Output = Renewed;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<Renewed>, Error> {
        let step = match &mut self.state {
            State::Ready => {
                self.state = self.begin()?;
                return self.advance(now, Event::Start);
            }
            State::GetTokens(call) => call.step(now, event).map_err(advise_refresh_token_auth).map(|step| {
                let metadata = call.metadata().clone();
                step.map(|response| (response.authentication_result, metadata))
            }),
            State::InitiateAuth(call) => call.step(now, event).map_err(advise_get_tokens).map(|step| {
                let metadata = call.metadata().clone();
                step.map(|response| (response.authentication_result, metadata))
            }),
        };
        match step.map(Step::finished) {
            Ok(Ok((result, metadata))) => self.renew(result, now, &metadata).map(Step::Done),
            Ok(Err(step)) => Ok(step),
            // Retry once without the device key: only the service knows whether the refresh token is valid
            // without the device.
            Err(error) if self.session.device_key().is_some() && device::is_gone(&error, false) => {
                self.gone_device_key = self.session.device_key.take();
                self.state = self.begin()?;
                self.advance(now, Event::Start)
            }
            Err(error) => Err(error),
        }
    }
}

impl RefreshTokens {
    fn begin(&self) -> Result<State, Error> {
        self.session.require_endpoint(&self.app_client)?;
        let refresh_token = self.session.refresh_token().ok_or(Error::NoRefreshToken)?;
        let device_key = self.session.device_key();
        Ok(match self.app_client.refresh_method() {
            RefreshMethod::GetTokensFromRefreshToken => {
                let mut operation = GetTokensFromRefreshToken::new(refresh_token.clone());
                operation.set_device_key(device_key);
                operation.client_metadata.clone_from(&self.context.client_metadata);
                State::GetTokens(Box::new(Call::new(&self.app_client, operation)))
            }
            RefreshMethod::RefreshTokenAuth => {
                // The secret hash is computed from the canonical name, although the request contains no user
                // name.
                if self.app_client.client_secret().is_some() {
                    InvalidInput::require("username", self.session.username())?;
                }
                let mut parameters = Parameters::from_iter([("REFRESH_TOKEN", refresh_token.expose())]);
                parameters.set_device_key(device_key);
                let mut operation = InitiateAuth::new(AuthFlow::RefreshTokenAuth, parameters);
                operation.canonical_username = Some(self.session.username().into());
                operation.context = self.context.clone();
                State::InitiateAuth(Box::new(Call::new(&self.app_client, operation)))
            }
        })
    }

    fn renew(
        &self,
        result: Option<AuthenticationResult>,
        now: Timestamp,
        metadata: &Metadata,
    ) -> Result<Renewed, Error> {
        let mut result = result.unwrap_or_default();
        let new_device = result.new_device_metadata.take();
        let tokens = Tokens::from_result(result);
        let tokens = tokens.ok_or_else(|| metadata.malformed("the access token is missing"))?;
        let mut signed_in =
            SignedIn::from(self.session.renewed(tokens, now, metadata.date).signed_in_at(&self.app_client));
        signed_in.device.gone_device_key.clone_from(&self.gone_device_key);
        let device_name = self.device_name.clone();
        Ok(Renewed::new(&self.app_client, signed_in, new_device.as_ref(), device_name, &self.seed))
    }
}

fn advise_refresh_token_auth(error: Error) -> Error {
    advise(error, RefreshMethod::GetTokensFromRefreshToken, RefreshMethod::RefreshTokenAuth)
}

fn advise_get_tokens(error: Error) -> Error {
    advise(error, RefreshMethod::RefreshTokenAuth, RefreshMethod::GetTokensFromRefreshToken)
}

/// Converts the error into [`Error::RefreshNotEnabled`] if the service says that the chosen refresh method is
/// not enabled. The converted error also says which refresh method to choose instead.
fn advise(error: Error, chosen: RefreshMethod, choose: RefreshMethod) -> Error {
    match error {
        Error::Refused(refusal) if is_not_enabled(&refusal) => {
            Error::RefreshNotEnabled(Box::new(RefreshNotEnabled { chosen, choose, refusal: *refusal }))
        }
        error => error,
    }
}

/// Returns whether the service says that a refresh method is not enabled. The service has no separate error
/// code for a refresh method that is not enabled, and some proxies reject GetTokensFromRefreshToken as an
/// unknown operation.
fn is_not_enabled(refusal: &Refusal) -> bool {
    match refusal.kind {
        RefusalKind::OperationNotEnabled | RefusalKind::UnsupportedOperation => true,
        RefusalKind::InvalidParameter | RefusalKind::NotAuthorized(_) => {
            refusal.says(&["not enabled", "not supported", "rotation"])
        }
        _ => refusal.code == "UnknownOperationException",
    }
}
