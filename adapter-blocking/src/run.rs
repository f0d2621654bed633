use std::thread::sleep;
use std::time::{Duration, SystemTime};

use cognito_core::{Backoff, Error, Event, Flow, Request, Step, Timestamp};

use crate::Transport;

/// Drives a flow to its end: sends what it wants sent and sleeps when it wants to wait.
///
/// # Errors
/// What the flow fails with.
pub fn run<F: Flow>(mut flow: F, transport: &dyn Transport) -> Result<F::Output, Error> {
    let mut event = Event::Start;
    loop {
        event = match flow.step(now(), event)? {
            Step::Send(request) => exchange(transport, &request),
            Step::Wait(backoff) => {
                sleep(jittered(backoff));
                Event::Woke
            }
            Step::Done(output) => return Ok(output),
        };
    }
}

/// Sends a request.
#[cfg(not(feature = "tracing"))]
pub(crate) fn exchange(transport: &dyn Transport, request: &Request) -> Event {
    transport.send(request)
}

/// Sends a request, and tells those who watch.
#[cfg(feature = "tracing")]
pub(crate) fn exchange(transport: &dyn Transport, request: &Request) -> Event {
    let exchange = crate::trace::Exchange::of(request);
    let event = exchange.span().in_scope(|| transport.send(request));
    exchange.end(&event);
    event
}

/// The system's clock. One that is set before 1970 counts as 1970; the service's `Date` corrects it where it matters.
#[expect(clippy::disallowed_methods, reason = "this is where the flows' time comes from")]
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}

/// A random time up to the bound; the bound itself when there is no randomness.
pub(crate) fn jittered(backoff: Backoff) -> Duration {
    let bound = backoff.at_most_millis;
    Duration::from_millis(getrandom::u64().map_or(bound, |random| random % bound.saturating_add(1).max(1)))
}
