//! One operation as a flow. Assembling a request, reading its answer and sending it again live here and nowhere else.

mod answer;
mod assembly;
#[cfg(test)]
mod tests;

use alloc::string::String;
use core::marker::PhantomData;

use crate::configuration::AppClient;
use crate::configuration::IdentityPool;
use crate::error::{Error, InvalidInput, Misuse, NotReached, RefusalKind};
use crate::flow::guarded::{Guarded, Steps};
use crate::flow::{Backoff, Event, Flow, Step};
use crate::http::{Request, Response};
use crate::operation::{ForIdentityPool, Operation, Public, TokenAuthorized};
use crate::secret::AccessToken;
use crate::timestamp::Timestamp;

/// How often a request is sent at the most.
pub const MAX_ATTEMPTS: u32 = 3;

/// The bound of the first wait; each later one is twice as long.
const FIRST_BACKOFF_MILLIS: u64 = 500;

/// One operation: send the request, perhaps wait and send it again, and be done with the typed response.
///
/// It is sent again, up to [`MAX_ATTEMPTS`] times in all, when the service throttles it and when it cannot have been
/// sent. When it failed on the service's side (HTTP 5xx, or a login provider that does not answer) or got no answer, it is sent again only if the operation
/// [is repeatable](Operation::is_repeatable), and after a lost answer without a wait if it
/// [is urgent](Operation::is_urgent). `LimitExceededException` is a limit of hours, and is final.
///
/// ```
/// use cognito_core::operation::SignUp;
/// use cognito_core::{AppClient, Call, Event, Flow, Step, Timestamp, UserPoolId};
///
/// let app_client = AppClient::new(UserPoolId::new("us-east-1_QdbSdK39m")?, "3pu8tnp684l4lmlfoth25ojmd2")?;
/// let mut call = Call::new(&app_client, SignUp::new("alice", "Very$ecur3"));
/// let Step::Send(request) = call.step(Timestamp::from_unix_seconds(0), Event::Start)? else { unreachable!() };
/// assert_eq!(request.url(), "https://cognito-idp.us-east-1.amazonaws.com/");
/// # Ok::<(), cognito_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Call<O: Operation>(Guarded<Exchange<O>>);

#[derive(Debug)]
struct Exchange<O> {
    /// Given up once the call is over, since it may hold a password.
    request: Result<Request, Error>,
    is_repeatable: bool,
    is_urgent: bool,
    attempts: u32,
    may_have_arrived: bool,
    state: State,
    metadata: Metadata,
    operation: PhantomData<fn() -> O>,
}

#[derive(Debug)]
enum State {
    ToSend,
    Sent,
}

/// What an answer says beside its body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata {
    /// The `Date` header.
    pub(crate) date: Option<Timestamp>,
    /// The HTTP status.
    pub(crate) status: u16,
    /// `x-amzn-requestid`.
    pub(crate) request_id: Option<String>,
}

impl<O: Public> Call<O> {
    /// An operation that needs no access token.
    #[must_use]
    pub fn new(app_client: &AppClient, operation: O) -> Self {
        Self::assemble(app_client, operation, None)
    }
}

impl<O: TokenAuthorized> Call<O> {
    /// An operation that acts for a signed-in user: a [`Session`](crate::Session) or an [`AccessToken`] says for whom.
    #[must_use]
    pub fn signed_in(app_client: &AppClient, access_token: &impl AsRef<AccessToken>, operation: O) -> Self {
        Self::assemble(app_client, operation, Some(access_token.as_ref()))
    }
}

impl<O: ForIdentityPool> Call<O> {
    /// An operation of an identity pool, or of the Security Token Service for one.
    #[must_use]
    pub fn for_identity_pool(identity_pool: &IdentityPool, operation: O) -> Self {
        let request = assembly::assemble_for_identity_pool(identity_pool, &operation);
        Self::new_exchange(request, operation.is_repeatable(), operation.is_urgent())
    }
}

