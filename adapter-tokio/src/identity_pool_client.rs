use std::fmt;
use std::sync::Arc;

use cognito_core::operation::ForIdentityPool;
use cognito_core::{Call, Error, Flow, IdentityPool};

use crate::run::{Arithmetic, run};
use crate::{Client, Transport};

/// An identity pool with what its flows need from outside: a transport and the system's clock.
///
/// It can be shared between tasks. Cloning is cheap, and clones share the transport with its open connections.
#[derive(Clone)]
pub struct IdentityPoolClient {
    identity_pool: IdentityPool,
    transport: Arc<dyn Transport>,
    arithmetic: Arithmetic,
}

impl IdentityPoolClient {
    /// A client on [`ReqwestTransport`](crate::ReqwestTransport) with its default settings.
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub fn new(identity_pool: IdentityPool) -> Self {
        Self::with_transport(identity_pool, crate::ReqwestTransport::new(&crate::TransportSettings::default()))
    }

    /// A client on a transport of the caller's choice.
    #[must_use]
    pub fn with_transport(identity_pool: IdentityPool, transport: impl Transport + 'static) -> Self {
        Self { identity_pool, transport: Arc::new(transport), arithmetic: Arithmetic::new() }
    }

    /// A client on the transport of a user pool's client.
    #[must_use]
    pub fn with_transport_of(client: &Client, identity_pool: IdentityPool) -> Self {
        let (transport, arithmetic) = client.shared();
        Self { identity_pool, transport, arithmetic }
    }

    /// The identity pool that flows are made from.
    #[must_use]
    pub fn identity_pool(&self) -> &IdentityPool {
        &self.identity_pool
    }

    pub(crate) fn arithmetic(&self) -> &Arithmetic {
        &self.arithmetic
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.transport
    }

    /// Drives a flow to its end.
    ///
    /// # Errors
    /// What the flow fails with.
    pub async fn run<F>(&self, flow: F) -> Result<F::Output, Error>
    where
        F: Flow + Send + 'static,
        F::Output: Send + 'static,
    {
        run(flow, &*self.transport, &self.arithmetic).await
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// What the call fails with.
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
