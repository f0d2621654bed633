//! A transport that shows the progress of requests: a spinner at a terminal, or one line for each request if
//! `--verbose` is set.

use std::io::{self, IsTerminal};
use std::time::Duration;

use cognito_blocking::adapter::Stopwatch;
use cognito_blocking::error::WithCauses;
use cognito_blocking::{Request, SendOutcome, Transport, TransportSettings, UreqTransport};
use indicatif::ProgressBar;
use serde_json::json;

use crate::output::Output;

/// A transport that sends requests with `ureq`, and shows the requests on standard error.
#[derive(Debug)]
pub(crate) struct WatchedTransport {
    transport: UreqTransport,
    /// The output that shows each request, or `None` if `--verbose` is not set.
    verbose: Option<Output>,
}

impl WatchedTransport {
    pub(crate) fn new(settings: &TransportSettings, verbose: Option<Output>) -> Self {
        Self { transport: UreqTransport::new(settings), verbose }
    }
}

impl Transport for WatchedTransport {
    fn send(&self, request: &Request) -> SendOutcome {
        let spinner = (self.verbose.is_none() && io::stderr().is_terminal()).then(|| spinner(request.operation()));
        let stopwatch = Stopwatch::start();
        let outcome = self.transport.send(request);
        if let Some(spinner) = spinner {
            spinner.finish_and_clear();
        }
        if let Some(output) = self.verbose {
            show(output, request, &outcome, stopwatch.elapsed_millis());
        }
        outcome
    }
}

fn spinner(operation: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(operation.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// Writes one line about a request. The line contains neither the body of the request nor the body of the
/// response.
fn show(output: Output, request: &Request, outcome: &SendOutcome, millis: u64) {
    let (operation, attempt) = (request.operation(), request.attempt());
    let (status, request_id, problem) = match outcome {
        SendOutcome::Answered(response) => (Some(response.status()), response.request_id(), None),
        SendOutcome::NotSent(cause) => (None, None, Some(format!("not sent: {}", WithCauses::new(cause)))),
        SendOutcome::NoAnswer(cause) => (None, None, Some(format!("no answer: {}", WithCauses::new(cause)))),
    };
    let end = status.map(|status| format!("status {status}, request id {}", request_id.unwrap_or("none")));
    let text = end.or(problem.clone()).unwrap_or_default();
    let json = json!({
        "operation": operation,
        "attempt": attempt,
        "status": status,
        "request_id": request_id,
        "problem": problem,
        "milliseconds": millis,
    });
    output.note(&format!("{operation}, attempt {attempt}: {text}, {millis} ms"), &json!({ "request": json }));
}