impl<O: Operation> Call<O> {
    fn assemble(app_client: &AppClient, operation: O, access_token: Option<&AccessToken>) -> Self {
        let (is_repeatable, is_urgent) = (operation.is_repeatable(), operation.is_urgent());
        Self::new_exchange(assembly::assemble(app_client, operation, access_token), is_repeatable, is_urgent)
    }

    fn new_exchange(request: Result<Request, InvalidInput>, is_repeatable: bool, is_urgent: bool) -> Self {
        Self(Guarded::new(Exchange {
            request: request.map_err(Error::from),
            is_repeatable,
            is_urgent,
            attempts: 0,
            may_have_arrived: false,
            state: State::ToSend,
            metadata: Metadata::default(),
            operation: PhantomData,
        }))
    }

    /// What the last answer said beside its body.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.0.inner().metadata
    }
}

impl<O: Operation> Flow for Call<O> {
    type Output = O::Response;

    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<O::Response>, Error> {
        self.0.step(now, event)
    }
}

impl<O: Operation> Steps for Exchange<O> {
    type Output = O::Response;

    fn advance(&mut self, _now: Timestamp, event: Event) -> Result<Step<O::Response>, Error> {
        let result = match (&self.state, event) {
            (State::ToSend, Event::Start) if self.attempts == 0 => self.send(),
            (State::ToSend, Event::Woke) => self.send(),
            (State::Sent, Event::Response(response)) => self.receive(&response),
            (State::Sent, Event::NotSent(cause)) => {
                self.send_again_or(true, |may_have_arrived| Error::NotReached(NotReached { may_have_arrived, cause }))
            }
            (State::Sent, Event::NoAnswer(_)) if self.is_urgent && self.attempts < MAX_ATTEMPTS => {
                self.may_have_arrived = true;
                self.send()
            }
            (State::Sent, Event::NoAnswer(cause)) => {
                self.may_have_arrived = true;
                self.send_again_or(self.is_repeatable, |may_have_arrived| {
                    Error::NotReached(NotReached { may_have_arrived, cause })
                })
            }
            (State::ToSend, _) => return Err(Misuse::AwaitsWaking.into()),
            (State::Sent, _) => return Err(Misuse::AwaitsAnswer.into()),
        };
        if matches!(result, Ok(Step::Done(_)) | Err(_)) {
            self.request = Err(Misuse::Finished.into());
        }
        result
    }
}

impl<O: Operation> Exchange<O> {
    fn send(&mut self) -> Result<Step<O::Response>, Error> {
        let request = self.request.clone()?;
        self.attempts += 1;
        self.state = State::Sent;
        Ok(Step::Send(request.attempted(self.attempts)))
    }

    fn receive(&mut self, response: &Response) -> Result<Step<O::Response>, Error> {
        // A request that was refused was not carried out; one that failed may have been.
        self.may_have_arrived |= response.status() >= 500;
        self.metadata = answer::metadata(response);
        match answer::read::<O>(response, &self.metadata) {
            Ok(output) => Ok(Step::Done(output)),
            Err(error) => self.send_again_or(self.is_passing(response.status(), error.refusal_kind()), |_| error),
        }
    }

    /// Whether the same request may fare better later.
    fn is_passing(&self, status: u16, kind: Option<RefusalKind>) -> bool {
        match kind {
            Some(RefusalKind::LimitExceeded) => false,
            Some(RefusalKind::TooManyRequests) => true,
            Some(RefusalKind::InternalError | RefusalKind::ExternalService | RefusalKind::IdpCommunicationError) => {
                self.is_repeatable
            }
            _ => status == 429 || (status >= 500 && self.is_repeatable),
        }
    }

    fn send_again_or(&mut self, again: bool, error: impl FnOnce(bool) -> Error) -> Result<Step<O::Response>, Error> {
        if !again || self.attempts >= MAX_ATTEMPTS {
            return Err(error(self.may_have_arrived));
        }
        self.state = State::ToSend;
        let doublings = self.attempts.saturating_sub(1);
        Ok(Step::Wait(Backoff { at_most_millis: FIRST_BACKOFF_MILLIS << doublings }))
    }
}
