//! New tokens for a refresh token.

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

/// Renews a session: new access and ID tokens for its refresh token, in the way that the app client is configured for
/// ([`AppClient::with_refresh_method`]).
///
/// The session that it ends with holds the refresh token to use from now on: the service's new one if it sent one, else
/// the old one. Save it before anything else: where refresh tokens rotate, the old one is soon good for nothing.
///
/// The request names the device that the tokens were given to. If the service does not know it any more, the request is
/// made once more without it, and the report names the device. A device that the service takes for a new one is
/// registered, as in a sign-in.
///
/// Only an error that [ends the session](Error::ends_session) says that the refresh token is dead. After any other, keep
/// it and try later. [`Error::RefreshNotEnabled`] says that the other way is the one to choose.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html>
///
/// ```
/// # use cognito_core::{AppClient, Error, Event, Flow, Refresh, Seed, Session, Step, Timestamp};
/// # fn begin(app_client: &AppClient, session: &Session, now: Timestamp, seed: Seed) -> Result<(), Error> {
/// let mut flow = Refresh::new(app_client, session, seed);
/// let Step::Send(request) = flow.step(now, Event::Start)? else { unreachable!() };
/// // Send it and go on as with any flow.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Refresh(Guarded<Refreshing>);

#[derive(Debug)]
struct Refreshing {
    tokens: RefreshTokens,
    completion: Option<Box<Completion>>,
}

impl Refresh {
    /// Renews this session, which is not changed. The seed is for a device that is registered.
    #[must_use]
    pub fn new(app_client: &AppClient, session: &Session, seed: Seed) -> Self {
        Self(Guarded::new(Refreshing { tokens: RefreshTokens::new(app_client, session, seed), completion: None }))
    }

    /// Sends this along with the request, as far as the operation has a place for it.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.0.inner_mut().tokens.context = context;
        self
    }

    /// Gives this name, for people to read, to a device that is registered.
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

/// The first part of a refresh: it ends when the tokens have come, before a device is registered.
#[derive(Debug)]
pub(crate) struct RefreshTokens {
    app_client: AppClient,
    session: Session,
    pub(crate) context: Context,
    pub(crate) device_name: Option<String>,
    seed: Seed,
    /// A device that the service does not know any more.
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
            State::GetTokens(call) => call.step(now, event).map_err(advise_older_way).map(|step| {
                let metadata = call.metadata().clone();
                step.map(|response| (response.authentication_result, metadata))
            }),
            State::InitiateAuth(call) => call.step(now, event).map_err(advise_newer_way).map(|step| {
                let metadata = call.metadata().clone();
                step.map(|response| (response.authentication_result, metadata))
            }),
        };
        match step.map(Step::finished) {
            Ok(Ok((result, metadata))) => self.renew(result, now, &metadata).map(Step::Done),
            Ok(Err(step)) => Ok(step),
            // It is tried once without the device: whether the tokens are dead without it is for the service to say.
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
        let refresh_token = self.session.refresh_token().ok_or(Error::NotSignedIn)?;
        let device_key = self.session.device_key();
        Ok(match self.app_client.refresh_method() {
            RefreshMethod::GetTokensFromRefreshToken => {
                let mut operation = GetTokensFromRefreshToken::new(refresh_token.clone());
                operation.set_device_key(device_key);
                operation.client_metadata.clone_from(&self.context.client_metadata);
                State::GetTokens(Box::new(Call::new(&self.app_client, operation)))
            }
            RefreshMethod::RefreshTokenAuth => {
                // The secret hash is over the canonical name, though the request names nobody.
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
        let tokens = tokens.ok_or_else(|| metadata.malformed("a refresh without an access token"))?;
        let mut signed_in = SignedIn::from(self.session.renewed(tokens, now, metadata.date));
        signed_in.device.gone_device_key.clone_from(&self.gone_device_key);
        let device_name = self.device_name.clone();
        Ok(Renewed::new(&self.app_client, signed_in, new_device.as_ref(), device_name, &self.seed))
    }
}

fn advise_older_way(error: Error) -> Error {
    advise(error, RefreshMethod::GetTokensFromRefreshToken, RefreshMethod::RefreshTokenAuth)
}

fn advise_newer_way(error: Error) -> Error {
    advise(error, RefreshMethod::RefreshTokenAuth, RefreshMethod::GetTokensFromRefreshToken)
}

/// Says which way to choose when the service says that the one chosen is not enabled.
fn advise(error: Error, chosen: RefreshMethod, choose: RefreshMethod) -> Error {
    match error {
        Error::Refused(refusal) if is_not_enabled(&refusal) => {
            Error::RefreshNotEnabled(Box::new(RefreshNotEnabled { chosen, choose, refusal: *refusal }))
        }
        error => error,
    }
}

/// The service has no error of its own for this. It says it under several names, and some proxies know no new operation.
fn is_not_enabled(refusal: &Refusal) -> bool {
    let message = refusal.message.to_ascii_lowercase();
    let says_so = ["not enabled", "not supported", "rotation"].iter().any(|part| message.contains(part));
    match refusal.kind {
        RefusalKind::OperationNotEnabled | RefusalKind::UnsupportedOperation => true,
        RefusalKind::InvalidParameter | RefusalKind::NotAuthorized(_) => says_so,
        _ => refusal.code == "UnknownOperationException",
    }
}
