use tracing::{Span, debug, debug_span, warn};

use super::Stopwatch;
use crate::error::WithCauses;
use crate::flow::SendOutcome;
use crate::http::Request;

/// Reports one request to `tracing`: a span `cognito` with the operation and the attempt, and in it an event
/// that says how the request ended. Nothing of what is sent or answered is in either.
#[derive(Debug)]
pub struct Exchange {
    span: Span,
    stopwatch: Stopwatch,
}

impl Exchange {
    /// Starts to watch this request.
    #[must_use]
    pub fn for_request(request: &Request) -> Self {
        let span = debug_span!("cognito", operation = request.operation(), attempt = request.attempt());
        Self { span, stopwatch: Stopwatch::start() }
    }

    /// The span, to be entered while the request is under way.
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Reports how the request ended.
    pub fn end(self, outcome: &SendOutcome) {
        let _entered = self.span.enter();
        let duration_ms = self.stopwatch.elapsed_millis();
        match outcome {
            SendOutcome::Answered(response) => {
                let request_id = response.request_id().unwrap_or_default();
                debug!(status = response.status(), duration_ms, request_id, "answered");
            }
            SendOutcome::NotSent(cause) => warn!(error = %WithCauses::new(cause), duration_ms, "not sent"),
            SendOutcome::NoAnswer(cause) => warn!(error = %WithCauses::new(cause), duration_ms, "no answer"),
        }
    }
}
