//! The service's part: answers in their order, and a record of what was sent to get them.

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;

use cognito_core::{Event, Flow, Headers, Request, Response, Step, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// One answer.
#[derive(Clone, Deserialize)]
pub(crate) struct Answer {
    /// The operation that it answers.
    to: String,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    body: Value,
    /// The client that asks for it, where the other does not.
    only: Option<String>,
}

fn ok() -> u16 {
    200
}

/// What the service answers in one step.
pub(crate) struct Script {
    now: Timestamp,
    step: usize,
    answers: VecDeque<(usize, Answer)>,
}

impl Script {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { now, step: 0, answers: VecDeque::new() }
    }

    /// Goes on to these answers.
    pub(crate) fn begin(&mut self, step: usize, answers: &[Answer]) {
        self.step = step;
        let ours = |(_, answer): &(usize, Answer)| answer.only.as_deref().is_none_or(|client| client == "rust");
        self.answers = answers.iter().cloned().enumerate().filter(ours).collect();
    }

    /// Whether all answers have been asked for.
    pub(crate) fn is_over(&self) -> bool {
        self.answers.is_empty()
    }

    /// Runs a flow to its end.
    pub(crate) fn run<F: Flow>(&mut self, mut flow: F) -> Result<F::Output, Box<dyn Error>> {
        let mut event = Event::Start;
        loop {
            event = match flow.step(self.now, event)? {
                Step::Send(request) => Event::Response(self.answer(&request)?),
                Step::Wait(_) => Event::Woke,
                Step::Done(output) => return Ok(output),
            };
        }
    }

    /// Prints the request, and answers it.
    fn answer(&mut self, request: &Request) -> Result<Response, Box<dyn Error>> {
        let unexpected = || format!("nothing answers this {}", request.operation());
        let (index, answer) = self.answers.pop_front().ok_or_else(unexpected)?;
        if answer.to != request.operation() {
            return Err(unexpected().into());
        }
        let headers: BTreeMap<&str, &str> = request.headers().iter().collect();
        let body: Value = serde_json::from_slice(request.body())?;
        let line = json!({
            "step": self.step, "answer": index, "method": Request::METHOD, "url": request.url(), "headers": headers,
            "body": body,
        });
        println!("{line}");
        Ok(Response::new(answer.status, Headers::new(), answer.body.to_string().into_bytes()))
    }
}
