use std::fmt;
use std::sync::Arc;

use cognito_core::operation::{Public, TokenAuthorized};
use cognito_core::secret::AccessToken;
use cognito_core::{AppClient, Call, Error, Flow, Seed, adapter};

use crate::{Transport, run};

/// An app client with what its flows need from outside: a transport, the system's clock and its randomness.
///
/// It can be shared between threads. Cloning is cheap, and clones share the transport with its open connections.
#[derive(Clone)]
pub struct Client {
    app_client: AppClient,
    transport: Arc<dyn Transport>,
}

impl Client {
    /// A client on [`UreqTransport`](crate::UreqTransport) with its default settings.
    #[cfg(feature = "ureq")]
    #[must_use]
    pub fn new(app_client: AppClient) -> Self {
        Self::with_transport(app_client, crate::UreqTransport::new(&crate::TransportSettings::default()))
    }

    /// A client on a transport of the caller's choice.
    #[must_use]
    pub fn with_transport(app_client: AppClient, transport: impl Transport + 'static) -> Self {
        Self { app_client, transport: Arc::new(transport) }
    }

    /// The app client that flows are made from.
    #[must_use]
    pub fn app_client(&self) -> &AppClient {
        &self.app_client
    }

    pub(crate) fn shared_transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.transport)
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

    /// Calls an operation that needs no access token.
    ///
    /// # Errors
    /// What the call fails with.
    pub fn call<O: Public>(&self, operation: O) -> Result<O::Response, Error> {
        self.run(Call::new(&self.app_client, operation))
    }

    /// Calls an operation for a signed-in user: a [`Session`](cognito_core::Session) or an [`AccessToken`] says for whom.
    ///
    /// # Errors
    /// What the call fails with.
    pub fn call_signed_in<O: TokenAuthorized>(
        &self,
        access_token: &impl AsRef<AccessToken>,
        operation: O,
    ) -> Result<O::Response, Error> {
        self.run(Call::signed_in(&self.app_client, access_token, operation))
    }

    /// Randomness for one flow, from the operating system.
    ///
    /// # Errors
    /// [`Error::NoRandomness`] when the operating system has none to give.
    pub fn seed(&self) -> Result<Seed, Error> {
        adapter::seed()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("app_client", &self.app_client).finish_non_exhaustive()
    }
}
