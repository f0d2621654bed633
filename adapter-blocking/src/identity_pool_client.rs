use std::fmt;
use std::sync::Arc;

use cognito_core::operation::ForIdentityPool;
use cognito_core::{Call, Error, Flow, IdentityPool};

use crate::{Client, Transport, run};

/// An identity pool with what its flows need from outside: a transport and the system's clock.
///
/// It can be shared between threads. Cloning is cheap, and clones share the transport with its open connections.
#[derive(Clone)]
pub struct IdentityPoolClient {
    identity_pool: IdentityPool,
    transport: Arc<dyn Transport>,
}

impl IdentityPoolClient {
    /// A client on [`UreqTransport`](crate::UreqTransport) with its default settings.
    #[cfg(feature = "ureq")]
    #[must_use]
    pub fn new(identity_pool: IdentityPool) -> Self {
        Self::with_transport(identity_pool, crate::UreqTransport::new(&crate::TransportSettings::default()))
    }

    /// A client on a transport of the caller's choice.
    #[must_use]
    pub fn with_transport(identity_pool: IdentityPool, transport: impl Transport + 'static) -> Self {
        Self { identity_pool, transport: Arc::new(transport) }
    }

    /// A client on the transport of a user pool's client.
    #[must_use]
    pub fn with_transport_of(client: &Client, identity_pool: IdentityPool) -> Self {
        Self { identity_pool, transport: client.shared_transport() }
    }

    /// The identity pool that flows are made from.
    #[must_use]
    pub fn identity_pool(&self) -> &IdentityPool {
        &self.identity_pool
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Drives a flow to its end.
    ///
    /// # Errors
    /// What the flow fails with.
    pub fn run<F: Flow>(&self, flow: F) -> Result<F::Output, Error> {
        run(flow, &*self.transport)
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// What the call fails with.
    pub fn call<O: ForIdentityPool>(&self, operation: O) -> Result<O::Response, Error> {
        self.run(Call::for_identity_pool(&self.identity_pool, operation))
    }
}

impl fmt::Debug for IdentityPoolClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IdentityPoolClient").field("identity_pool", &self.identity_pool).finish_non_exhaustive()
    }
}
