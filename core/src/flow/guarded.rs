//! The rules for all flows. A flow starts once and ends once. After an error, every later step returns the
//! same error.

use crate::error::{Error, Misuse, NotReached};
use crate::flow::{Event, SendOutcome, Step};
use crate::timestamp::Timestamp;

/// The steps of one flow. [`Guarded`] calls [`advance`](Self::advance) first with [`Event::Start`], and never
/// calls it again after the flow has ended or failed.
pub(crate) trait Steps {
    type Output;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<Self::Output>, Error>;
}

/// A wrapper around the steps of a flow. The wrapper enforces the rules of [`Flow`](crate::Flow).
#[derive(Debug)]
pub(crate) struct Guarded<S> {
    steps: S,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Ready,
    Running,
    Finished,
    Failed(Error),
}

impl<S> Guarded<S> {
    pub(crate) fn new(steps: S) -> Self {
        Self { steps, stage: Stage::Ready }
    }

    pub(crate) fn inner(&self) -> &S {
        &self.steps
    }

    pub(crate) fn inner_mut(&mut self) -> &mut S {
        &mut self.steps
    }
}

impl<S: Steps> Guarded<S> {
    pub(crate) fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<S::Output>, Error> {
        match &self.stage {
            Stage::Ready if !matches!(event, Event::Start) => return Err(Misuse::NotStarted.into()),
            Stage::Finished => return Err(Misuse::Finished.into()),
            Stage::Failed(error) => return Err(error.clone()),
            Stage::Ready | Stage::Running => {}
        }
        let result = self.steps.advance(now, event);
        match &result {
            Ok(Step::Done(_)) => self.stage = Stage::Finished,
            Ok(_) => self.stage = Stage::Running,
            Err(Error::Misuse(_)) => {}
            Err(error) => self.stage = Stage::Failed(error.clone()),
        }
        result
    }
}

impl<T> Step<T> {
    /// Converts the output in [`Step::Done`] with the function `output`, and returns any other step
    /// unchanged.
    pub(crate) fn map<Output>(self, output: impl FnOnce(T) -> Output) -> Step<Output> {
        match self {
            Self::Done(done) => Step::Done(output(done)),
            Self::Send(request) => Step::Send(request),
            Self::Wait(backoff) => Step::Wait(backoff),
        }
    }

    /// Returns the output if this step is [`Step::Done`]. Otherwise, returns the step as an `Err`, which the
    /// outer flow must pass to its driver.
    pub(crate) fn finished<Output>(self) -> Result<T, Step<Output>> {
        match self {
            Self::Done(output) => Ok(output),
            Self::Send(request) => Err(Step::Send(request)),
            Self::Wait(backoff) => Err(Step::Wait(backoff)),
        }
    }
}

impl Event {
    /// Returns an error if this event reports that no complete response arrived, or else `None`.
    pub(crate) fn not_reached(&self) -> Option<NotReached> {
        let (may_have_arrived, cause) = match self {
            Self::Sent(SendOutcome::NotSent(cause)) => (false, cause),
            Self::Sent(SendOutcome::NoAnswer(cause)) => (true, cause),
            Self::Sent(SendOutcome::Answered(_)) | Self::Start | Self::Woke => return None,
        };
        Some(NotReached { may_have_arrived, cause: cause.clone() })
    }
}
