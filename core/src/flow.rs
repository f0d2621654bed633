//! The contract between a flow and its driver: a few types and one method.

pub(crate) mod guarded;

use crate::error::{Cause, Error};
use crate::http::{Request, Response};
use crate::timestamp::Timestamp;

/// Everything this crate does is a flow: it runs from one human decision to the next and is never suspended at a human.
///
/// Call [`step`](Flow::step) with [`Event::Start`], do what the returned [`Step`] asks, report what came of it as the
/// next event, and go on until [`Step::Done`]. The loop is the same for every flow; the crate's front page shows it.
///
/// A flow never panics, whatever it is fed. Its first error sticks: every later step gives it again. The exception is
/// [`Error::Misuse`], an event that does not answer the last step: it leaves the flow as it was and does not stick.
pub trait Flow {
    /// What the flow ends with.
    type Output;

    /// Takes one event and says what to do next. `now` is the caller's clock at the time of the event.
    fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<Self::Output>, Error>;

    /// Whether a step may compute for milliseconds, as SRP does, rather than microseconds. Such a flow's steps are to be
    /// taken where they hold nobody up.
    fn is_compute_heavy(&self) -> bool {
        false
    }
}

/// What has happened since the last step.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver can report nothing else")]
pub enum Event {
    /// The flow begins.
    Start,
    /// The request was sent, or should have been; this is what came of it.
    Sent(SendOutcome),
    /// The wait that the flow asked for is over.
    Woke,
}

/// What came of sending a request.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "complete: nothing else can come of sending a request")]
pub enum SendOutcome {
    /// The whole answer has arrived, whatever its status.
    Answered(Response),
    /// Resolving or connecting failed: no byte of the request can have arrived.
    NotSent(Cause),
    /// The request may have arrived, but there is no whole answer: a time-out, a lost connection, a body cut off or too
    /// large.
    NoAnswer(Cause),
}

/// What to do next.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "complete: a driver need do nothing else")]
pub enum Step<T> {
    /// Send this request; report what came of it by [`Event::Sent`].
    Send(Request),
    /// Sleep a random time up to the bound; report [`Event::Woke`].
    Wait(Backoff),
    /// The flow is over.
    Done(T),
}

/// A bound on a wait. The driver sleeps a random time between nothing and this, so that clients that were refused
/// together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backoff {
    /// The longest sleep, in milliseconds.
    pub at_most_millis: u64,
}

impl Backoff {
    /// A wait of at most so many milliseconds.
    #[must_use]
    pub const fn new(at_most_millis: u64) -> Self {
        Self { at_most_millis }
    }
}
