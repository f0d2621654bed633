use std::fmt;
use std::sync::Arc;

use cognito_core::operation::ForIdentityPool;
use cognito_core::{Call, Error, Flow, IdentityPool};

use crate::run::{ComputePool, run};
use crate::{Client, Transport};

/// Runs the flows and the operations of one identity pool.
///
/// A client contains the configuration of the identity pool, and a transport. The client gets the time from
/// the operating system. Several tasks can share one client. Cloning a client is cheap: all clones use the
/// same transport and its open connections.
#[derive(Clone)]
pub struct IdentityPoolClient {
    identity_pool: IdentityPool,
    transport: Arc<dyn Transport>,
    compute_pool: ComputePool,
}

impl IdentityPoolClient {
    /// Creates a client that sends its requests with [`ReqwestTransport`](crate::ReqwestTransport) and
    /// default settings.
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub fn new(identity_pool: IdentityPool) -> Self {
        Self::with_transport(identity_pool, crate::ReqwestTransport::new(&crate::TransportSettings::default()))
    }

    /// Creates a client that sends its requests with the given transport.
    #[must_use]
    pub fn with_transport(identity_pool: IdentityPool, transport: impl Transport + 'static) -> Self {
        Self { identity_pool, transport: Arc::new(transport), compute_pool: ComputePool::new() }
    }

    /// Creates a client for an identity pool. The new client and the user pool's [`Client`] share one
    /// transport.
    #[must_use]
    pub fn with_transport_of(client: &Client, identity_pool: IdentityPool) -> Self {
        let (transport, compute_pool) = client.shared();
        Self { identity_pool, transport, compute_pool }
    }

    /// Returns the identity pool. Pass the identity pool to the constructor of a flow.
    #[must_use]
    pub fn identity_pool(&self) -> &IdentityPool {
        &self.identity_pool
    }

    pub(crate) fn compute_pool(&self) -> &ComputePool {
        &self.compute_pool
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Runs a flow until the flow ends, and returns the output.
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

    /// Calls an operation of the identity pool.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub async fn call<O>(&self, operation: O) -> Result<O::Response, Error>
    where
        O: ForIdentityPool + Send + 'static,
        O::Response: Send + 'static,
    {
        self.run(Call::for_identity_pool(&self.identity_pool, operation)).await
    }
}

impl fmt::Debug for IdentityPoolClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IdentityPoolClient").field("identity_pool", &self.identity_pool).finish_non_exhaustive()
    }
}
