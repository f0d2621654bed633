use std::thread::sleep;

use cognito_core::{Error, Event, Flow, Request, SendOutcome, Step};

use crate::Transport;
use cognito_core::adapter::{jittered, now};

/// Runs a flow until the flow ends, and returns the output.
///
/// Sends each request of the flow with `transport`. If the flow must wait before a retry, the current thread
/// sleeps.
///
/// # Errors
/// Returns an error if the flow fails.
pub fn run<F: Flow>(mut flow: F, transport: &dyn Transport) -> Result<F::Output, Error> {
    let mut event = Event::Start;
    loop {
        event = match flow.step(now(), event)? {
            Step::Send(request) => Event::Sent(exchange(transport, &request)),
            Step::Wait(backoff) => {
                sleep(jittered(backoff));
                Event::Woke
            }
            Step::Done(output) => return Ok(output),
        };
    }
}

/// Sends a request with the transport.
#[cfg(not(feature = "tracing"))]
pub(crate) fn exchange(transport: &dyn Transport, request: &Request) -> SendOutcome {
    transport.send(request)
}

/// Sends a request with the transport, and logs the exchange to `tracing`.
#[cfg(feature = "tracing")]
pub(crate) fn exchange(transport: &dyn Transport, request: &Request) -> SendOutcome {
    let exchange = cognito_core::adapter::Exchange::for_request(request);
    let outcome = exchange.span().in_scope(|| transport.send(request));
    exchange.end(&outcome);
    outcome
}
