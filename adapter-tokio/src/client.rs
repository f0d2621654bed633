use std::fmt;
use std::sync::Arc;

use cognito_core::operation::{Public, TokenAuthorized};
use cognito_core::secret::AccessToken;
use cognito_core::{AppClient, Call, Error, Flow, Seed, adapter};

use crate::Transport;
use crate::run::{ComputePool, run};

/// Runs the flows and the operations of one app client.
///
/// A client contains the configuration of the app client, and a transport. The client gets the time and
/// random bytes from the operating system. Several tasks can share one client. Cloning a client is cheap: all
/// clones use the same transport and its open connections.
#[derive(Clone)]
pub struct Client {
    app_client: AppClient,
    transport: Arc<dyn Transport>,
    compute_pool: ComputePool,
}

impl Client {
    /// Creates a client that sends its requests with [`ReqwestTransport`](crate::ReqwestTransport) and
    /// default settings.
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub fn new(app_client: AppClient) -> Self {
        Self::with_transport(app_client, crate::ReqwestTransport::new(&crate::TransportSettings::default()))
    }

    /// Creates a client that sends its requests with the given transport.
    #[must_use]
    pub fn with_transport(app_client: AppClient, transport: impl Transport + 'static) -> Self {
        Self { app_client, transport: Arc::new(transport), compute_pool: ComputePool::new() }
    }

    /// Returns the app client. Pass the app client to the constructor of a flow.
    #[must_use]
    pub fn app_client(&self) -> &AppClient {
        &self.app_client
    }

    pub(crate) fn shared(&self) -> (Arc<dyn Transport>, ComputePool) {
        (Arc::clone(&self.transport), self.compute_pool.clone())
    }

    pub(crate) fn compute_pool(&self) -> &ComputePool {
        &self.compute_pool
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Runs a flow until the flow ends, and returns the output.
    ///
    ///
    /// Some steps, such as the steps of SRP, compute for several milliseconds. These steps run on tokio's
    /// blocking threads and do not delay other tasks. On a computer with N processors, at most N of these
    /// steps run at the same time.
    ///
    /// The example `examples/thousand_sign_ins.rs` signs in a thousand users at the same time on a
    /// single-threaded runtime, and measures the delay of an unrelated task. The delay was at most 16 ms.
    /// When the computations ran on the runtime's thread instead, the delay was up to 1.5 s. The computer had
    /// two processors, and also ran the simulated service.
    ///
    /// # Errors
    /// Returns an error if the flow fails.
    pub async fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        run(flow, &*self.transport, &self.compute_pool).await
    }

    /// Calls an operation that needs no access token.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub async fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: Public + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::new(&self.app_client, operation)).await
    }

    /// Calls an operation for a signed-in user. Pass the user's [`Session`](cognito_core::Session) or
    /// [`AccessToken`] as `access_token`.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub async fn call_signed_in<O>(
        &self,
        access_token: &(impl AsRef<AccessToken> + Sync),
        operation: O,
    ) -> Result<O::Response, Error>
    where
        O: TokenAuthorized + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::signed_in(&self.app_client, access_token, operation)).await
    }

    /// Returns a seed for one flow: random bytes from the operating system.
    ///
    /// # Errors
    /// Returns [`Error::NoRandomness`] if the operating system cannot provide random bytes.
    pub fn seed(&self) -> Result<Seed, Error> {
        adapter::seed()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("app_client", &self.app_client).finish_non_exhaustive()
    }
}
