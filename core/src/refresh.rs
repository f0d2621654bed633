//! New tokens for a refresh token.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::String;

use crate::app_client::AppClient;
use crate::call::Call;
use crate::error::{Error, InvalidInput, Misuse};
use crate::flow::{Event, Flow, Step, Timestamp};
use crate::operation::{AuthFlow, Context, InitiateAuth, Parameters};
use crate::secret::RefreshToken;
use crate::tokens::Tokens;

/// REFRESH_TOKEN_AUTH: new access and ID tokens for a refresh token.
///
/// The tokens that it ends with hold the refresh token to use from now on: the service's new one if it sent one, else
/// the old one. The service refuses this flow for app clients whose refresh tokens rotate.
///
/// Errors to expect: [`NotAuthorized::RefreshTokenExpired`], [`NotAuthorized::RefreshTokenRevoked`] and
/// [`NotAuthorized::InvalidRefreshToken`], after which the user must sign in again. Any other error says nothing about
/// the refresh token: keep it and try later.
///
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html>
///
/// ```
/// use cognito_core::{AppClient, Event, Flow, Refresh, Step, Timestamp, UserPoolId};
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let mut flow = Refresh::new(&app_client, "0d4f1c2e", "eyJjdHki…");
/// let Step::Send(request) = flow.step(Timestamp::from_unix_seconds(0), Event::Start)? else { unreachable!() };
/// // Send it and go on as with any flow.
/// # Ok::<(), cognito_core::Error>(())
/// ```
///
/// [`NotAuthorized::RefreshTokenExpired`]: crate::error::NotAuthorized::RefreshTokenExpired
/// [`NotAuthorized::RefreshTokenRevoked`]: crate::error::NotAuthorized::RefreshTokenRevoked
/// [`NotAuthorized::InvalidRefreshToken`]: crate::error::NotAuthorized::InvalidRefreshToken
#[derive(Debug)]
pub struct Refresh {
    app_client: AppClient,
    username: String,
    refresh_token: RefreshToken,
    context: Context,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    Refreshing(Box<Call<InitiateAuth>>),
    Failed(Error),
}

impl Refresh {
    /// `username` is the canonical user name, [`SignedIn::username`](crate::SignedIn::username): an app client's secret
    /// hash is over that name, never over an alias. App clients without a secret do not send it.
    #[must_use]
    pub fn new(app_client: &AppClient, username: impl Into<String>, refresh_token: impl Into<RefreshToken>) -> Self {
        Self {
            app_client: app_client.clone(),
            username: username.into(),
            refresh_token: refresh_token.into(),
            context: Context::default(),
            state: State::Ready,
        }
    }

    /// Sends this along with the request.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<Tokens>, Error> {
        match &mut self.state {
            State::Ready => {
                let Event::Start = event else { return Err(Misuse::NotStarted.into()) };
                InvalidInput::require("refresh token", self.refresh_token.expose())?;
                let parameters = Parameters::from_iter([("REFRESH_TOKEN", self.refresh_token.expose())]);
                let mut operation = InitiateAuth::new(AuthFlow::RefreshTokenAuth, parameters);
                operation.canonical_username = Some(self.username.clone());
                operation.context = self.context.clone();
                self.state = State::Refreshing(Box::new(Call::new(&self.app_client, operation)));
                self.advance(now, Event::Start)
            }
            State::Refreshing(call) => match call.step(now, event)?.finished() {
                Ok(response) => {
                    let tokens = response.authentication_result.and_then(Tokens::new);
                    let mut tokens =
                        tokens.ok_or_else(|| call.metadata().malformed("a refresh without an access token"))?;
                    tokens.refresh_token.get_or_insert_with(|| self.refresh_token.clone());
                    Ok(Step::Done(tokens))
                }
                Err(step) => Ok(step),
            },
            State::Failed(error) => Err(error.clone()),
        }
    }
}

impl Flow for Refresh {
    type Output = Tokens;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<Tokens>, Error> {
        let result = self.advance(now, event);
        if let Err(error) = &result
            && error.sticks()
        {
            self.state = State::Failed(error.clone());
        }
        result
    }
}
