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

/// Runs the steps of [compute-heavy](Flow::is_compute_heavy) flows on tokio's blocking threads. On a computer
/// with N processors, at most N steps run at the same time.
#[derive(Debug, Clone)]
pub(crate) struct ComputePool(Arc<Semaphore>);

impl ComputePool {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from))))
    }

    /// Runs a computation on one of tokio's blocking threads.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        computation: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        // The semaphore is never closed, so this call always returns a permit.
        let permit = Arc::clone(&self.0).acquire_owned().await;
        let computed = spawn_blocking(move || {
            // The permit is released when the computation ends, even if no caller waits for the result.
            let _permit = permit;
            computation()
        });
        computed.await.map_err(|error| NotReached::new(true, Arc::new(join_failure(&error))).into())
    }
}

/// Returns an error that says why a tokio task did not finish. The error contains no panic message, because a
/// panic message may contain secrets.
pub(crate) fn join_failure(error: &JoinError) -> io::Error {
    io::Error::other(if error.is_panic() { "the task panicked" } else { "the tokio runtime was shut down" })
}

/// Runs a flow until the flow ends, and returns the output.
pub(crate) async fn run<F>(
    mut flow: F,
    transport: &dyn Transport,
    compute_pool: &ComputePool,
) -> Result<F::Output, Error>
where
    F: Flow + Send + 'static,
    F::Output: Send + 'static,
{
    let mut event = Event::Start;
    loop {
        let step = if flow.is_compute_heavy() {
            let stepped = compute_pool.compute(move || {
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

/// Sends a request with the transport, and logs the exchange to `tracing`.
#[cfg(feature = "tracing")]
pub(crate) async fn exchange(transport: &dyn Transport, request: &Request) -> SendOutcome {
    use tracing::Instrument;

    let exchange = cognito_core::adapter::Exchange::for_request(request);
    let outcome = transport.send(request).instrument(exchange.span().clone()).await;
    exchange.end(&outcome);
    outcome
}

/// Sends a request with the transport.
#[cfg(not(feature = "tracing"))]
pub(crate) async fn exchange(transport: &dyn Transport, request: &Request) -> SendOutcome {
    transport.send(request).await
}
