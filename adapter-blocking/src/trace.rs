//! What is told of each request, for those who watch with `tracing`: a span `cognito` with the operation and the attempt,
//! and in it how it ended. Nothing of what is sent or answered is in it.

use std::time::{Duration, Instant};

use cognito_core::{Request, SendOutcome};
use tracing::{Span, debug, debug_span, warn};

/// A request that is under way.
#[derive(Debug)]
pub struct Exchange {
    span: Span,
    started: Instant,
}

impl Exchange {
    /// Begins to watch this request.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a duration is told, and nothing depends on it")]
    pub fn of(request: &Request) -> Self {
        let span = debug_span!("cognito", operation = request.operation(), attempt = request.attempt());
        Self { span, started: Instant::now() }
    }

    /// The span, to be entered while the request is under way.
    #[must_use]
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Tells how it has ended.
    pub fn end(self, outcome: &SendOutcome) {
        let _entered = self.span.enter();
        let duration_ms = millis(self.started.elapsed());
        match outcome {
            SendOutcome::Answered(response) => {
                let request_id = response.request_id().unwrap_or_default();
                debug!(status = response.status(), duration_ms, request_id, "answered");
            }
            SendOutcome::NotSent(cause) => warn!(error = %cause, duration_ms, "not sent"),
            SendOutcome::NoAnswer(cause) => warn!(error = %cause, duration_ms, "no answer"),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
