use tracing::{Span, debug, debug_span, warn};

use super::Stopwatch;
use crate::error::WithCauses;
use crate::flow::SendOutcome;
use crate::http::Request;

/// The `tracing` span `cognito` of one request. The fields of the span are the operation and the number of
/// the attempt. The span contains an event with the outcome of the request. Neither the span nor the event
/// contains anything from the bodies of the request and the response.
#[derive(Debug)]
pub struct Exchange {
    span: Span,
    stopwatch: Stopwatch,
}

impl Exchange {
    /// Creates the span of a request and starts to measure its duration.
    #[must_use]
    pub fn for_request(request: &Request) -> Self {
        let span = debug_span!("cognito", operation = request.operation(), attempt = request.attempt());
        Self { span, stopwatch: Stopwatch::start() }
    }

    /// Returns the span, which the adapter should enter while it sends the request.
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Reports the outcome of the request.
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
