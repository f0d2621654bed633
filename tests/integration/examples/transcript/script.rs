//! The service: returns prepared answers in order, and prints each request.

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;

use cognito_core::{Event, Flow, Headers, Request, Response, SendOutcome, Step, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// One prepared answer of the service.
#[derive(Clone, Deserialize)]
pub(crate) struct Answer {
    /// The name of the operation that gets this answer.
    to: String,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    body: Value,
    /// The name of the client that sends the request, if only one of the two clients sends it.
    only: Option<String>,
}

fn ok() -> u16 {
    200
}

/// The prepared answers of the service in one step.
pub(crate) struct Script {
    now: Timestamp,
    step: usize,
    answers: VecDeque<(usize, Answer)>,
}

impl Script {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { now, step: 0, answers: VecDeque::new() }
    }

    /// Replaces the answers with those of the next step.
    pub(crate) fn begin(&mut self, step: usize, answers: &[Answer]) {
        self.step = step;
        let ours = |(_, answer): &(usize, Answer)| answer.only.as_deref().is_none_or(|client| client == "rust");
        self.answers = answers.iter().cloned().enumerate().filter(ours).collect();
    }

    /// Returns whether all answers were used.
    pub(crate) fn is_finished(&self) -> bool {
        self.answers.is_empty()
    }

    /// Runs a flow to its end.
    pub(crate) fn run<F: Flow>(&mut self, mut flow: F) -> Result<F::Output, Box<dyn Error>> {
        let mut event = Event::Start;
        loop {
            event = match flow.step(self.now, event)? {
                Step::Send(request) => Event::Sent(SendOutcome::Answered(self.answer(&request)?)),
                Step::Wait(_) => Event::Woke,
                Step::Done(output) => return Ok(output),
            };
        }
    }

    /// Prints a request, and returns the next answer.
    fn answer(&mut self, request: &Request) -> Result<Response, Box<dyn Error>> {
        let unexpected = || format!("the step has no answer to this request of {}", request.operation());
        let (index, answer) = self.answers.pop_front().ok_or_else(unexpected)?;
        if answer.to != request.operation() {
            return Err(unexpected().into());
        }
        let headers: BTreeMap<&str, &str> = request.headers().iter().collect();
        let body: Value = serde_json::from_slice(request.body())?;
        let line = json!({
            "step": self.step, "answer": index, "method": request.method().as_str(), "url": request.url(), "headers": headers,
            "body": body,
        });
        println!("{line}");
        Ok(Response::new(answer.status, Headers::new(), answer.body.to_string().into_bytes()))
    }
}
