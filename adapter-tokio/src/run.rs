use std::io;
use std::sync::Arc;
use std::thread::available_parallelism;

use cognito_core::adapter::{jittered, now};
use cognito_core::error::NotReached;
use cognito_core::{Error, Event, Flow, Request, SendOutcome, Step};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::sleep;

use crate::Transport;

/// Where the steps of flows that [may compute](Flow::is_compute_heavy) are taken: on tokio's threads for blocking work, as many
/// at once as there are processors.
#[derive(Debug, Clone)]
pub(crate) struct Arithmetic(Arc<Semaphore>);

impl Arithmetic {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from))))
    }

    /// Runs a computation off the reactor.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        computation: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.0).acquire_owned().await;
        let computed = spawn_blocking(move || {
            // The permit is returned when the computation is over, even if nobody waits for it any more.
            let _permit = permit;
            computation()
        });
        computed.await.map_err(|error| NotReached::new(true, Arc::new(given_up(&error))).into())
    }
}

/// Why what ran elsewhere came to no end. What a panic said is left out: nobody knows what is in it.
pub(crate) fn given_up(error: &JoinError) -> io::Error {
    io::Error::other(if error.is_panic() { "a panic" } else { "the runtime has ended" })
}

/// Drives a flow to its end: sends what it wants sent and sleeps when it wants to wait.
pub(crate) async fn run<F>(mut flow: F, transport: &dyn Transport, arithmetic: &Arithmetic) -> Result<F::Output, Error>
where
    F: Flow + Send + 'static,
    F::Output: Send + 'static,
{
    let mut event = Event::Start;
    loop {
        let step = if flow.is_compute_heavy() {
            let stepped = arithmetic.compute(move || {
                let step = flow.step(now(), event);
                (flow, step)
            });
            let (stepped, step) = stepped.await?;
            flow = stepped;
            step?
        } else {
            flow.step(now(), event)?
        };
        event = match step {
            Step::Send(request) => Event::Sent(exchange(transport, &request).await),
            Step::Wait(backoff) => {
                sleep(jittered(backoff)).await;
                Event::Woke
            }
            Step::Done(output) => return Ok(output),
        };
    }
}

/// Sends a request, and tells those who watch.
#[cfg(feature = "tracing")]
pub(crate) async fn exchange(transport: &dyn Transport, request: &Request) -> SendOutcome {
    use tracing::Instrument;

    let exchange = cognito_core::adapter::Exchange::for_request(request);
    let outcome = transport.send(request).instrument(exchange.span().clone()).await;
    exchange.end(&outcome);
    outcome
}

/// Sends a request.
#[cfg(not(feature = "tracing"))]
pub(crate) async fn exchange(transport: &dyn Transport, request: &Request) -> SendOutcome {
    transport.send(request).await
}
