//! One operation as a flow. Assembling a request, reading its answer and sending it again live here and nowhere else.

mod answer;
mod assembly;
#[cfg(test)]
mod tests;

use alloc::string::String;
use core::marker::PhantomData;

use crate::app_client::AppClient;
use crate::error::{Error, InvalidInput, Misuse, NotReached, RefusalKind};
use crate::flow::{Backoff, Event, Flow, Step, Timestamp};
use crate::http::{Request, Response};
use crate::operation::{Operation, Public, SignedIn};
use crate::secret::AccessToken;

/// How often a request is sent at the most.
pub const MAX_ATTEMPTS: u32 = 3;

/// The bound of the first wait; each later one is twice as long.
const FIRST_BACKOFF_MILLIS: u64 = 500;

/// One operation: send the request, perhaps wait and send it again, and be done with the typed response.
///
/// It is sent again, up to [`MAX_ATTEMPTS`] times in all, when the service throttles it and when it cannot have been
/// sent. When it failed on the service's side (HTTP 5xx) or got no answer, it is sent again only if the operation
/// [is repeatable](Operation::is_repeatable). `LimitExceededException` is a limit of hours, and is final.
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
pub struct Call<O: Operation> {
    request: Result<Request, InvalidInput>,
    is_repeatable: bool,
    attempts: u32,
    may_have_arrived: bool,
    state: State,
    metadata: Metadata,
    operation: PhantomData<fn() -> O>,
}

#[derive(Debug)]
enum State {
    Ready,
    Sent,
    Waiting,
    Finished,
    Failed(Error),
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

impl<O: SignedIn> Call<O> {
    /// An operation that acts for the user to whom the access token was given.
    #[must_use]
    pub fn signed_in(app_client: &AppClient, access_token: &AccessToken, operation: O) -> Self {
        Self::assemble(app_client, operation, Some(access_token))
    }
}

impl<O: Operation> Call<O> {
    fn assemble(app_client: &AppClient, operation: O, access_token: Option<&AccessToken>) -> Self {
        let is_repeatable = operation.is_repeatable();
        Self {
            request: assembly::assemble(app_client, operation, access_token),
            is_repeatable,
            attempts: 0,
            may_have_arrived: false,
            state: State::Ready,
            metadata: Metadata::default(),
            operation: PhantomData,
        }
    }

    /// What the last answer said beside its body.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn advance(&mut self, event: Event) -> Result<Step<O::Response>, Error> {
        match (&self.state, event) {
            (State::Failed(error), _) => Err(error.clone()),
            (State::Ready, Event::Start) | (State::Waiting, Event::Woke) => self.send(),
            (State::Sent, Event::Response(response)) => self.receive(&response),
            (State::Sent, Event::NotSent(cause)) => {
                self.send_again_or(true, |may_have_arrived| Error::NotReached(NotReached { may_have_arrived, cause }))
            }
            (State::Sent, Event::NoAnswer(cause)) => {
                self.may_have_arrived = true;
                self.send_again_or(self.is_repeatable, |may_have_arrived| {
                    Error::NotReached(NotReached { may_have_arrived, cause })
                })
            }
            (State::Ready, _) => Err(Misuse::NotStarted.into()),
            (State::Sent, _) => Err(Misuse::AwaitsAnswer.into()),
            (State::Waiting, _) => Err(Misuse::AwaitsWaking.into()),
            (State::Finished, _) => Err(Misuse::Finished.into()),
        }
    }

    fn send(&mut self) -> Result<Step<O::Response>, Error> {
        let request = self.request.clone()?;
        self.attempts += 1;
        self.state = State::Sent;
        Ok(Step::Send(request))
    }

    fn receive(&mut self, response: &Response) -> Result<Step<O::Response>, Error> {
        self.may_have_arrived = true;
        self.metadata = answer::metadata(response);
        match answer::read(response, &self.metadata) {
            Ok(output) => {
                self.state = State::Finished;
                Ok(Step::Done(output))
            }
            Err(error) => self.send_again_or(self.is_passing(response.status(), error.refusal_kind()), |_| error),
        }
    }

    /// Whether the same request may fare better later.
    fn is_passing(&self, status: u16, kind: Option<RefusalKind>) -> bool {
        match kind {
            Some(RefusalKind::LimitExceeded) => false,
            Some(RefusalKind::TooManyRequests) => true,
            Some(RefusalKind::InternalError) => self.is_repeatable,
            _ => status == 429 || (status >= 500 && self.is_repeatable),
        }
    }

    fn send_again_or(&mut self, again: bool, error: impl FnOnce(bool) -> Error) -> Result<Step<O::Response>, Error> {
        if !again || self.attempts >= MAX_ATTEMPTS {
            return Err(error(self.may_have_arrived));
        }
        self.state = State::Waiting;
        let doublings = self.attempts.saturating_sub(1);
        Ok(Step::Wait(Backoff { at_most_millis: FIRST_BACKOFF_MILLIS << doublings }))
    }
}

impl<O: Operation> Flow for Call<O> {
    type Output = O::Response;

    fn step(&mut self, _now: Timestamp, event: Event) -> Result<Step<O::Response>, Error> {
        let result = self.advance(event);
        if let Err(error) = &result
            && error.sticks()
        {
            self.state = State::Failed(error.clone());
        }
        result
    }
}

impl<T> Step<T> {
    /// The output of a call that runs inside a flow; or the step that it wants, which is the flow's own.
    pub(crate) fn finished<Output>(self) -> Result<T, Step<Output>> {
        match self {
            Self::Done(output) => Ok(output),
            Self::Send(request) => Err(Step::Send(request)),
            Self::Wait(backoff) => Err(Step::Wait(backoff)),
        }
    }
}
