use std::fmt;
use std::sync::Arc;

use cognito_core::operation::ForIdentityPool;
use cognito_core::{Call, Error, Flow, IdentityPool};

use crate::{Client, Transport, run};

/// Runs the flows and the operations of one identity pool.
///
/// A client holds the identity pool and a transport, and reads the clock of the operating system. Threads can
/// share a client. Cloning a client is cheap: all clones use the same transport and its open connections.
#[derive(Clone)]
pub struct IdentityPoolClient {
    identity_pool: IdentityPool,
    transport: Arc<dyn Transport>,
}

impl IdentityPoolClient {
    /// Creates a client that sends its requests with [`UreqTransport`](crate::UreqTransport) and default
    /// settings.
    #[cfg(feature = "ureq")]
    #[must_use]
    pub fn new(identity_pool: IdentityPool) -> Self {
        Self::with_transport(identity_pool, crate::UreqTransport::new(&crate::TransportSettings::default()))
    }

    /// Creates a client that sends its requests with the given transport.
    #[must_use]
    pub fn with_transport(identity_pool: IdentityPool, transport: impl Transport + 'static) -> Self {
        Self { identity_pool, transport: Arc::new(transport) }
    }

    /// Creates a client that shares the transport of a user pool's [`Client`].
    #[must_use]
    pub fn with_transport_of(client: &Client, identity_pool: IdentityPool) -> Self {
        Self { identity_pool, transport: client.shared_transport() }
    }

    /// Returns the identity pool, from which flows are created.
    #[must_use]
    pub fn identity_pool(&self) -> &IdentityPool {
        &self.identity_pool
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Runs a flow to its end and returns the flow's output.
    ///
    /// # Errors
    /// Returns an error if the flow fails.
    pub fn run<F: Flow>(&self, flow: F) -> Result<F::Output, Error> {
        run(flow, &*self.transport)
    }

    /// Calls an operation of the identity pool.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub fn call<O: ForIdentityPool>(&self, operation: O) -> Result<O::Response, Error> {
        self.run(Call::for_identity_pool(&self.identity_pool, operation))
    }
}

impl fmt::Debug for IdentityPoolClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IdentityPoolClient").field("identity_pool", &self.identity_pool).finish_non_exhaustive()
    }
}
