//! Sends one request of any protocol, retries the request if necessary, and reads the response.

use crate::error::{Error, InvalidInput, Misuse, NotReached, Refusal};
use crate::flow::guarded::Steps;
use crate::flow::{Event, SendOutcome, Step};
use crate::http::{Request, Response};
use crate::protocol::answer::Metadata;
use crate::protocol::retry::{Next, Retry, RetryPolicy};
use crate::timestamp::Timestamp;

/// A reader of the response to a request.
pub(crate) trait ReadAnswer {
    type Output;

    /// Returns the result of the request, or the error in the service's response.
    fn read(&self, response: &Response, metadata: &Metadata) -> Result<Self::Output, Error>;
}

/// The steps that send a request, retry the request by the rule in [`Retry`], and read the response. The type
/// `R` reads the response.
#[derive(Debug)]
pub(crate) struct Exchange<R> {
    /// The request, which may contain a password. The exchange drops the request after the last attempt.
    request: Result<Request, Error>,
    reader: R,
    retry: Retry,
    state: State,
    metadata: Metadata,
}

#[derive(Debug)]
enum State {
    Ready,
    Waiting,
    Sent,
}

impl<R> Exchange<R> {
    /// Creates the exchange that sends a request. If `request` is an error, the first step returns the error.
    pub(crate) fn new(request: Result<Request, InvalidInput>, reader: R, policy: RetryPolicy) -> Self {
        Self {
            request: request.map_err(Error::from),
            reader,
            retry: Retry::new(policy),
            state: State::Ready,
            metadata: Metadata::default(),
        }
    }

    /// Returns the metadata of the last response.
    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

impl<R: ReadAnswer> Steps for Exchange<R> {
    type Output = R::Output;

    fn advance(&mut self, _now: Timestamp, event: Event) -> Result<Step<R::Output>, Error> {
        let result = match (&self.state, event) {
            (State::Ready, Event::Start) | (State::Waiting, Event::Woke) => self.send(),
            (State::Sent, Event::Sent(outcome)) => self.receive(outcome),
            (State::Ready, _) => return Err(Misuse::NotStarted.into()),
            (State::Waiting, _) => return Err(Misuse::AwaitsWaking.into()),
            (State::Sent, _) => return Err(Misuse::AwaitsAnswer.into()),
        };
        if matches!(result, Ok(Step::Done(_)) | Err(_)) {
            self.request = Err(Misuse::Finished.into());
        }
        result
    }
}

impl<R: ReadAnswer> Exchange<R> {
    fn send(&mut self) -> Result<Step<R::Output>, Error> {
        let request = self.request.clone()?;
        self.state = State::Sent;
        Ok(Step::Send(request.with_attempt(self.retry.begin_attempt())))
    }

    fn receive(&mut self, outcome: SendOutcome) -> Result<Step<R::Output>, Error> {
        let (next, error) = match outcome {
            SendOutcome::Answered(response) => {
                self.metadata = Metadata::from_response(&response);
                match self.reader.read(&response, &self.metadata) {
                    Ok(output) => return Ok(Step::Done(output)),
                    Err(error) if error.refusal().is_some_and(Refusal::lacks_verification_key) => {
                        (self.retry.after_lack_of_key(), error)
                    }
                    Err(error) => (self.retry.after_error(response.status(), error.refusal_kind()), error),
                }
            }
            SendOutcome::NotSent(cause) => {
                let next = self.retry.after_not_sent();
                (next, NotReached { may_have_arrived: self.retry.may_have_arrived(), cause }.into())
            }
            SendOutcome::NoAnswer(cause) => {
                let next = self.retry.after_no_answer();
                (next, NotReached { may_have_arrived: self.retry.may_have_arrived(), cause }.into())
            }
        };
        match next {
            Next::RetryNow => self.send(),
            Next::RetryAfter(backoff) => {
                self.state = State::Waiting;
                Ok(Step::Wait(backoff))
            }
            Next::GiveUp => Err(error),
        }
    }
}
