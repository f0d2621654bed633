//! The interface between a flow and its driver: the trait [`Flow`], events and steps.

pub(crate) mod guarded;

use crate::error::{Cause, Error};
use crate::http::{Request, Response};
use crate::timestamp::Timestamp;

/// A state machine for one task, such as a sign-in. A flow ends when the task is complete or when the user
/// must decide what happens next. A flow never waits for the user.
///
/// Call [`step`](Flow::step) with [`Event::Start`], do what the returned [`Step`] says, report the result as
/// the next event, and continue until [`Step::Done`]. This loop is the same for every flow. The front page of
/// the crate shows an example of the loop.
///
/// A flow never panics, not even on an invalid event or response. After the first error of a flow, every
/// later step returns the same error. The only exception is [`Error::Misuse`], the error for an event that
/// does not match the last step: after a `Misuse` error, the flow is unchanged.
pub trait Flow {
    /// The result of a successful flow.
    type Output;

    /// Takes one event and returns the next step. `now` is the time of the event, according to the caller's
    /// clock.
    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<Self::Output>, Error>;

    /// Returns whether a step of this flow may compute for milliseconds instead of microseconds. For example,
    /// SRP needs milliseconds. If the result is `true`, run the steps of the flow on a thread where they do
    /// not block other tasks.
    fn is_compute_heavy(&self) -> bool {
        false
    }
}

/// An event that the driver reports to a flow.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver can report nothing else")]
pub enum Event {
    /// The driver starts the flow.
    Start,
    /// The driver tried to send the request, and reports the outcome.
    Sent(SendOutcome),
    /// The wait that the flow requested is over.
    Woke,
}

/// The outcome of sending a request.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "complete: sending a request has no other outcome")]
pub enum SendOutcome {
    /// A complete response arrived. The response may have any HTTP status.
    Answered(Response),
    /// The driver could not resolve the host name or could not connect, so the service received no part of
    /// the request.
    NotSent(Cause),
    /// The request may have reached the service, but no complete response arrived. For example, the request
    /// timed out, the connection was lost, or the body of the response was truncated or too large.
    NoAnswer(Cause),
}

/// The action that a flow requests from its driver.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver has nothing else to do")]
pub enum Step<T> {
    /// Send this request, and report the outcome with [`Event::Sent`].
    Send(Request),
    /// Sleep for a random time between zero and this bound, and then report [`Event::Woke`].
    Wait(Backoff),
    /// The flow has ended with this output.
    Done(T),
}

/// The upper bound of a wait. The driver sleeps for a random time between zero and the bound, so that clients
/// that were throttled at the same time retry at different times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The longest time to sleep, in milliseconds.
    pub at_most_millis: u64,
}

impl Backoff {
    /// Creates an upper bound of `at_most_millis` milliseconds.
    #[must_use]
    pub const fn new(at_most_millis: u64) -> Self {
        Self { at_most_millis }
    }
}
