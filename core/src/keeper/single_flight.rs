//! Single flight: at most one job runs at a time, and all callers that join the job share the job's result.

use alloc::boxed::Box;

use super::{Admission, JobId, KeeperEvent, KeeperStep};
use crate::error::{Cause, Error, Misuse, NotReached};
use crate::timestamp::Timestamp;

/// A job of a keeper, as a state machine. `Known` is the state that the keeper has between jobs.
pub(crate) trait Job: Sized {
    type Known;
    type Input;
    type Value: Clone;
    type Output;

    /// Takes the event that reports the result of the last step, and returns the job's next transition.
    fn advance(self, known: &mut Self::Known, now: Timestamp, event: KeeperEvent<Self::Input>) -> Transition<Self>;
}

/// The transition of a job after an event. Every event handler must return a transition, so no handler can
/// lose the job.
pub(crate) enum Transition<J: Job> {
    /// The job is in this state until the driver reports the result of this step.
    Next(J, KeeperStep<J::Output>),
    /// The job is over. `value` is the result that [`SingleFlight::result`] returns from now on. If `value`
    /// is `None`, that method still returns the result of an earlier job.
    End { output: J::Output, value: Option<Result<J::Value, Error>> },
    /// The event does not answer the last step, so the job stays unchanged.
    Refuse(J, Misuse),
}

/// The running job of a keeper, and the result of the last job.
#[derive(Debug)]
pub(crate) struct SingleFlight<J: Job> {
    /// The number of jobs that have begun so far.
    begun: u64,
    running: Option<J>,
    result: Option<(JobId, Result<J::Value, Error>)>,
}

impl<J: Job> SingleFlight<J> {
    pub(crate) fn new() -> Self {
        Self { begun: 0, running: None, result: None }
    }

    pub(crate) fn newest(&self) -> JobId {
        JobId(self.begun)
    }

    pub(crate) fn running(&self) -> Option<&J> {
        self.running.as_ref()
    }

    /// Begins this job, unless another job is running. `joins` returns whether the new job may share the
    /// result of the running job. The first two arguments of `joins` are the new job and the running job. The
    /// third argument says whether the running job began after the caller read `since`.
    pub(crate) fn begin(&mut self, job: J, since: JobId, joins: impl FnOnce(&J, &J, bool) -> bool) -> Admission {
        let newest = self.newest();
        if let Some(running) = &self.running {
            return if joins(&job, running, newest > since) { Admission::Join(newest) } else { Admission::Wait };
        }
        self.begun += 1;
        self.running = Some(job);
        Admission::Drive
    }

    pub(crate) fn step(
        &mut self,
        known: &mut J::Known,
        now: Timestamp,
        event: KeeperEvent<J::Input>,
    ) -> Result<KeeperStep<J::Output>, Error> {
        let job = self.running.take().ok_or(Misuse::Finished)?;
        match job.advance(known, now, event) {
            Transition::Next(job, step) => {
                self.running = Some(job);
                Ok(step)
            }
            Transition::End { output, value } => {
                if let Some(value) = value {
                    self.result = Some((self.newest(), value));
                }
                Ok(KeeperStep::Done(Box::new(output)))
            }
            Transition::Refuse(job, misuse) => {
                self.running = Some(job);
                Err(misuse.into())
            }
        }
    }

    pub(crate) fn result(&self, job: JobId) -> Option<Result<J::Value, Error>> {
        let (newest, result) = self.result.as_ref()?;
        (*newest >= job).then(|| result.clone())
    }

    /// Replaces the result of the last job with an error, so that no caller gets the old value.
    pub(crate) fn forget_value(&mut self) {
        if let Some((_, result)) = &mut self.result {
            *result = Err(Error::NotSignedIn);
        }
    }

    /// Aborts the running job, if there is one.
    pub(crate) fn abandon(&mut self, cause: Cause) {
        if self.running.take().is_some() {
            self.result = Some((self.newest(), Err(NotReached::new(true, cause).into())));
        }
    }
}
