//! New tokens for a refresh token.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;

use crate::app_client::{AppClient, RefreshMethod};
use crate::call::{Call, Metadata};
use crate::error::{Error, InvalidInput, RefreshNotEnabled, Refusal, RefusalKind};
use crate::flow::{Event, Flow, Step, Timestamp};
use crate::guarded::{self, Guarded};
use crate::operation::{AuthFlow, AuthenticationResult, Context, GetTokensFromRefreshToken, InitiateAuth, Parameters};
use crate::session::Session;
use crate::sign_in::SignedIn;
use crate::tokens::Tokens;

/// Renews a session: new access and ID tokens for its refresh token, in the way that the app client is configured for
/// ([`AppClient::with_refresh_method`]).
///
/// The session that it ends with holds the refresh token to use from now on: the service's new one if it sent one, else
/// the old one. Save it before anything else: where refresh tokens rotate, the old one is soon good for nothing.
///
/// Only an error that [ends the session](Error::ends_session) says that the refresh token is dead. After any other, keep
/// it and try later. [`Error::RefreshNotEnabled`] says that the other way is the one to choose.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html>
///
/// ```
/// # use cognito_core::{AppClient, Error, Event, Flow, Refresh, Session, Step, Timestamp};
/// # fn begin(app_client: &AppClient, session: &Session, now: Timestamp) -> Result<(), Error> {
/// let mut flow = Refresh::new(app_client, session);
/// let Step::Send(request) = flow.step(now, Event::Start)? else { unreachable!() };
/// // Send it and go on as with any flow.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Refresh(Guarded<Machine>);

#[derive(Debug)]
struct Machine {
    app_client: AppClient,
    session: Session,
    context: Context,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    GetTokens(Box<Call<GetTokensFromRefreshToken>>),
    InitiateAuth(Box<Call<InitiateAuth>>),
}

impl Refresh {
    /// Renews this session, which is not changed.
    #[must_use]
    pub fn new(app_client: &AppClient, session: &Session) -> Self {
        Self(Guarded::new(Machine {
            app_client: app_client.clone(),
            session: session.clone(),
            context: Context::default(),
            state: State::Ready,
        }))
    }

    /// Sends this along with the request, as far as the operation has a place for it.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.0.machine_mut().context = context;
        self
    }
}

impl Flow for Refresh {
    type Output = SignedIn;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<SignedIn>, Error> {
        self.0.step(now, event)
    }
}

impl guarded::Machine for Machine {
    type Output = SignedIn;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<SignedIn>, Error> {
        match &mut self.state {
            State::Ready => {
                self.state = self.begin()?;
                self.advance(now, Event::Start)
            }
            State::GetTokens(call) => match call.step(now, event).map_err(advise_older_way)?.finished() {
                Ok(response) => renew(&self.session, response.authentication_result, now, call.metadata()),
                Err(step) => Ok(step),
            },
            State::InitiateAuth(call) => match call.step(now, event).map_err(advise_newer_way)?.finished() {
                Ok(response) => renew(&self.session, response.authentication_result, now, call.metadata()),
                Err(step) => Ok(step),
            },
        }
    }
}

impl Machine {
    fn begin(&self) -> Result<State, Error> {
        let refresh_token = self.session.refresh_token().ok_or(Error::NotSignedIn)?;
        let device_key = self.session.device_key();
        Ok(match self.app_client.refresh_method() {
            RefreshMethod::GetTokensFromRefreshToken => {
                let mut operation = GetTokensFromRefreshToken::new(refresh_token.clone());
                operation.device_key = device_key.map(Into::into);
                operation.client_metadata.clone_from(&self.context.client_metadata);
                State::GetTokens(Box::new(Call::new(&self.app_client, operation)))
            }
            RefreshMethod::RefreshTokenAuth => {
                // The secret hash is over the canonical name, though the request names nobody.
                if self.app_client.client_secret().is_some() {
                    InvalidInput::require("username", self.session.username())?;
                }
                let mut parameters = Parameters::from_iter([("REFRESH_TOKEN", refresh_token.expose())]);
                if let Some(device_key) = device_key {
                    parameters.insert("DEVICE_KEY", device_key);
                }
                let mut operation = InitiateAuth::new(AuthFlow::RefreshTokenAuth, parameters);
                operation.canonical_username = Some(self.session.username().into());
                operation.context = self.context.clone();
                State::InitiateAuth(Box::new(Call::new(&self.app_client, operation)))
            }
        })
    }
}

fn renew(
    session: &Session,
    result: Option<AuthenticationResult>,
    now: Timestamp,
    metadata: &Metadata,
) -> Result<Step<SignedIn>, Error> {
    let mut result = result.unwrap_or_default();
    let new_device = result.new_device_metadata.take();
    let tokens = Tokens::from_result(result);
    let tokens = tokens.ok_or_else(|| metadata.malformed("a refresh without an access token"))?;
    Ok(Step::Done(SignedIn { session: session.renewed(tokens, now, metadata.date), new_device }))
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
