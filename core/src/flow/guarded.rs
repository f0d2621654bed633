//! What all flows have in common: they begin once, they end once, and their first error sticks.

use crate::error::{Error, Misuse};
use crate::flow::{Event, Step};
use crate::timestamp::Timestamp;

/// The part of a flow that is its own. It is asked to advance from [`Event::Start`] on, until it is done or has failed.
pub(crate) trait Machine {
    type Output;

    fn advance(&mut self, now: Timestamp, event: Event) -> Result<Step<Self::Output>, Error>;
}

/// A machine with the rules of [`Flow`](crate::Flow) around it.
#[derive(Debug)]
pub(crate) struct Guarded<M> {
    machine: M,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Ready,
    Running,
    Finished,
    Failed(Error),
}

impl<M> Guarded<M> {
    pub(crate) fn new(machine: M) -> Self {
        Self { machine, stage: Stage::Ready }
    }

    pub(crate) fn machine(&self) -> &M {
        &self.machine
    }

    pub(crate) fn machine_mut(&mut self) -> &mut M {
        &mut self.machine
    }
}

impl<M: Machine> Guarded<M> {
    pub(crate) fn step(&mut self, now: Timestamp, event: Event) -> Result<Step<M::Output>, Error> {
        match &self.stage {
            Stage::Ready if !matches!(event, Event::Start) => return Err(Misuse::NotStarted.into()),
            Stage::Finished => return Err(Misuse::Finished.into()),
            Stage::Failed(error) => return Err(error.clone()),
            Stage::Ready | Stage::Running => {}
        }
        let result = self.machine.advance(now, event);
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
    /// The same with another output.
    pub(crate) fn map<Output>(self, output: impl FnOnce(T) -> Output) -> Step<Output> {
        match self {
            Self::Done(done) => Step::Done(output(done)),
            Self::Send(request) => Step::Send(request),
            Self::Wait(backoff) => Step::Wait(backoff),
        }
    }

    /// The output of a call that runs inside a flow; or the step that it wants, which is the flow's own.
    pub(crate) fn finished<Output>(self) -> Result<T, Step<Output>> {
        match self {
            Self::Done(output) => Ok(output),
            Self::Send(request) => Err(Step::Send(request)),
            Self::Wait(backoff) => Err(Step::Wait(backoff)),
        }
    }
}
